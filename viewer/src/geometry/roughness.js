/**
 * Smoothed densities have the outlines of soap bubbles. A place of the land is known only to within
 * the width of that smoothing: inside it, a fixed field of noise moves every height a little, so
 * that coasts get bays and slopes get ridges. Peaks keep their heights, and the noise belongs to the
 * plane, not to the items: it is the same tomorrow. Pure.
 */

/** Share of the smoothing's width by which a place may move. */
const REACH = 0.85;
/** The longest waves, in widths of the smoothing. */
const LONGEST = 3.2;
const OCTAVES = 6;

/**
 * The width of the kernel that smoothed a grid, in cells, told by its steepest slope: a Gauss bell
 * of height h and width σ is nowhere steeper than h ÷ (σ √e).
 * @param {Float32Array} grid @param {number} size @param {number} top the highest value
 */
export function smoothingWidth(grid, size, top) {
  let steepest = 0;
  for (let j = 2; j < size - 2; j++) {
    for (let i = 2; i < size - 2; i++) {
      const k = j * size + i;
      const dx = grid[k + 2] - grid[k - 2];
      const dy = grid[k + 2 * size] - grid[k - 2 * size];
      const slope = dx * dx + dy * dy;
      if (slope > steepest) steepest = slope;
    }
  }
  return steepest > 0 ? (0.607 * top) / (Math.sqrt(steepest) / 4) : size / 20;
}

/**
 * @param {Float32Array} grid @param {number} size nodes along a side @param {Box} bounds map units
 * @param {number} width of the smoothing, cells
 * @returns {Float32Array<ArrayBuffer>} the same land, rough
 */
export function roughen(grid, size, bounds, width) {
  const out = Float32Array.from(grid);
  const unit = (bounds[2] - bounds[0]) / size;
  const reach = REACH * width;
  // The field is smooth: every other node is enough, and what lies between is a mean.
  const side = (size >> 1) + 1;
  const shift = new Float32Array(side * side * 2);
  const waves = octaves(width * unit).filter(({ length }) => length > 5 * unit);
  for (let j = 0; j < side; j++) {
    const y = bounds[1] + 2 * j * unit;
    for (let i = 0; i < side; i++) {
      if (!near(grid, size, Math.min(2 * i, size - 1), Math.min(2 * j, size - 1), Math.ceil(reach)))
        continue;
      const x = bounds[0] + 2 * i * unit;
      const k = (j * side + i) * 2;
      for (const { length, height, seed } of waves) {
        shift[k] += reach * height * noise(x / length, y / length, seed);
        shift[k + 1] += reach * height * noise(x / length, y / length, seed + 57);
      }
    }
  }
  for (let j = 0; j < size; j++) {
    for (let i = 0; i < size; i++) {
      const a = ((j >> 1) * side + (i >> 1)) * 2;
      const b = a + (i & 1) * 2 + (j & 1) * side * 2;
      const dx = (shift[a] + shift[b]) / 2;
      const dy = (shift[a + 1] + shift[b + 1]) / 2;
      if (dx || dy) out[j * size + i] = sample(grid, size, i + dx, j + dy);
    }
  }
  return out;
}

/** Something lies within reach. @param {Float32Array} grid @param {number} size @param {number} i @param {number} j @param {number} reach */
function near(grid, size, i, j, reach) {
  if (grid[j * size + i] > 0) return true;
  const left = Math.max(0, i - reach);
  const right = Math.min(size - 1, i + reach);
  return (
    grid[j * size + left] > 0 ||
    grid[j * size + right] > 0 ||
    grid[Math.max(0, j - reach) * size + i] > 0 ||
    grid[Math.min(size - 1, j + reach) * size + i] > 0
  );
}

/**
 * Waves of fixed lengths, powers of two in map units; only their heights follow the width, so that
 * the coast changes slowly while the land grows.
 * @param {number} width map units @returns {{length: number, height: number, seed: number}[]}
 */
export function octaves(width) {
  const first = Math.ceil(Math.log2(width * LONGEST));
  const waves = [];
  for (let k = 0; k < OCTAVES; k++) {
    const length = 2 ** (first - k);
    const steps = Math.log2((width * LONGEST) / length); // −1 … 0 for the longest
    const height = 0.56 ** Math.max(steps, 0) * Math.min(1, 1 + steps);
    waves.push({ length, height, seed: (first - k) * 131 });
  }
  return waves.filter(({ height }) => height > 0.001);
}

/** Gradient noise after Perlin 2002 (doi:10.1145/566654.566636). @param {number} x @param {number} y @param {number} seed @returns {number} −1 … 1 */
function noise(x, y, seed) {
  const i = Math.floor(x);
  const j = Math.floor(y);
  const u = x - i;
  const v = y - j;
  const su = u * u * u * (u * (u * 6 - 15) + 10);
  const sv = v * v * v * (v * (v * 6 - 15) + 10);
  const a = slope(i, j, seed, u, v);
  const b = slope(i + 1, j, seed, u - 1, v);
  const c = slope(i, j + 1, seed, u, v - 1);
  const d = slope(i + 1, j + 1, seed, u - 1, v - 1);
  return 1.4 * (a + su * (b - a) + sv * (c + su * (d - c) - a - su * (b - a)));
}

const TURNS = 64;
const COS = Float32Array.from({ length: TURNS }, (_, k) => Math.cos((2 * Math.PI * k) / TURNS));
const SIN = Float32Array.from({ length: TURNS }, (_, k) => Math.sin((2 * Math.PI * k) / TURNS));

/** @param {number} i @param {number} j @param {number} seed @param {number} u @param {number} v */
function slope(i, j, seed, u, v) {
  let hash = Math.imul(i, 0x27d4eb2d) ^ Math.imul(j, 0x165667b1) ^ Math.imul(seed, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = (hash ^ (hash >>> 13)) & (TURNS - 1);
  return COS[hash] * u + SIN[hash] * v;
}

/** Between four nodes. @param {Float32Array} grid @param {number} size @param {number} x @param {number} y cells */
function sample(grid, size, x, y) {
  const i = Math.min(Math.max(Math.floor(x), 0), size - 2);
  const j = Math.min(Math.max(Math.floor(y), 0), size - 2);
  const u = Math.min(Math.max(x - i, 0), 1);
  const v = Math.min(Math.max(y - j, 0), 1);
  const k = j * size + i;
  const low = grid[k] + u * (grid[k + 1] - grid[k]);
  const high = grid[k + size] + u * (grid[k + size + 1] - grid[k + size]);
  return low + v * (high - low);
}
