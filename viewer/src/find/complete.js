/** What can follow where one types: names of filters, and their values. Pure. */
import { FILTERS } from './query.js';

/**
 * @typedef {{start: number, end: number, kind: 'value' | 'name', key: string, prefix: string, not: boolean}} Place
 * The part of a query that is being typed: the value of a filter, or a word that may become one
 */

/** Values that are always the same. @type {Record<string, string[]>} */
export const FIXED = {
  is: ['new', 'duplicate', 'offline', 'provisional'],
  type: ['image', 'note'],
};
/** Names of colours, as the daemon takes them, with how they look. */
export const COLOURS = /** @type {const} */ ({
  red: '#d43d3d', orange: '#e8862e', yellow: '#e9c62f', green: '#4c9e4c', teal: '#2f9d97', blue: '#3f73d1',
  purple: '#8455c7', pink: '#e37fb2', brown: '#8a5a37', black: '#16181a', grey: '#8d9398', white: '#f6f6f4',
}); // prettier-ignore
/** @type {Record<string, keyof typeof COLOURS>} */
const ALSO = { gray: 'grey', violet: 'purple', cyan: 'teal', turquoise: 'teal', magenta: 'pink' };
/** What is said of each filter. @type {Record<keyof typeof FILTERS, string>} */
export const MEANINGS = {
  folder: 'in a folder', tag: 'with a tag', region: 'in a region', type: 'of a kind', year: '2021, or 2019..2021',
  before: 'a date', after: 'a date', is: 'new, duplicate, …', lang: 'a language', camera: 'taken with', colour: 'red, blue, …',
}; // prettier-ignore
const LEAST_LETTERS = 2; // of a word, before names of filters are offered

/** @param {string} q @param {number} caret @returns {Place | null} null: nothing can be completed there */
export function placeAt(q, caret) {
  let start = 0;
  let quoted = false;
  for (let i = 0; i < caret; i++) {
    if (q[i] === '"') quoted = !quoted;
    else if (/\s/.test(q[i]) && !quoted) start = i + 1;
  }
  let end = caret;
  while (end < q.length && (quoted ? q[end] !== '"' : !/\s/.test(q[end]))) end++;
  if (quoted && q[end] === '"') end++;
  const found = /^(-?)(?:([a-z]+):)?("?)(.*)$/isu.exec(q.slice(start, caret));
  if (!found) return null;
  const [, minus, name, quote, rest] = found;
  const key = (name ?? '').toLowerCase();
  if (key && !(key in FILTERS)) return null;
  const not = minus === '-';
  if (key) return { start, end, kind: 'value', key, prefix: rest, not };
  return quote || rest.length < LEAST_LETTERS ? null : { start, end, kind: 'name', key: '', prefix: rest.toLowerCase(), not }; // prettier-ignore
}

/** Names of filters, and a colour, that a word may mean. @param {string} word @returns {string[]} `folder:`, `colour:red` */
export function meantBy(word) {
  const names = Object.keys(FILTERS).filter((name) => name.startsWith(word)).map((name) => `${name}:`); // prettier-ignore
  const colour = word in COLOURS ? word : ALSO[word];
  return colour ? [`colour:${colour}`, ...names] : names;
}

/** Values that begin so. @param {string[]} values @param {string} prefix */
export function beginning(values, prefix) {
  const low = prefix.toLowerCase();
  return values.filter((value) => value.toLowerCase().startsWith(low));
}

/**
 * The query with what was chosen at a place.
 * @param {string} q @param {Place} place @param {string} text `folder:`, or a whole filter
 * @returns {{q: string, caret: number}}
 */
export function completed(q, { start, end, not }, text) {
  const open = text.endsWith(':'); // its value follows
  const put = `${not ? '-' : ''}${text}${open ? '' : ' '}`;
  const after = q.slice(end).trimStart();
  return { q: `${q.slice(0, start)}${put}${after}`, caret: start + put.length };
}
