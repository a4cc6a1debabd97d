/** What can be typed next, below the box: a list that ↑ ↓ walk, Enter or Tab take, Esc closes. */
import { COLOURS, MEANINGS, completed, meantBy, placeAt } from '../find/complete.js';
import { tokenText } from '../find/query.js';
import { el } from './element.js';
import { count } from './words.js';

/** @typedef {import('../find/complete.js').Place} Place */
/** @typedef {{text: string, label: string, note: string}} Choice */
/** @typedef {(key: string, prefix: string) => Promise<{value: string, count: number | null}[]>} ValuesOf */

const MOST = 8;
const WAIT_MS = 40;

export class Completions {
  /** @type {Choice[]} */
  #choices = [];
  /** @type {Place | null} */
  #place = null;
  #active = -1;
  #turn = 0;
  #timer = 0;

  /** @param {HTMLInputElement} input @param {ValuesOf} valuesOf @param {(q: string) => void} changed */
  constructor(input, valuesOf, changed) {
    this.input = input;
    this.valuesOf = valuesOf;
    this.changed = changed;
    this.list = el('ul', { class: 'completions panel', id: 'completions', hidden: true, attrs: { role: 'listbox', 'aria-label': 'Completions' } }); // prettier-ignore
    input.setAttribute('role', 'combobox');
    input.setAttribute('aria-controls', 'completions');
    input.setAttribute('aria-autocomplete', 'list');
    input.setAttribute('aria-expanded', 'false');
    input.addEventListener('input', () => this.#soon());
    input.addEventListener('blur', () => this.close());
  }

  get open() {
    return !this.list.hidden;
  }

  close() {
    this.#turn++;
    clearTimeout(this.#timer);
    this.#show([], null);
  }

  #soon() {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#look(), WAIT_MS);
  }

  async #look() {
    const turn = ++this.#turn;
    const { value, selectionEnd } = this.input;
    const place = placeAt(value, selectionEnd ?? value.length);
    if (!place) {
      this.#show([], null);
      return;
    }
    const choices = place.kind === 'name' ? namesFor(place.prefix) : await this.#values(place);
    if (turn === this.#turn) this.#show(choices, place);
  }

  /** @param {Place} place @returns {Promise<Choice[]>} */
  async #values({ key, prefix }) {
    const values = await this.valuesOf(key, prefix).catch(() => []);
    const known = values.length === 1 && values[0].value.toLowerCase() === prefix.toLowerCase();
    if (known) return []; // it has been typed in full
    return values.slice(0, MOST + 4).map(({ value, count: n }) => ({ text: tokenText(key, value), label: value, note: n === null ? '' : count(n) })); // prettier-ignore
  }

  /** @param {Choice[]} choices @param {Place | null} place */
  #show(choices, place) {
    this.#choices = choices;
    this.#place = place;
    this.list.hidden = !choices.length;
    this.input.setAttribute('aria-expanded', String(choices.length > 0));
    this.list.replaceChildren(...choices.map((choice, i) => this.#option(choice, i)));
    this.#mark(-1);
  }

  /** @param {Choice} choice @param {number} i */
  #option({ text, label, note }, i) {
    const node = el('li', { id: `completion-${i}`, attrs: { role: 'option' } }, el('bdi', { text: label }), el('span', { class: 'meta', text: note })); // prettier-ignore
    const colour = /^colour:(\w+)$/.exec(text)?.[1];
    if (colour) node.prepend(swatchOf(/** @type {keyof typeof COLOURS} */ (colour)));
    // The box keeps the focus.
    node.addEventListener('pointerdown', (event) => event.preventDefault());
    node.addEventListener('click', () => this.take(i));
    return node;
  }

  /** @param {number} active −1: none */
  #mark(active) {
    this.#active = active;
    [...this.list.children].forEach((node, i) =>
      node.setAttribute('aria-selected', String(i === active)),
    );
    if (active < 0) this.input.removeAttribute('aria-activedescendant');
    else this.input.setAttribute('aria-activedescendant', `completion-${active}`);
  }

  /** @param {number} i */
  take(i) {
    const choice = this.#choices[i];
    if (!choice || !this.#place) return;
    const { q, caret } = completed(this.input.value, this.#place, choice.text);
    this.close();
    this.input.value = q;
    this.input.setSelectionRange(caret, caret);
    this.changed(q);
    if (choice.text.endsWith(':')) void this.#look();
  }

  /** @param {KeyboardEvent} event @returns {boolean} it was meant for the list */
  key(event) {
    if (!this.open) return false;
    const last = this.#choices.length - 1;
    if (event.key === 'ArrowDown' && this.#active < last) this.#mark(this.#active + 1);
    else if (event.key === 'ArrowUp' && this.#active >= 0) this.#mark(this.#active - 1);
    else if (event.key === 'Escape') this.close();
    else if ((event.key === 'Enter' || event.key === 'Tab') && this.#active >= 0)
      this.take(this.#active);
    else return false;
    return true;
  }
}

/** @param {string} word @returns {Choice[]} */
function namesFor(word) {
  return meantBy(word).slice(0, MOST).map((text) => ({ text, label: text, note: MEANINGS[/** @type {keyof typeof MEANINGS} */ (text.slice(0, -1))] ?? 'of that colour' })); // prettier-ignore
}

/** @param {keyof typeof COLOURS} name */
export function swatchOf(name) {
  const swatch = el('span', { class: 'swatch', attrs: { 'aria-hidden': 'true' } });
  swatch.style.background = COLOURS[name];
  return swatch;
}
