/**
 * The land as it was when fewer items lay on it. The published heights are the density of all items;
 * what share of it the items up to some time make is estimated with a kernel of our own, so that the
 * last step is the published land itself. Pure.
 */

export const SIDE = 128;
/** Width of the kernel, cells of the grid: about that of the published land. */
const REACH = 2;

/**
 * @param {Float32Array} x @param {Float32Array} y @param {Box} bounds
 * @param {(i: number) => boolean} counts which items
 * @returns {Float32Array<ArrayBuffer>} density on a grid of SIDE², unnormalised, smoothed
 */
export function densityOf(x, y, bounds, counts) {
  const grid = new Float32Array(SIDE * SIDE);
  const fx = SIDE / (bounds[2] - bounds[0] || 1);
  const fy = SIDE / (bounds[3] - bounds[1] || 1);
  for (let i = 0; i < x.length; i++) {
    if (!counts(i) || x[i] !== x[i]) continue;
    const column = Math.min(SIDE - 1, Math.max(0, Math.floor((x[i] - bounds[0]) * fx)));
    const row = Math.min(SIDE - 1, Math.max(0, Math.floor((y[i] - bounds[1]) * fy)));
    grid[row * SIDE + column]++;
  }
  // Three boxes make nearly a Gaussian (central limit).
  let from = grid;
  for (let pass = 0; pass < 3; pass++) from = boxed(boxed(from, 1), SIDE);
  return from;
}

/** The mean over 2 · REACH + 1 cells along one direction. @param {Float32Array<ArrayBuffer>} grid @param {number} step 1: along rows; SIDE: along columns */
function boxed(grid, step) {
  const out = new Float32Array(grid.length);
  const across = step === 1 ? SIDE : 1;
  for (let line = 0; line < SIDE; line++) {
    const start = line * across;
    let sum = 0;
    for (let k = -REACH; k < SIDE; k++) {
      if (k + REACH < SIDE) sum += grid[start + (k + REACH) * step];
      if (k - REACH - 1 >= 0) sum -= grid[start + (k - REACH - 1) * step];
      if (k >= 0) out[start + k * step] = sum;
    }
  }
  return out;
}

/**
 * @param {{heights: Float32Array, size: number}} whole the published land
 * @param {Float32Array} all density of all items @param {Float32Array} some of those that count
 * @returns {Float32Array<ArrayBuffer>} heights of the land that they make
 */
export function partOf({ heights, size }, all, some) {
  const share = new Float32Array(SIDE * SIDE);
  for (let k = 0; k < share.length; k++)
    share[k] = all[k] > 1e-3 ? Math.min(1, some[k] / all[k]) : 0;
  const out = new Float32Array(heights.length);
  for (let row = 0; row < size; row++) {
    const v = Math.min(SIDE - 1.001, Math.max(0, ((row + 0.5) / size) * SIDE - 0.5));
    const r = Math.floor(v);
    for (let column = 0; column < size; column++) {
      const u = Math.min(SIDE - 1.001, Math.max(0, ((column + 0.5) / size) * SIDE - 0.5));
      const c = Math.floor(u);
      const k = r * SIDE + c;
      const low = share[k] + (share[k + 1] - share[k]) * (u - c);
      const high = share[k + SIDE] + (share[k + SIDE + 1] - share[k + SIDE]) * (u - c);
      out[row * size + column] = heights[row * size + column] * (low + (high - low) * (v - r));
    }
  }
  return out;
}
