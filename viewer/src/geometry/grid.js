/** A uniform grid over the plane: which items lie where, the important ones first. Pure. */

/**
 * @param {ArrayLike<number>} x @param {ArrayLike<number>} y
 * @param {ArrayLike<number>} rank small numbers come first within a cell
 * @param {number} count @param {Box} bounds
 * @returns {GridIndex}
 */
export function buildGrid(x, y, rank, count, bounds) {
  const side = Math.max(1, Math.min(512, Math.round(Math.sqrt(count / 6))));
  const columns = side;
  const rows = side;
  // Two stable counting sorts: by rank, then by cell.
  const byRank = new Uint32Array(count);
  const heads = new Uint32Array(257);
  for (let i = 0; i < count; i++) heads[rank[i] + 1]++;
  for (let r = 0; r < 256; r++) heads[r + 1] += heads[r];
  for (let i = 0; i < count; i++) byRank[heads[rank[i]]++] = i;
  const cellOf = new Uint32Array(count);
  const starts = new Uint32Array(columns * rows + 1);
  const fx = columns / (bounds[2] - bounds[0] || 1);
  const fy = rows / (bounds[3] - bounds[1] || 1);
  for (let i = 0; i < count; i++) {
    // Items without a place (NaN) are kept in the first cell; who draws them skips them.
    const column = clamp(Math.floor((x[i] - bounds[0]) * fx) || 0, 0, columns - 1);
    const row = clamp(Math.floor((y[i] - bounds[1]) * fy) || 0, 0, rows - 1);
    cellOf[i] = row * columns + column;
    starts[cellOf[i] + 1]++;
  }
  for (let c = 0; c < columns * rows; c++) starts[c + 1] += starts[c];
  const next = starts.slice();
  const order = new Uint32Array(count);
  for (let k = 0; k < count; k++) order[next[cellOf[byRank[k]]]++] = byRank[k];
  return { bounds, columns, rows, starts, order };
}

/** @param {GridIndex} grid @param {Box} box @returns {[number, number, number, number]} first and last column, first and last row that it touches */
function cellsIn({ bounds, columns, rows }, box) {
  const fx = columns / (bounds[2] - bounds[0] || 1);
  const fy = rows / (bounds[3] - bounds[1] || 1);
  return [
    clamp(Math.floor((box[0] - bounds[0]) * fx), 0, columns - 1),
    clamp(Math.floor((box[2] - bounds[0]) * fx), 0, columns - 1),
    clamp(Math.floor((box[1] - bounds[1]) * fy), 0, rows - 1),
    clamp(Math.floor((box[3] - bounds[1]) * fy), 0, rows - 1),
  ];
}

/** How many items lie in the cells that a box touches. @param {GridIndex} grid @param {Box} box */
export function countBox(grid, box) {
  const [c0, c1, r0, r1] = cellsIn(grid, box);
  const { columns, starts } = grid;
  let sum = 0;
  for (let row = r0; row <= r1; row++)
    sum += starts[row * columns + c1 + 1] - starts[row * columns + c0];
  return sum;
}

/**
 * Items of the cells that a box touches, one cell after the other. Nothing is tested but the cell.
 * @param {GridIndex} grid @param {Box} box
 * @returns {Generator<{start: number, end: number}>} runs of grid.order
 */
export function* runsInBox(grid, box) {
  const [c0, c1, r0, r1] = cellsIn(grid, box);
  const { columns, starts } = grid;
  for (let row = r0; row <= r1; row++) {
    for (let cell = row * columns + c0; cell <= row * columns + c1; cell++) {
      if (starts[cell + 1] > starts[cell]) yield { start: starts[cell], end: starts[cell + 1] };
    }
  }
}

/**
 * Pixels per map unit at which items of rank 0 stand about 56 px apart, estimated from the items
 * themselves: ranks are nested thinnings, each twice as dense as the one before.
 * @param {ArrayLike<number>} x @param {ArrayLike<number>} y @param {ArrayLike<number>} rank
 * @param {number} count @param {Box} bounds
 */
export function rankScale(x, y, rank, count, bounds) {
  /** @type {number[]} */
  const guesses = [];
  let last = 0;
  for (let i = 0; i < count; i++) last = Math.max(last, rank[i]);
  // The last rank holds what is left over, however dense.
  for (let r = 0; r < Math.min(last, 10); r++) {
    const members = [];
    for (let i = 0; i < count && members.length <= 4000; i++) if (rank[i] <= r) members.push(i);
    if (members.length > 4000) break;
    if (members.length < 24) continue;
    const gaps = nearestGaps(x, y, members);
    const gap = gaps[Math.floor(gaps.length * 0.3)];
    if (gap > 0) guesses.push((56 * 0.8) / gap / 2 ** r);
  }
  if (!guesses.length) {
    const span = Math.max(bounds[2] - bounds[0], bounds[3] - bounds[1]) || 1;
    return 700 / span;
  }
  guesses.sort((a, b) => a - b);
  return guesses[guesses.length >> 1];
}

/** @param {ArrayLike<number>} x @param {ArrayLike<number>} y @param {number[]} members */
function nearestGaps(x, y, members) {
  const step = Math.max(1, Math.floor(members.length / 160));
  const gaps = [];
  for (let a = 0; a < members.length; a += step) {
    let best = Infinity;
    for (const other of members) {
      if (other === members[a]) continue;
      const gap = Math.hypot(x[other] - x[members[a]], y[other] - y[members[a]]);
      if (gap < best) best = gap;
    }
    gaps.push(best);
  }
  return gaps.sort((a, b) => a - b);
}

/** @param {number} value @param {number} low @param {number} high */
export function clamp(value, low, high) {
  return value < low ? low : value > high ? high : value;
}
