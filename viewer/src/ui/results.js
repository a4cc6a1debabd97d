/** The results: the words, what they were understood as, how far the search is, and the gallery. */
import { canTurn, parseQuery } from '../find/query.js';
import { recall, remember } from '../app/settings.js';
import { COLOURS, MEANINGS } from '../find/complete.js';
import { queryChip } from './chips.js';
import { Completions, swatchOf } from './completions.js';
import { el, iconButton } from './element.js';
import { Gallery } from './gallery.js';
import { count } from './words.js';

/** @typedef {import('./gallery.js').Heading} Heading */
/** @typedef {import('./gallery.js').Shown} Shown */
/** @typedef {import('../find/query.js').Token} Token */
/**
 * @typedef {{
 *   typed: (q: string) => void, submit: () => void, drop: (token: Token) => void, turn: (token: Token) => void,
 *   land: (space: SpaceName) => void, region: (region: Region) => void,
 *   valuesOf: import('./completions.js').ValuesOf, live: () => boolean,
 *   fit: () => void, selectAll: () => void, collect: () => void, export: () => void, close: () => void,
 * }} ResultsContext
 * @typedef {{text: string, busy?: boolean, ways?: {label: string, act: () => void}[]}} State
 */

const LEAST_PX = 64;
const MOST_PX = 160;
const WAIT_MS = 60; // after a key

export class ResultsPanel {
  #timer = 0;

  /** @param {ResultsContext} context @param {import('./gallery.js').GalleryContext} items */
  constructor(context, items) {
    this.context = context;
    this.gallery = new Gallery('Found', { ...items, leave: () => this.input.focus() });
    this.input = el('input', {
      type: 'search',
      id: 'find',
      attrs: {
        placeholder: 'Words, “a phrase”, tag:, folder:, year:, -not',
        'aria-label': 'Find', 'aria-describedby': 'find-state', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', enterkeyhint: 'search',
      },
    }); // prettier-ignore
    this.chips = el('div', { class: 'chips', attrs: { role: 'group', 'aria-label': 'Filters' } });
    this.brought = el('div', { class: 'chips', hidden: true });
    this.lands = this.#landButtons();
    this.state = el('span', { id: 'find-state', attrs: { role: 'status' } });
    this.ways = el('div', { class: 'ways' });
    this.regions = el('div', { class: 'chips found-regions' });
    this.completions = new Completions(this.input, (key, prefix) => context.valuesOf(key, prefix), (q) => context.typed(q)); // prettier-ignore
    this.start = this.#starters();
    this.node = el(
      'search',
      { class: 'results' },
      el('div', { class: 'results-head' }, this.input, iconButton('close', 'Close (Esc)', () => this.context.close()), this.completions.list), // prettier-ignore
      this.brought,
      this.chips,
      this.#toolRow(),
      el('p', { class: 'find-state' }, el('span', { class: 'spinner', attrs: { 'aria-hidden': 'true' } }), this.state, this.#hitTools()), // prettier-ignore
      this.ways,
      this.regions,
      this.start,
      this.gallery.node,
    );
    this.input.addEventListener('input', () => {
      clearTimeout(this.#timer);
      this.#timer = window.setTimeout(() => this.context.typed(this.input.value), WAIT_MS);
    });
    this.input.addEventListener('keydown', (event) => this.#key(event));
  }

  #landButtons() {
    const make = (/** @type {SpaceName} */ space, /** @type {string} */ text) =>
      el('button', {
        class: 'land',
        text,
        attrs: { 'aria-pressed': 'false' },
        on: { click: () => this.context.land(space) },
      });
    return { image: make('image', 'Pictures'), text: make('text', 'Notes') };
  }

  /** Ways to begin, while nothing is asked: colours, filters, an example. */
  #starters() {
    const put = (/** @type {string} */ text) => {
      this.input.value = `${this.q} ${text}`.trimStart();
      this.input.focus();
      this.input.dispatchEvent(new Event('input'));
    };
    const swatches = Object.keys(COLOURS).map((name) => {
      const button = el('button', { class: 'colour', title: name, attrs: { 'aria-label': `Colour ${name}` }, on: { click: () => put(`colour:${name} `) } }); // prettier-ignore
      button.append(swatchOf(/** @type {keyof typeof COLOURS} */ (name)));
      return button;
    });
    this.colours = el('div', { class: 'colours', attrs: { role: 'group', 'aria-label': 'By colour' } }, ...swatches); // prettier-ignore
    const filters = Object.entries(MEANINGS).filter(([name]) => name !== 'colour').map(([name, meaning]) => el('button', { class: 'chip starter', title: meaning, text: `${name}:`, data: { filter: name }, on: { click: () => put(`${name}:`) } })); // prettier-ignore
    this.tip = el('p', { class: 'find-tip', text: 'Or drop a picture or a paragraph on the page, to find what is like it.' }); // prettier-ignore
    return el('div', { class: 'starters' }, this.colours, el('div', { class: 'chips' }, ...filters), this.tip); // prettier-ignore
  }

  /** Nothing is asked yet. @param {boolean} blank */
  blank(blank) {
    const live = this.context.live();
    this.start.hidden = !blank;
    if (this.colours) this.colours.hidden = !live;
    if (this.tip) this.tip.hidden = !live;
    for (const name of ['lang', 'camera']) {
      const chip = /** @type {HTMLElement | null} */ (this.start.querySelector(`[data-filter=${name}]`)); // prettier-ignore
      if (chip) chip.hidden = !live;
    }
  }

  /** What can be done with all hits. */
  #hitTools() {
    this.tools = el(
      'span',
      { class: 'hit-tools', hidden: true },
      iconButton('check', 'Select all hits', () => this.context.selectAll()),
      iconButton('bookmark', 'Gather the hits in a collection', () => this.context.collect()),
      iconButton('download', 'Export the hits', () => this.context.export()),
    );
    return this.tools;
  }

