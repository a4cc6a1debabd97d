/** Keys. Single letters can be turned off (WCAG 2.1.4). */
import { recall, remember } from '../app/settings.js';

/** @typedef {'left' | 'right' | 'up' | 'down' | 'in' | 'out' | 'fit' | 'find' | 'help' | 'back' | 'previous' | 'next' | 'switch' | 'tree' | 'list' | 'timeline' | 'minimap' | 'pictures' | 'theme' | 'hide' | 'facts' | 'zoomItem' | 'wide' | 'edit' | 'pick' | 'example' | 'hits' | 'gallery' | 'lasso' | 'all' | 'earlier' | 'later' | 'collections' | 'colours' | 'duplicates' | 'export' | 'members'} Action */

/** @type {Record<string, Action>} */
const NAMED = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  Escape: 'back',
};
/** @type {Record<string, Action>} */
const LETTERS = {
  '+': 'in', '=': 'in', '-': 'out', _: 'out', 0: 'fit', '/': 'find', '?': 'help', '[': 'previous', ']': 'next',
  m: 'switch', p: 'tree', l: 'list', t: 'timeline', n: 'minimap', d: 'theme', h: 'hide', i: 'facts', ' ': 'zoomItem',
  z: 'wide', o: 'edit', x: 'pick', e: 'example', f: 'hits', v: 'gallery', g: 'pictures', s: 'lasso', ',': 'earlier', '.': 'later',
  c: 'collections', k: 'colours', u: 'duplicates', w: 'members',
}; // prettier-ignore

/** What the `?` sheet tells. */
export const KEYS = [
  ['← ↑ → ↓', 'pan the map; in an item, ← → walk on'],
  ['+ −', 'zoom in and out'],
  ['0', 'the whole map'],
  ['/ or Ctrl K', 'find'],
  ['[ ]', 'previous and next region'],
  ['Tab', 'walk the region names'],
  ['M', 'pictures or notes; from an item, its nearest bridge'],
  ['P', 'phylogeny'],
  ['V, L', 'gallery, or list, of what is in view'],
  ['G', 'pictures: map, mosaic, quiet'],
  ['X', 'select what is under the pointer, or open'],
  ['S', 'lasso; Shift adds, Alt takes away'],
  ['Shift and drag', 'select a rectangle'],
  ['Ctrl A', 'select everything in view'],
  ['E', 'more like this'],
  ['C', 'collections, from what is selected or found'],
  ['K', 'colour by year, folder, …; the key filters'],
  ['U', 'go through duplicates'],
  ['W', 'in a region: gallery or lines'],
  ['F', 'all hits on the map'],
  ['T', 'time; Space plays, comma and full stop step'],
  ['N', 'overview map'],
  ['D', 'dark or light'],
  ['H', 'hide the interface'],
  ['I, Space, Z', 'in an item: facts, zoom, full width'],
  ['Esc', 'one layer back'],
  ['?', 'this sheet'],
];

/**
 * @param {{key: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean}} event
 * @param {boolean} letters whether single letters are on
 * @returns {Action | null}
 */
export function actionOf(event, letters) {
  if (event.ctrlKey || event.metaKey) {
    const key = event.altKey ? '' : event.key.toLowerCase();
    return key === 'k' ? 'find' : key === 'a' ? 'all' : null;
  }
  if (event.altKey) return null;
  if (NAMED[event.key]) return NAMED[event.key];
  if (!letters) return null;
  return LETTERS[event.key.length === 1 ? event.key.toLowerCase() : ''] ?? null;
}

export function lettersOn() {
  return recall('letters', 'on') === 'on';
}

/** @param {boolean} on */
export function setLetters(on) {
  remember('letters', on ? 'on' : 'off');
}

/** @param {(action: Action) => boolean} act says whether it did anything */
export function listenKeys(act) {
  window.addEventListener('keydown', (event) => {
    const target = event.target;
    const typing =
      target instanceof HTMLInputElement ||
      target instanceof HTMLTextAreaElement ||
      target instanceof HTMLSelectElement;
    const action = actionOf(event, lettersOn());
    // Ctrl A in a field means its text.
    const own = typing && action !== 'back' && action !== 'find';
    if (!action || own || (typing && event.key === '/')) return;
    // A focused button keeps its space bar.
    if (event.key === ' ' && target instanceof HTMLButtonElement) return;
    if (act(action)) event.preventDefault();
  });
}
