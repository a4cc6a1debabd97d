/**
 * Which pictures (or cards) show at which scale, and how large: decided ahead of time, as it is for
 * names, so that nothing pops and nothing is computed while one moves. Pure and deterministic.
 *
 * Scales are steps, four to an octave, from the scale that shows the whole map. At every step, the
 * most important items first, those that show may grow by one size and others may join, where
 * their boxes meet no other box at this step or any later one. So the sets and the sizes are
 * nested: zooming in never removes, shrinks or moves aside what is there. It is the "active range"
 * of Been, Daiches & Yap 2006 (doi:10.1109/TVCG.2006.136), one per size.
 */
import { Laying } from './laying.js';

/** Steps in an octave of scale. */
export const STEPS = 4;
export const NEVER = 255;
/** Octaves of its size that an item grows in a step: twice as fast as the map. */
const SPEED = 2 / STEPS;

/** @typedef {{x: number, y: number, halfWidth: number, halfHeight: number, from: number, to: number}} Obstacle a name: map units and px, and the scales at which it shows */
/**
 * @typedef {{
 *   x: ArrayLike<number>, y: ArrayLike<number>, rx: ArrayLike<number>, ry: ArrayLike<number>,
 *   awayX: ArrayLike<number>, awayY: ArrayLike<number>, wide: ArrayLike<number>, tall: ArrayLike<number>,
 *   own: ArrayLike<number>, zoom: ArrayLike<number>, order: Uint32Array, landmark: ArrayLike<number>,
 *   fit: number, cell: number, last: number, sizes: Size[], entry: number, usual: number,
 *   landmarks: number[], spots: [number, number][], gap: number, grows?: number, roomy?: number, names: Obstacle[], held?: Ranges | null, edge?: Box | null,
 * }} Wish
 * `away`: where the land grows sparser, as a direction with y up. `wide`, `tall`: shares of a box
 * that an item fills. `own`: width around its relaxed place that is its own. `zoom`: octaves from which an item
 * may have room, roughly. `order`: slots, the most important first. `landmark`: which of `landmarks`, or 255. `last`: scale. `sizes`: px, ascending;
 * beyond the `usual` one they must fit into what is the item's own. `entry`: the size of those that
 * join. `landmarks`: sizes of those that show with the whole map. `spots`: where a box may stand off
 * its dot, in shares of its side. `gap`: px between boxes. `grows`: the step from which any may be
 * larger than when it joined; 0 unless told. `roomy`: the size up to which those may be larger than
 * the usual that hide hardly a dot. `edge`: of the view that shows the whole map, px as
 * they lie at its scale, y down: what shows there lies inside. `held`: ranges that stay as they are; the
 * others come into what they leave.
 */
/** @typedef {{steps: number, count: number, from: Uint8Array, ox: Float32Array, oy: Float32Array, fit: number, cell: number, sizes: Size[], nameFrom: Float64Array}} Ranges from: the step of each size of each slot; ox, oy: px off the dot, y down; nameFrom: the scale from which each name shows */

/** The step of a scale, not rounded. @param {number} scale @param {number} fit */
export function stepOf(scale, fit) {
  return STEPS * Math.log2(scale / fit);
}

/** @param {Wish} wish @returns {Ranges} */
export function layRanges(wish) {
  const laying = new Laying(wish);
  laying.until(Infinity);
  return laying.result();
}

/**
 * How large an item is at a step, as an index into the sizes with a fraction; −1: it does not show.
 * It follows what was decided with a speed that is limited, so that nothing jumps.
 * @param {Ranges} ranges @param {number} slot @param {number} step
 */
export function sizeAt(ranges, slot, step) {
  const { sizes, from } = ranges;
  const many = sizes.length;
  const at = slot * many;
  const now = Math.max(step, 0);
  if (slot >= ranges.count || from[at] > now) return -1;
  let c = 0;
  let width = Infinity;
  for (let k = 1; k < many && from[at + k] <= now; k++) {
    // A size that came later begins where the one before it was left.
    if (from[at + k] > from[at + k - 1])
      width = Math.min(width, sizes[k - 1].width * 2 ** (SPEED * (now - from[at + k])));
    c = k;
  }
  if (width >= sizes[c].width) return c;
  while (sizes[c].width > width) c--;
  return c + Math.log(width / sizes[c].width) / Math.log(sizes[c + 1].width / sizes[c].width);
}

/** The px of a size with a fraction, log-linear. @param {Size[]} sizes @param {number} size @returns {Size} */
export function pxOf(sizes, size) {
  const low = sizes[Math.floor(size)];
  const high = sizes[Math.min(Math.floor(size) + 1, sizes.length - 1)];
  const t = size - Math.floor(size);
  return {
    width: low.width * (high.width / low.width) ** t,
    height: low.height * (high.height / low.height) ** t,
  };
}
