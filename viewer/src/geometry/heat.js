/** How densely some items lie, in five steps, as a small picture that is stretched over the map. Pure. */
import { densityOf } from './growth.js';

export const STEPS = 5;
/** Fewer hits than this glow by themselves. */
const LEAST = 3;
/** Of a smoothed count, so that the skirt of one item is the first step. */
const SCALE = 0.05;

/**
 * @param {Float32Array} x @param {Float32Array} y @param {Box} bounds
 * @param {number[]} slots of the items, the best first
 * @returns {Uint8Array<ArrayBuffer> | null} SIDE² steps 0 … STEPS, row 0 at the lowest y; null: too few to have a density
 */
export function heatOf(x, y, bounds, slots) {
  const placed = slots.filter((slot) => Number.isFinite(x[slot]));
  if (placed.length < LEAST) return null;
  const px = Float32Array.from(placed, (slot) => x[slot]);
  const py = Float32Array.from(placed, (slot) => y[slot]);
  const density = densityOf(px, py, bounds, () => true);
  let top = 0;
  for (const value of density) top = Math.max(top, value);
  const steps = new Uint8Array(density.length);
  // By the logarithm, as the land is shaded: one hit alone is seen beside a crowd.
  const unit = STEPS / Math.log1p(top * SCALE);
  for (let k = 0; k < density.length; k++)
    steps[k] = Math.min(STEPS, Math.round(Math.log1p(density[k] * SCALE) * unit));
  return steps;
}
