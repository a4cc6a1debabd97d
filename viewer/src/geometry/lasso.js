/** Which items lie within an outline or a box. Pure. */
import { clamp } from './grid.js';

/** @typedef {[number, number]} Point */
/** @typedef {{bounds: Box, rows: number, top: number, spans: Float64Array[]}} Outline */

const ROWS = 512;

/**
 * An outline cut into rows: each row keeps the edges that touch it, and a point is tested only
 * against those of its row.
 * @param {Point[]} points of a closed outline, map units; the last joins the first
 * @returns {Outline | null} null: fewer than three points enclose nothing
 */
export function outlineOf(points) {
  if (points.length < 3) return null;
  /** @type {Box} */
  const bounds = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    bounds[0] = Math.min(bounds[0], x);
    bounds[1] = Math.min(bounds[1], y);
    bounds[2] = Math.max(bounds[2], x);
    bounds[3] = Math.max(bounds[3], y);
  }
  const tall = bounds[3] - bounds[1] || 1e-12;
  const rows = Math.max(1, Math.min(ROWS, points.length));
  const rowOf = (/** @type {number} */ y) =>
    clamp(Math.floor(((y - bounds[1]) / tall) * rows), 0, rows - 1);
  /** @type {number[][]} */
  const lists = Array.from({ length: rows }, () => []);
  points.forEach(([x0, y0], i) => {
    const [x1, y1] = points[(i + 1) % points.length];
    if (y0 === y1) return; // level edges are never crossed by a level ray
    const last = rowOf(Math.max(y0, y1));
    for (let row = rowOf(Math.min(y0, y1)); row <= last; row++) lists[row].push(x0, y0, x1, y1);
  });
  return { bounds, rows, top: tall, spans: lists.map((list) => Float64Array.from(list)) };
}

/** By the even-odd rule. @param {Outline} outline @param {number} x @param {number} y */
export function encloses({ bounds, rows, top, spans }, x, y) {
  if (!(x >= bounds[0] && x <= bounds[2] && y >= bounds[1] && y <= bounds[3])) return false;
  const edges = spans[clamp(Math.floor(((y - bounds[1]) / top) * rows), 0, rows - 1)];
  let inside = false;
  for (let k = 0; k < edges.length; k += 4) {
    const y0 = edges[k + 1];
    const y1 = edges[k + 3];
    if (y0 > y === y1 > y) continue;
    if (x < edges[k] + ((y - y0) / (y1 - y0)) * (edges[k + 2] - edges[k])) inside = !inside;
  }
  return inside;
}

/** The corners of the rectangle between two points. @param {Point} a @param {Point} b @returns {Point[]} */
export function cornersOf([x0, y0], [x1, y1]) {
  return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]; // prettier-ignore
}

/**
 * @param {Outline} outline
 * @param {{countIn: (box: Box) => number, runs: (box: Box) => Iterable<{order: Uint32Array | null, start: number, end: number}>}} index
 * @param {{x: Float32Array, y: Float32Array, rx: Float32Array, ry: Float32Array}} places
 * @param {number} relax share of the way from the true to the relaxed places
 * @param {(slot: number) => boolean} visible
 * @returns {number[]} slots, each once
 */
export function slotsWithin(outline, index, { x, y, rx, ry }, relax, visible) {
  const found = [];
  const seen = new Set();
  for (const { order, start, end } of index.runs(outline.bounds)) {
    for (let k = start; k < end; k++) {
      const slot = order ? order[k] : k;
      const px = x[slot] + (rx[slot] - x[slot]) * relax;
      if (!encloses(outline, px, y[slot] + (ry[slot] - y[slot]) * relax)) continue;
      if (!visible(slot) || seen.has(slot)) continue;
      seen.add(slot);
      found.push(slot);
    }
  }
  return found;
}
