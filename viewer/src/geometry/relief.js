/** From a coarse, quantised grid to smooth contours. Pure; runs in the data worker. */
import { contours } from 'd3-contour';
import { contourLevels } from './levels.js';

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

/**
 * @param {{size: number, bounds: Box, heights: Float32Array, top: number, thresholds: number[]}} terrain
 * @param {boolean} fine double the grid first
 * @returns {Land} points in map units
 */
export function surveyLand(terrain, fine) {
  const { bounds } = terrain;
  const size = fine ? terrain.size * 2 : terrain.size;
  const heights = fine ? refine(terrain.heights, terrain.size) : Float32Array.from(terrain.heights);
  const wanted = contourLevels(terrain.thresholds, terrain.top);
  const generator = contours().size([size, size]);
  const dx = (bounds[2] - bounds[0]) / size;
  const dy = (bounds[3] - bounds[1]) / size;
  /** @type {number[]} */
  const points = [];
  const levels = wanted.map((level) => {
    const start = points.length / 3;
    const shape = generator.contour(/** @type {any} */ (heights), level.value);
    for (const polygon of shape.coordinates) {
      for (const ring of polygon) {
        if (ring.length < SHORTEST_RING) continue;
        const kind = level.strong ? 2 : 1;
        ring.forEach(([x, y], i) => {
          points.push(bounds[0] + x * dx, bounds[1] + y * dy, i + 1 < ring.length ? kind : 0);
        });
      }
    }
    return { ...level, start, end: points.length / 3 };
  });
  const shade = hillshade(heights, size, terrain.top);
  return { bounds, size, heights, shade, top: terrain.top, points: Float32Array.from(points), levels };
}

/**
 * Hillshade after Horn 1981 (doi:10.1109/PROC.1981.11918): light from 315° at 45°, computed once,
 * so that drawing costs one look-up.
 * @param {Float32Array} heights @param {number} size @param {number} top
 * @returns {Float32Array<ArrayBuffer>} −0.75 … 0.75 around flat ground
 */
export function hillshade(heights, size, top) {
  const out = new Float32Array(size * size);
  const reach = Math.max(1, Math.round((1.5 * size) / 1024));
  const flat = (85.7 / 8 / reach / size) * 12;
  const unit = 1 / (top || 1);
  for (let j = 0; j < size; j++) {
    const below = Math.max(0, j - reach) * size;
    const above = Math.min(size - 1, j + reach) * size;
    const here = j * size;
    for (let i = 0; i < size; i++) {
      const l = Math.max(0, i - reach);
      const r = Math.min(size - 1, i + reach);
      const dx = (heights[above + r] + 2 * heights[here + r] + heights[below + r] - heights[above + l] - 2 * heights[here + l] - heights[below + l]) * unit;
      const dy = (heights[above + r] + 2 * heights[above + i] + heights[above + l] - heights[below + r] - 2 * heights[below + i] - heights[below + l]) * unit;
      const light = (0.5 * dx - 0.5 * dy + Math.SQRT1_2 * flat) / Math.hypot(dx, dy, flat);
      const value = light / Math.SQRT1_2 - 1;
      out[here + i] = value < -0.75 ? -0.75 : value > 0.75 ? 0.75 : value;
    }
  }
  return out;
}
