/** What the colours mean. A row that is pressed shows its items alone; several add up; none: all show. */
import { NONE, OTHER } from '../hands/categories.js';
import { el, iconButton } from './element.js';
import { count } from './words.js';

/** @typedef {import('../app/colours.js').By} By */

/** What to colour by, and whether only the daemon knows it. @type {[By, string, boolean][]} */
const CHOICES = [
  ['region', 'Region', false],
  ['year', 'Year', false],
  ['folder', 'Folder', false],
  ['kind', 'Kind of file', false],
  ['tag', 'Tag', false],
  ['language', 'Language', true],
  ['camera', 'Camera', true],
  ['new', 'New', false],
  ['collection', 'Collection', true],
  ['duplicates', 'Duplicates', true],
];

export class LegendPanel {
  /** @param {{choose: (by: By) => void, pick: (group: number) => void, all: () => void, close: () => void}} context */
  constructor(context) {
    this.context = context;
    this.select = el('select', { attrs: { 'aria-label': 'Colour by' }, on: { change: () => context.choose(/** @type {By} */ (this.select.value)) } }); // prettier-ignore
    for (const [value, text] of CHOICES) this.select.append(el('option', { text, attrs: { value } })); // prettier-ignore
    this.rows = el('div', { class: 'legend-rows', attrs: { role: 'group', 'aria-label': 'Show only' } }); // prettier-ignore
    this.note = el('p', { class: 'meta legend-note', attrs: { role: 'status' } });
    this.everything = el('button', { class: 'plain', text: 'Show all', on: { click: () => context.all() } }); // prettier-ignore
    this.node = el(
      'section',
      { class: 'legend-panel panel', hidden: true, attrs: { 'aria-label': 'Colours' } },
      el(
        'header',
        { class: 'legend-head' },
        el('label', {}, el('span', { text: 'Colour by' }), this.select),
        iconButton('close', 'Colour by region again (Esc)', () => context.close()),
      ),
      this.rows,
      this.note,
      this.everything,
    );
  }

  focus() {
    this.select.focus({ preventScroll: true });
  }

  /** What only the daemon knows cannot be chosen without it. @param {boolean} live */
  live(live) {
    CHOICES.forEach(([, , daemon], i) => (this.select.options[i].disabled = daemon && !live));
  }

  /**
   * @param {By} by @param {import('../hands/categories.js').Grouping | null} grouping null: it could not be made
   * @param {ReadonlySet<number>} only @param {(colour: string) => string} css @param {string} trouble
   */
  fill(by, grouping, only, css, trouble) {
    this.select.value = by;
    const rows = (grouping?.groups ?? []).flatMap(({ name, count: n, colour }, i) =>
      n ? [this.#row(i, name, n, css(colour))] : [],
    );
    if (grouping?.other) rows.push(this.#row(OTHER, 'other', grouping.other, 'var(--ink-soft)'));
    if (grouping?.none && rows.length) rows.push(this.#row(NONE, by === 'region' ? 'between regions' : 'none', grouping.none, '')); // prettier-ignore
    this.rows.replaceChildren(...rows);
    this.rows.classList.toggle('ordered', grouping?.ordered === true);
    this.note.textContent = trouble || (rows.length ? '' : EMPTY[by] ?? 'Nothing to tell apart.'); // prettier-ignore
    this.note.hidden = !this.note.textContent;
    this.mark(only);
  }

  /** @param {number} group @param {string} name @param {number} n @param {string} colour */
  #row(group, name, n, colour) {
    const swatch = el('span', { class: 'swatch', attrs: { 'aria-hidden': 'true' } });
    if (colour) swatch.style.background = colour;
    return el(
      'button',
      { class: 'legend-row', title: name, data: { group: String(group) }, on: { click: () => this.context.pick(group) } }, // prettier-ignore
      swatch,
      el('bdi', { text: name }),
      el('span', { class: 'meta', text: count(n) }),
    );
  }

  /** @param {ReadonlySet<number>} only */
  mark(only) {
    for (const row of this.rows.children) {
      const on = only.has(Number(/** @type {HTMLElement} */ (row).dataset.group));
      row.setAttribute('aria-pressed', String(on));
      row.classList.toggle('off', only.size > 0 && !on);
    }
    this.everything.hidden = !only.size;
  }
}

/** @type {Partial<Record<By, string>>} */
const EMPTY = {
  tag: 'No item here has a tag.',
  language: 'No language is known here.',
  camera: 'No camera is known here.',
  collection: 'There is no collection yet: select something and gather it.',
  duplicates: 'No duplicates are known here.',
};
