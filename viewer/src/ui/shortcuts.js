/** Keys. Single letters can be turned off (WCAG 2.1.4). */
import { recall, remember } from '../app/settings.js';

/** @typedef {'left' | 'right' | 'up' | 'down' | 'in' | 'out' | 'fit' | 'find' | 'help' | 'back' | 'previous' | 'next' | 'switch' | 'tree' | 'list' | 'timeline' | 'minimap' | 'pictures' | 'theme' | 'hide' | 'facts' | 'zoomItem'} Action */

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
  m: 'switch', p: 'tree', l: 'list', t: 'timeline', n: 'minimap', g: 'pictures', d: 'theme', h: 'hide', i: 'facts', ' ': 'zoomItem',
}; // prettier-ignore

/** What the `?` sheet tells. */
export const KEYS = [
  ['← ↑ → ↓', 'pan the map; in an item, ← → walk its neighbours'],
  ['+ −', 'zoom in and out'],
  ['0', 'the whole map'],
  ['/ or Ctrl K', 'find'],
  ['[ ]', 'previous and next region'],
  ['Tab', 'walk the region names'],
  ['M', 'pictures or notes'],
  ['P', 'phylogeny'],
  ['L', 'list of what is in view'],
  ['T', 'timeline'],
  ['G', 'pictures: map, mosaic, quiet'],
  ['N', 'overview map'],
  ['D', 'dark or light'],
  ['H', 'hide the interface'],
  ['I, Space', 'in an item: facts, and zoom'],
  ['Esc', 'one layer back'],
  ['?', 'this sheet'],
];

/**
 * @param {{key: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean}} event
 * @param {boolean} letters whether single letters are on
 * @returns {Action | null}
 */
export function actionOf(event, letters) {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') return 'find';
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
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
    if (!action || (typing && action !== 'back' && !(event.ctrlKey || event.metaKey))) return;
    // A focused button keeps its space bar.
    if (event.key === ' ' && target instanceof HTMLButtonElement) return;
    if (act(action)) event.preventDefault();
  });
}
