/** The phylogeny on the same plane as the map, so that items can fly from one to the other. */
import { LINE_FLOATS } from '../render/frame.js';
import { Plane } from './plane.js';

/** @typedef {import('../geometry/tree.js').Tree} Tree */
/** @typedef {import('../site/space.js').Space} Space */

const RING_PIECES = 120;

/** @param {Space} space @param {Tree} tree @param {Box} box the middle and size of the tree @returns {Plane} */
export function treePlane(space, tree, box) {
  const [x0, y0, x1, y1] = box;
  const cx = (x0 + x1) / 2;
  const cy = (y0 + y1) / 2;
  const unit = (Math.max(x1 - x0, y1 - y0) / 2 || 1) / tree.radius;
  for (let s = 0; s < tree.x.length; s++) {
    tree.x[s] = cx + tree.x[s] * unit;
    tree.y[s] = cy + tree.y[s] * unit;
  }
  for (let k = 0; k < tree.lines.length; k += 2) {
    tree.lines[k] = cx + tree.lines[k] * unit;
    tree.lines[k + 1] = cy + tree.lines[k + 1] * unit;
  }
  for (const ring of tree.rings) ring.radius *= unit;
  const plane = new Plane('tree', space, tree);
  const reach = tree.radius * unit;
  plane.frame = plane.bounds = [cx - reach, cy - reach, cx + reach, cy + reach];
  plane.cell = tree.cell * unit;
  return plane;
}

/**
 * Edges and rings as the painter wants them.
 * @param {Tree} tree @param {Plane} plane @param {(slot: number) => [number, number, number]} colourOf
 * @param {[number, number, number]} ink of the rings
 */
export function treeLines(tree, plane, colourOf, ink) {
  const edges = tree.child.length;
  const data = new Float32Array((edges + tree.rings.length * RING_PIECES) * LINE_FLOATS);
  const many = edges > 40_000;
  for (let i = 0; i < edges; i++) {
    const c = colourOf(tree.child[i]);
    const k = i * LINE_FLOATS;
    data.set(tree.lines.subarray(i * 4, i * 4 + 4), k);
    data[k + 4] = c[0] / 255;
    data[k + 5] = c[1] / 255;
    data[k + 6] = c[2] / 255;
    data[k + 7] = tree.weak[i] ? 0.5 : many ? 0.35 : 0.7;
    data[k + 8] = many ? 0.7 : 1;
    data[k + 9] = tree.weak[i] ? 4 : 0;
  }
  const [x0, y0, x1, y1] = plane.frame;
  const cx = (x0 + x1) / 2;
  const cy = (y0 + y1) / 2;
  let k = edges * LINE_FLOATS;
  for (const { radius } of tree.rings) {
    for (let p = 0; p < RING_PIECES; p++) {
      const a = (p / RING_PIECES) * 2 * Math.PI;
      const b = ((p + 1) / RING_PIECES) * 2 * Math.PI;
      data.set([
        cx + Math.cos(a) * radius, cy + Math.sin(a) * radius, cx + Math.cos(b) * radius, cy + Math.sin(b) * radius,
        ink[0] / 255, ink[1] / 255, ink[2] / 255, 0.2, 1, 0,
      ], k); // prettier-ignore
      k += LINE_FLOATS;
    }
  }
  return data;
}
