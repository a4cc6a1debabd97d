/** What `ranges.js` needs to know of notes: titles where they fit, then cards that are never empty. Pure. */
import { byImportance, landmarks, ownWidths, unitOf, zooms } from './pictures.js';

/** px: a title below its dot; a card with a title and three lines; with date, tags and six lines; beyond. @type {[number, number][]} */
const SIZES = [
  [152, 38],
  [172, 98],
  [212, 136],
  [264, 176],
  [330, 220],
];
/** Where notes are sparse, cards may be so large. */
const USUAL = 2;
const GAP_PX = 6;
/** The step from which titles turn to cards: six times the scale of the whole map. */
const GROWS = 10;
/** Above the dot, and to both sides. @type {[number, number][]} */
const SPOTS = [
  [0.75, 0],
  [-0.75, 0],
  [0, 0.45],
  [0, -0.45],
];

/** @param {import('./pictures.js').Items} items @param {import('./pictures.js').Setting} setting */
export function notesWish(items, { fit, cell, view, names, held, edge }) {
  const { count, x, y, rx, ry } = items;
  const unit = Math.min(unitOf(view), 1.3);
  const { nearest, third } = ownWidths(items, cell);
  const landmark = landmarks(items);
  const ones = new Float32Array(count).fill(1);
  return {
    x, y, rx, ry, wide: ones, tall: ones, own: third, nearest, landmark, fit, cell, names, held, edge,
    awayX: new Float32Array(count), awayY: ones, zoom: zooms(items), order: byImportance(items, landmark),
    last: 900 / cell, gap: GAP_PX * unit, sizes: SIZES.map(([width, height]) => ({ width: width * unit, height: height * unit })),
    entry: 0, usual: USUAL, landmarks: [0, 0, 0], spots: SPOTS, grows: GROWS,
  }; // prettier-ignore
}

/** The first size that is a card. */
export const CARD = 1;
