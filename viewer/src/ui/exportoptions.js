/** What is asked of an export besides its format: the sheet of a poster, what a site does not say. */
import { el } from './element.js';

/** @typedef {import('../hands/client.js').Making} Making */

const SHEETS = [
  ['pdf', 'PDF'],
  ['png', 'PNG'],
  ['svg', 'SVG'],
];
const PAPERS = [
  ['A4', 'A4'],
  ['A3', 'A3'],
  ['A2', 'A2'],
  ['A1', 'A1'],
  ['A0', 'A0'],
  ['1920x1080', 'Screen, 1920 × 1080'],
  ['2560x1440', 'Screen, 2560 × 1440'],
  ['3840x2160', 'Screen, 3840 × 2160'],
  ['1170x2532', 'Telephone, 1170 × 2532'],
];
/** What a site leaves out, and whether it does unless told. @type {[string, string, boolean][]} */
const WITHHELD = [
  ['paths', 'paths and file names', true],
  ['places', 'places', true],
  ['titles', 'titles and all words', false],
  ['text', 'excerpts and captions', false],
  ['tags', 'tags', false],
  ['names', 'names of regions', false],
  ['dates', 'dates', false],
  ['thumbnails', 'pictures', false],
];

export class ExportOptions {
  constructor() {
    this.sheet = choices('Format', SHEETS, 'pdf');
    this.paper = choices('Size', PAPERS, 'A3');
    this.dark = tick('Night’s colours', false);
    this.title = el('input', { attrs: { maxlength: '120', placeholder: 'As the map is called', 'aria-label': 'Title' } }); // prettier-ignore
    this.blurred = tick('pictures as spots of colour', false);
    this.without = WITHHELD.map(([key, label, on]) => ({ key, ...tick(label, on) }));
    this.posters = el('div', { class: 'export-options' }, labelled('As', this.sheet), labelled('Size', this.paper), this.dark.label); // prettier-ignore
    this.sites = el(
      'fieldset',
      { class: 'export-options ticks' },
      el('legend', { text: 'It does not tell' }),
      ...this.without.map(({ label }) => label),
      this.blurred.label,
    );
    this.named = labelled('Title', this.title);
    this.node = el('div', { class: 'export-asked', hidden: true }, this.named, this.posters, this.sites); // prettier-ignore
  }

  /** @param {string} format @param {boolean} dark the page's theme */
  show(format, dark) {
    this.node.hidden = format !== 'poster' && format !== 'site';
    if (this.posters.hidden && format === 'poster') this.dark.input.checked = dark;
    this.posters.hidden = format !== 'poster';
    this.sites.hidden = format !== 'site';
  }

  /** @param {string} format @returns {Partial<Making>} */
  of(format) {
    const title = this.title.value.trim();
    if (format === 'poster') {
      const sheet = /** @type {Making['sheet']} */ (this.sheet.value);
      return { title, sheet, paper: this.paper.value, dark: this.dark.input.checked };
    }
    if (format !== 'site') return {};
    const without = this.without.filter(({ input }) => input.checked).map(({ key }) => key);
    return { title, without, blurred: this.blurred.input.checked };
  }
}

/** @param {string} label @param {string[][]} values @param {string} chosen */
function choices(label, values, chosen) {
  const select = el('select', { attrs: { 'aria-label': label } });
  for (const [value, text] of values) select.append(el('option', { text, attrs: { value } }));
  select.value = chosen;
  return select;
}

/** @param {string} text @param {HTMLElement} control */
function labelled(text, control) {
  return el('label', { class: 'export-field' }, el('span', { text }), control);
}

/** @param {string} text @param {boolean} on */
function tick(text, on) {
  const input = el('input', { type: 'checkbox' });
  input.checked = on;
  return { input, label: el('label', { class: 'check' }, input, el('span', { text })) };
}