  #toolRow() {
    this.heading = el('select', {
      attrs: { 'aria-label': 'Headings' },
      on: { change: () => this.#reshow() },
    });
    for (const [value, text] of [
      ['score', 'Best first'],
      ['region', 'By region'],
      ['year', 'By year'],
    ])
      this.heading.append(el('option', { text, attrs: { value } }));
    this.size = el('input', {
      type: 'range',
      attrs: {
        min: String(LEAST_PX),
        max: String(MOST_PX),
        step: '8',
        'aria-label': 'Size of the pictures',
      },
      on: { input: () => this.#resize() },
    });
    this.size.value = recall('gallery-size', '96');
    this.#resize();
    return el(
      'div',
      { class: 'results-tools' },
      el('div', { class: 'lands', attrs: { role: 'group', 'aria-label': 'Map' } }, this.lands.image, this.lands.text), // prettier-ignore
      this.heading,
      this.size,
      iconButton('fit', 'Show all hits on the map (F)', () => this.context.fit()),
    );
  }

  #resize() {
    const px = Math.min(Math.max(Number(this.size?.value) || 96, LEAST_PX), MOST_PX);
    this.gallery.size(px);
    remember('gallery-size', String(px));
  }

  get q() {
    return this.input.value.trim();
  }

  /** @param {string} q */
  set q(q) {
    if (this.input.value.trim() !== q) this.input.value = q;
  }

  focus() {
    this.input.focus();
    this.input.select();
  }

  /** What the words were understood as. @param {string} q @param {(token: Token) => string} label */
  understood(q, label) {
    const tokens = parseQuery(q);
    const chips = tokens.filter(({ kind, not }) => kind !== 'word' || not);
    this.chips.hidden = !chips.length;
    this.chips.replaceChildren(
      ...chips.map((token) => {
        const turn = token.kind === 'like' && (token.not || canTurn(tokens, token)) ? () => this.context.turn(token) : null; // prettier-ignore
        return queryChip(token, label(token), () => this.context.drop(token), turn);
      }),
    );
  }

  /** The picture or text that is searched by. @param {Blob | null} blob @param {() => void} drop */
  example(blob, drop) {
    this.brought.hidden = blob === null;
    this.brought.replaceChildren();
    if (!blob) return;
    const picture = blob.type.startsWith('image/');
    const text = picture ? 'like your picture' : 'like your text';
    const chip = iconButton('close', `Without ${text}`, drop, { class: 'chip' });
    chip.prepend(el('span', { text }));
    this.brought.append(chip);
  }

  /** @param {State} state */
  say({ text, busy = false, ways = [] }) {
    this.state.textContent = text;
    this.node.classList.toggle('busy', busy);
    this.ways.hidden = !ways.length;
    this.ways.replaceChildren(
      ...ways.map(({ label, act }) =>
        el('button', { class: 'plain', text: label, on: { click: act } }),
      ),
    );
  }

  /** @param {Record<SpaceName, number | null>} counts null: nobody has looked @param {SpaceName} space in sight */
  counts(counts, space) {
    for (const [name, button] of Object.entries(this.lands)) {
      const n = counts[/** @type {SpaceName} */ (name)];
      const word = name === 'image' ? 'Pictures' : 'Notes';
      button.replaceChildren(word, n === null ? '' : el('span', { class: 'n', text: count(n) }));
      button.setAttribute('aria-pressed', String(name === space));
    }
    if (this.size) this.size.hidden = space !== 'image';
  }

  /** @param {Region[]} regions */
  foundRegions(regions) {
    this.regions.hidden = !regions.length;
    this.regions.replaceChildren(
      ...regions.map(
        (region) =>
        iconButton('pin', `Region ${region.name}, ${region.count}`, () => this.context.region(region), { class: 'chip', text: `${region.name} · ${count(region.count)}` }), // prettier-ignore
      ),
    );
  }

  #shown = /** @type {{space: import('../site/space.js').Space, items: Shown[]} | null} */ (null);

  /** @param {import('../site/space.js').Space} space @param {Shown[]} items @param {boolean} keep more of the same */
  show(space, items, keep) {
    this.#shown = { space, items };
    if (this.tools) this.tools.hidden = !items.length;
    this.gallery.show(space, items, /** @type {Heading} */ (this.heading?.value ?? 'score'), keep);
  }

  #reshow() {
    if (this.#shown) this.show(this.#shown.space, this.#shown.items, false);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (this.completions.key(event)) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (event.key === 'Enter') this.context.submit();
    else if (event.key === 'ArrowDown') this.gallery.focus(0);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
