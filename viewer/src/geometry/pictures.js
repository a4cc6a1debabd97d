/** What `ranges.js` needs to know of pictures: who comes first, how large they are, where there is room. Pure. */
import { ratioOf } from '../site/columns.js';
import { NEVER } from './ranges.js';

/** @typedef {import('./ranges.js').Obstacle} Obstacle */
/**
 * @typedef {{
 *   count: number, x: Float32Array, y: Float32Array, rx: Float32Array, ry: Float32Array,
 *   rank: Uint8Array, flags: Uint8Array, aspect: Uint8Array, region: Int32Array,
 *   regions: {id: number, level: number, x: number, y: number, medoid: number, example?: boolean}[],
 * }} Items columns of the site, and the regions
 */
/** @typedef {{fit: number, cell: number, view: Size, names: Obstacle[], held: import('./ranges.js').Ranges | null, edge?: Box | null}} Setting `fit`: the scale that shows the whole map */

/** Sides of pictures, px: landmarks', S, M, L, and beyond what they grow to where there is room. */
const SIDES = [28, 40, 48, 56, 64, 80, 96, 112, 128];
const ENTRY = 1;
const USUAL = SIDES.length - 1;
const ROOMY = USUAL + 2;
const LARGER = 1.12;
/** Landmarks by the level of their region, as indices of SIDES: 56, 40 and 28 px. */
const LANDMARKS = [3, 1, 0];
const GAP_PX = 4;
/** A picture fills at most so much of the view's shorter side. */
export const LARGEST = 0.6;
/** What is an item's own is at most so many cells wide. */
const MOST_CELLS = 3;
const PRESENT = 1;
/** The last rank, and so many octaves before its own an item is looked at. */
const REST = 15;
const EARLIER = 2;

/** How much larger things are on a large screen. @param {Size} view */
export function unitOf({ width, height }) {
  return Math.min(Math.max(Math.min(width, height) / 900, 0.85), 2.2);
}

/** Off the dot by up to 0.8 of a side: ahead, to both sides, back. @type {[number, number][]} */
const SPOTS = [0.3, 0.55, 0.8].flatMap((far) =>
  [0, 1, -1, 2, -2, 3, -3, 4].map(
    (turn) =>
      /** @type {[number, number]} */ ([
        far * Math.cos((turn * Math.PI) / 4),
        far * Math.sin((turn * Math.PI) / 4),
      ]),
  ),
);

/** @param {Items} items @param {Setting} setting @returns {import('./ranges.js').Wish & {nearest: Float32Array}} */
export function picturesWish(items, { fit, cell, view, names, held, edge }) {
  const { count, x, y, rx, ry, aspect } = items;
  const unit = unitOf(view);
  const sides = SIDES.map((side) => side * unit);
  const largest = LARGEST * Math.min(view.width, view.height);
  while (sides[sides.length - 1] * LARGER < largest) sides.push(sides[sides.length - 1] * LARGER);
  sides.push(largest);
  const wide = new Float32Array(count);
  const tall = new Float32Array(count);
  for (let s = 0; s < count; s++) {
    const ratio = ratioOf(aspect[s]);
    wide[s] = Math.min(1, ratio);
    tall[s] = Math.min(1, 1 / ratio);
  }
  const { nearest, third } = ownWidths(items, cell);
  const landmark = landmarks(items);
  return {
    x, y, rx, ry, wide, tall, own: third, nearest, landmark, fit, cell, names, held, edge,
    ...outwards(items), zoom: zooms(items), order: byImportance(items, landmark), last: largest / (0.75 * cell), gap: GAP_PX * unit,
    sizes: sides.map((side) => ({ width: side, height: side })), entry: ENTRY, usual: USUAL, roomy: ROOMY, landmarks: LANDMARKS, spots: SPOTS,
  }; // prettier-ignore
}

