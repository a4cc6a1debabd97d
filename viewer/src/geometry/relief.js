/** From a coarse, quantised grid to smooth contours. Pure; runs in the data worker. */
import { contours } from 'd3-contour';
import { contourLevels } from './levels.js';
import { HALF } from './outlines.js';
import { roughen, smoothingWidth } from './roughness.js';
import { offshore } from './sea.js';

const SHORTEST_RING = 10; // points; smaller rings are noise of the grid

/**
 * Twice the nodes along each side by a cubic B-spline, which also smooths the steps of 8-bit
 * heights (the grid is smoothed, not the lines).
 * @param {Float32Array} grid @param {number} size nodes along a side
 * @returns {Float32Array<ArrayBuffer>} (2 · size)² heights, cell centres kept
 */
export function refine(grid, size) {
  const wide = 2 * size;
  const across = new Float32Array(wide * size);
  for (let row = 0; row < size; row++) {
    refineLine(grid, row * size, 1, size, across, row * wide, 1);
  }
  const out = new Float32Array(wide * wide);
  for (let column = 0; column < wide; column++) {
    refineLine(across, column, wide, size, out, column, wide);
  }
  return out;
}

/**
 * @param {Float32Array} from @param {number} at @param {number} step @param {number} count
 * @param {Float32Array} to @param {number} start @param {number} stride
 */
function refineLine(from, at, step, count, to, start, stride) {
  // Uniform cubic B-spline at ±1/4 of a cell: weights of the four nearest nodes.
  const w0 = 0.0703125, w1 = 0.6119791667, w2 = 0.3151041667, w3 = 0.0026041667; // prettier-ignore
  for (let i = 0; i < count; i++) {
    const m2 = from[at + step * Math.max(0, i - 2)];
    const m1 = from[at + step * Math.max(0, i - 1)];
    const c = from[at + step * i];
    const p1 = from[at + step * Math.min(count - 1, i + 1)];
    const p2 = from[at + step * Math.min(count - 1, i + 2)];
    to[start + stride * 2 * i] = w3 * m2 + w2 * m1 + w1 * c + w0 * p1;
    to[start + stride * (2 * i + 1)] = w0 * m1 + w1 * c + w2 * p1 + w3 * p2;
  }
}

/** Beyond so many widths of the smoothing the sea is deep. */
const SHELF = 3;

/**
 * @param {{size: number, bounds: Box, heights: Float32Array, top: number, thresholds: number[]}} terrain
 * @param {boolean} fine double the grid
 * @returns {Land} points in map units
 */
export function surveyLand(terrain, fine) {
  const { bounds, top } = terrain;
  const wanted = contourLevels(terrain.thresholds, top);
  const width = smoothingWidth(terrain.heights, terrain.size, top);
  const rough = roughen(terrain.heights, terrain.size, bounds, width);
  if (wanted.length) sink(rough, terrain.size, wanted[0].value, top, width * SHELF);
  const size = fine ? terrain.size * 2 : terrain.size;
  const heights = fine ? refine(rough, terrain.size) : rough;
  const { points, levels } = trace(heights, size, bounds, wanted, fine);
  const shade = hillshade(heights, size, wanted[0]?.value ?? 0, top, fine ? width * 2 : width);
  return { bounds, size, heights, shade, top, points, levels };
}

/**
 * Below the coast the ground goes on falling with the distance from it: −top where the sea is deep.
 * @param {Float32Array} grid changed in place @param {number} size @param {number} coast @param {number} top @param {number} reach cells
 */
function sink(grid, size, coast, top, reach) {
  const distance = offshore(grid, size, coast);
  for (let k = 0; k < grid.length; k++) {
    if (grid[k] < coast)
      grid[k] -= (grid[k] + top) * Math.min(1, Math.max(0, distance[k] - 1) / reach);
  }
}

/**
 * Contours as runs of points. The coast is drawn as strong as an index contour.
 * @param {Float32Array} heights @param {number} size @param {Box} bounds @param {ReturnType<typeof contourLevels>} wanted
 * @param {boolean} halves lines half-way between them too, after all others
 */
function trace(heights, size, bounds, wanted, halves) {
  const generator = contours().size([size, size]);
  const dx = (bounds[2] - bounds[0]) / size;
  const dy = (bounds[3] - bounds[1]) / size;
  /** @type {number[]} */
  const points = [];
  const line = (/** @type {number} */ value, /** @type {number} */ kind) => {
    const shape = generator.contour(/** @type {any} */ (heights), value);
    for (const polygon of shape.coordinates) {
      for (const ring of polygon) {
        if (ring.length < SHORTEST_RING) continue;
        ring.forEach(([x, y], i) => {
          points.push(bounds[0] + x * dx, bounds[1] + y * dy, i + 1 < ring.length ? kind : 0);
        });
      }
    }
  };
  const levels = wanted.map((level, n) => {
    const start = points.length / 3;
    line(level.value, level.strong || n === 0 ? 2 : 1);
    return { ...level, start, end: points.length / 3 };
  });
  if (halves)
    for (let n = 1; n < wanted.length; n++) line((wanted[n - 1].value + wanted[n].value) / 2, HALF);
  return { points: Float32Array.from(points), levels };
}

/** How steep the land looks: rise over run of a slope that climbs it all within a width. */
const RELIEF = 2.2;

/**
 * Hillshade after Horn 1981 (doi:10.1109/PROC.1981.11918): light from 315° at 45°, computed once,
 * so that drawing costs one look-up. Heights are taken by their logarithm, or only the peaks would
 * have relief; the sea is flat.
 * @param {Float32Array} heights @param {number} size @param {number} coast @param {number} top
 * @param {number} width of the smoothing, cells
 * @returns {Float32Array<ArrayBuffer>} −0.75 … 0.75 around flat ground
 */
export function hillshade(heights, size, coast, top, width) {
  const out = new Float32Array(size * size);
  const z = new Float32Array(size * size);
  const foot = Math.max(coast * 1.5, top * 0.02, 1e-9);
  const unit = (RELIEF * width) / Math.log1p((top - coast) / foot) / 8;
  for (let k = 0; k < z.length; k++)
    if (heights[k] > coast) z[k] = Math.log1p((heights[k] - coast) / foot) * unit;
  for (let j = 0; j < size; j++) {
    const below = Math.max(0, j - 1) * size;
    const above = Math.min(size - 1, j + 1) * size;
    const here = j * size;
    for (let i = 0; i < size; i++) {
      if (z[here + i] === 0) continue;
      const l = Math.max(0, i - 1);
      const r = Math.min(size - 1, i + 1);
      const dx =
        z[above + r] +
        2 * z[here + r] +
        z[below + r] -
        z[above + l] -
        2 * z[here + l] -
        z[below + l];
      const dy =
        z[above + r] +
        2 * z[above + i] +
        z[above + l] -
        z[below + r] -
        2 * z[below + i] -
        z[below + l];
      const light = (0.5 * dx - 0.5 * dy + Math.SQRT1_2) / Math.hypot(dx, dy, 1);
      const value = light / Math.SQRT1_2 - 1;
      out[here + i] = value < -0.75 ? -0.75 : value > 0.75 ? 0.75 : value;
    }
  }
  return out;
}
