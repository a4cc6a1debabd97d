/** A gallery in the dock: of what is in view, of a region, or of what is selected. */
import { el, iconButton } from './element.js';
import { Gallery } from './gallery.js';
import { counted } from './words.js';

/** @typedef {import('../site/space.js').Space} Space */
/** @typedef {'view' | 'selection' | 'these'} Subject */

export class GalleryPanel {
  /** @type {Subject} */
  subject = 'view';
  /** What `these` are: ids, so that a refit changes nothing. @type {Set<number>} */
  #these = new Set();
  #timer = 0;
  #key = '';

  /**
   * @param {import('./dock.js').Dock} dock
   * @param {{slots: (subject: 'view' | 'selection') => number[], space: () => Space, opened: () => void, closed: () => void}} context
   * @param {import('./gallery.js').GalleryContext} items
   */
  constructor(dock, context, items) {
    this.dock = dock;
    this.context = context;
    this.gallery = new Gallery('Gallery', items);
    this.title = el('h2', { attrs: { tabindex: '-1' } });
    this.meta = el('span', { class: 'meta' });
    this.node = el(
      'section',
      { class: 'gallery-panel', attrs: { 'aria-label': 'Gallery' } },
      el('header', { class: 'panel-head' }, this.title, this.meta, iconButton('close', 'Close (Esc)', () => this.close())), // prettier-ignore
      this.gallery.node,
    );
    this.gallery.size(96);
  }

  get open() {
    return this.dock.has('gallery');
  }

  /** @param {string} title @param {number[]} slots */
  showThese(title, slots) {
    const { id } = this.context.space().columns;
    this.#these = new Set(slots.map((slot) => id[slot]));
    this.show('these', title);
  }

  /** @param {Subject} subject @param {string} [title] */
  show(subject, title = subject === 'view' ? 'In view' : 'Selected') {
    this.subject = subject;
    this.#key = '';
    this.title.textContent = title;
    this.dock.open({ name: 'gallery', node: this.node, width: 'min(440px, 45vw)', height: 'half', close: () => this.close() }); // prettier-ignore
    this.fill();
    this.context.opened();
    this.title.focus({ preventScroll: true });
  }

  close() {
    if (!this.open) return;
    this.dock.remove('gallery');
    this.context.closed();
  }

  toggle() {
    if (this.open) this.close();
    else this.show('view');
  }

  fill() {
    if (!this.open) return;
    const space = this.context.space();
    const slots = this.subject === 'these' ? this.#slotsOfThese(space) : this.context.slots(this.subject); // prettier-ignore
    const key = `${space.name} ${slots.length} ${slots.slice(0, 300).join()}`;
    if (key === this.#key) return;
    const same = this.#key.startsWith(space.name);
    this.#key = key;
    this.meta.textContent = counted(slots.length, space.name === 'image' ? 'picture' : 'note');
    this.gallery.show(space, slots.map((slot) => ({ slot })), 'score', same); // prettier-ignore
  }

  /** @param {Space} space */
  #slotsOfThese({ columns }) {
    const slots = [];
    for (let slot = 0; slot < columns.slots; slot++)
      if (columns.present(slot) && this.#these.has(columns.id[slot])) slots.push(slot);
    return slots;
  }

  /** The view moved: follow when it rests. */
  moved() {
    if (!this.open || this.subject !== 'view') return;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.fill(), 300);
  }
}