/** The level of the region at whose heart each item is. Where a picture is the name, it is not a landmark besides. @param {Items} items */
export function landmarks({ count, regions }) {
  const level = new Uint8Array(count).fill(NEVER);
  for (const region of regions)
    if (!region.example && region.medoid >= 0 && region.medoid < count)
      level[region.medoid] = Math.min(level[region.medoid], region.level);
  return level;
}

/**
 * A rank is a thinning of the map, each twice as dense as the one before, the first a dozen items
 * across: those of later ranks stand too close to have room yet. The last one holds what is left.
 * @param {Items} items
 */
export function zooms({ count, rank, regions }) {
  let last = 0;
  for (let s = 0; s < count; s++) if (rank[s] < REST) last = Math.max(last, rank[s]);
  const zoom = new Int8Array(count);
  for (let s = 0; s < count; s++) zoom[s] = Math.min(rank[s], last + 1) - EARLIER;
  for (const { example, medoid } of regions)
    if (example && medoid >= 0 && medoid < count) zoom[medoid] = Math.max(zoom[medoid], 1);
  return zoom;
}

/** Slots of the present, the most important first. @param {Items} items @param {Uint8Array} landmark */
export function byImportance({ count, rank, flags }, landmark) {
  const slots = [];
  for (let s = 0; s < count; s++) if (flags[s] & PRESENT) slots.push(s);
  return Uint32Array.from(slots).sort(
    (a, b) => landmark[a] - landmark[b] || rank[a] - rank[b] || a - b,
  );
}

/** From the peak of its region to an item: where the land falls. @param {Items} items */
export function outwards({ count, x, y, region, regions }) {
  const peak = new Map(regions.map((one) => [one.id, one]));
  const awayX = new Float32Array(count);
  const awayY = new Float32Array(count);
  for (let s = 0; s < count; s++) {
    const k = s * 3;
    const top = peak.get(region[k + 2]) ?? peak.get(region[k + 1]) ?? peak.get(region[k]) ?? null;
    const dx = top ? x[s] - top.x : 0;
    const dy = top ? y[s] - top.y : 0;
    const d = Math.hypot(dx, dy);
    awayX[s] = d > 0 ? dx / d : 0;
    awayY[s] = d > 0 ? dy / d : 1;
  }
  return { awayX, awayY };
}

/**
 * Widths around the relaxed places: to the nearest neighbour, so that squares so wide never overlap,
 * and to the third, which says how crowded it is; 1 to 3 cells.
 * @param {Items} items @param {number} cell map units
 */
export function ownWidths({ count, rx, ry, flags }, cell) {
  const most = MOST_CELLS * cell;
  /** @type {Map<number, number[]>} */
  const squares = new Map();
  const column = (/** @type {number} */ value) => Math.floor(value / most) + 0x200000;
  for (let s = 0; s < count; s++) {
    if (!(flags[s] & PRESENT)) continue;
    const key = column(rx[s]) * 0x400000 + column(ry[s]);
    const list = squares.get(key);
    if (list) list.push(s);
    else squares.set(key, [s]);
  }
  const nearest = new Float32Array(count).fill(most);
  const third = new Float32Array(count).fill(most);
  for (let s = 0; s < count; s++) {
    if (!(flags[s] & PRESENT)) continue;
    let [a, b, c] = [most, most, most];
    for (let i = -1; i <= 1; i++) {
      for (let j = -1; j <= 1; j++) {
        for (const o of squares.get((column(rx[s]) + i) * 0x400000 + column(ry[s]) + j) ?? []) {
          if (o === s) continue;
          const d = Math.max(Math.abs(rx[s] - rx[o]), Math.abs(ry[s] - ry[o]));
          if (d < a) [a, b, c] = [d, a, b];
          else if (d < b) [b, c] = [d, b];
          else if (d < c) c = d;
        }
      }
    }
    nearest[s] = Math.max(a, Math.min(cell, most));
    third[s] = Math.max(c, cell);
  }
  return { nearest, third };
}
