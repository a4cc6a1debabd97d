/** The `?` sheet: keys, how to read the map, and the one setting for single letters. */
import { KEYS, lettersOn, setLetters } from './shortcuts.js';
import { el, iconButton } from './element.js';

export class HelpSheet {
  constructor() {
    const close = iconButton('close', 'Close', () => this.node.close());
    const rows = KEYS.flatMap(([keys, meaning]) => [
      el('dt', {}, el('kbd', { text: keys })),
      el('dd', { text: meaning }),
    ]);
    const letters = el('input', { type: 'checkbox', id: 'letters' });
    letters.addEventListener('change', () => setLetters(letters.checked));
    this.letters = letters;
    this.about = el('p', { class: 'meta' });
    this.node = el(
      'dialog',
      { class: 'sheet', attrs: { 'aria-labelledby': 'help-title' } },
      el(
        'div',
        { class: 'sheet-head' },
        el('h2', { text: 'Reading the map', id: 'help-title' }),
        close,
      ),
      el(
        'ul',
        { class: 'legend' },
        el('li', {}, el('span', { class: 'sign dot' }), 'an item; its colour is its region’s'),
        el('li', {}, el('span', { class: 'sign hollow' }), 'placed since the last fit'),
        el('li', {}, el('span', { class: 'sign diamond' }), 'an outlier, between regions'),
        el('li', {}, el('span', { class: 'sign ghost' }), 'its folder is offline'),
        el('li', {}, el('span', { class: 'sign fresh' }), 'new since your last visit'),
        el(
          'li',
          {},
          el('span', { class: 'sign peak', text: '▲' }),
          'a peak, with the items of its region',
        ),
        el('li', {}, el('span', { class: 'sign ramp' }), 'the higher the land, the more lie there'),
      ),
      el('h3', { text: 'Keys' }),
      el('dl', { class: 'keys' }, ...rows),
      el('label', { class: 'check' }, letters, 'Single-letter keys'),
      this.about,
    );
    this.node.addEventListener('click', (event) => {
      if (event.target === this.node) this.node.close();
    });
  }

  /** @param {Manifest | null} manifest */
  show(manifest) {
    this.letters.checked = lettersOn();
    const encoders = Object.entries(manifest?.spaces ?? {})
      .map(([space, { encoder }]) =>
        encoder
          ? `${space === 'image' ? 'Pictures' : 'Notes'}: ${encoder.label}${encoder.note ? ` (${encoder.note})` : ''}`
          : '',
      )
      .filter(Boolean);
    this.about.textContent = [manifest?.generator ?? '', ...encoders].filter(Boolean).join(' · ');
    if (!this.node.open) this.node.showModal();
  }
}
