/** Contours in runs, so that only those in sight are drawn, and no finer than can be seen. Pure. */

const RUN = 64; // points
const LONGEST_PX = 6; // of a straight piece

/** The kind of lines half-way between two contours; they show from this step of scale on. */
export const HALF = 0.75;
export const HALF_FROM = 16;

/** @typedef {{start: number, end: number, box: Box, half: boolean}} Run points start … end, both ends included; `half`: of a line half-way between two contours */

/** @param {Float32Array} points x, y, kind; kind 0 ends a ring @returns {Run[]} */
export function cutRuns(points) {
  const count = points.length / 3;
  const runs = [];
  let start = 0;
  let box = /** @type {Box} */ ([Infinity, Infinity, -Infinity, -Infinity]);
  for (let p = 0; p < count; p++) {
    const x = points[p * 3];
    const y = points[p * 3 + 1];
    if (x < box[0]) box[0] = x;
    if (y < box[1]) box[1] = y;
    if (x > box[2]) box[2] = x;
    if (y > box[3]) box[3] = y;
    const ends = points[p * 3 + 2] === 0;
    if (!ends && p - start < RUN) continue;
    if (p > start) runs.push({ start, end: p, box, half: points[start * 3 + 2] === HALF });
    // The next run of the same ring begins where this one ends.
    start = ends ? p + 1 : p;
    box = ends ? [Infinity, Infinity, -Infinity, -Infinity] : [x, y, x, y];
  }
  return runs;
}

/**
 * The runs that touch a box, every `stride`-th point and each run's last.
 * @param {Float32Array} points @param {Run[]} runs @param {Box} box @param {number} stride
 * @param {Float32Array} out long enough: the points and one more per run
 * @returns {number} points written; kind 0 ends a piece
 */
export function selectRuns(points, runs, box, stride, out) {
  let n = 0;
  for (const { start, end, box: b } of runs) {
    if (b[2] < box[0] || b[0] > box[2] || b[3] < box[1] || b[1] > box[3]) continue;
    const kind = points[start * 3 + 2];
    for (let p = start; p < end; p += stride) {
      out[n++] = points[p * 3];
      out[n++] = points[p * 3 + 1];
      out[n++] = kind;
    }
    out[n++] = points[end * 3];
    out[n++] = points[end * 3 + 1];
    out[n++] = 0;
  }
  return n / 3;
}

/**
 * The runs that touch a box, with points between their points on a curve through all of them
 * (Catmull & Rom 1974): for scales at which the straight pieces would be seen.
 * @param {Float32Array} points @param {Run[]} runs @param {Box} box @param {number} parts of each piece
 * @returns {Float32Array<ArrayBuffer>} x, y, kind; kind 0 ends a piece
 */
export function smoothRuns(points, runs, box, parts) {
  const seen = runs.filter(
    ({ box: b }) => b[2] >= box[0] && b[0] <= box[2] && b[3] >= box[1] && b[1] <= box[3],
  );
  const room = seen.reduce((sum, { start, end }) => sum + (end - start) * parts + 1, 0);
  const out = new Float32Array(room * 3);
  let n = 0;
  for (const { start, end } of seen) {
    const kind = points[start * 3 + 2];
    for (let p = start; p < end; p++) {
      const before = p > 0 && points[(p - 1) * 3 + 2] !== 0 ? p - 1 : p;
      const after = points[(p + 1) * 3 + 2] !== 0 ? p + 2 : p + 1;
      for (let k = 0; k < parts; k++) {
        out[n++] = between(points, before * 3, p * 3, after * 3, k / parts);
        out[n++] = between(points, before * 3 + 1, p * 3 + 1, after * 3 + 1, k / parts);
        out[n++] = kind;
      }
    }
    out[n++] = points[end * 3];
    out[n++] = points[end * 3 + 1];
    out[n++] = 0;
  }
  return out;
}

/** A coordinate between a point and the next one, t of the way. @param {Float32Array} points @param {number} a the one before @param {number} b @param {number} d the one after the next @param {number} t */
function between(points, a, b, d, t) {
  const [p0, p1, p2, p3] = [points[a], points[b], points[b + 3], points[d]];
  return (
    p1 + 0.5 * t * (p2 - p0 + t * (2 * p0 - 5 * p1 + 4 * p2 - p3 + t * (3 * (p1 - p2) + p3 - p0)))
  );
}

/** The runs that are drawn at a scale. @param {Run[]} runs @param {number} step of the scale */
export function runsAt(runs, step) {
  return step >= HALF_FROM ? runs : runs.filter(({ half }) => !half);
}

/** Into how many parts pieces are cut so that one is no longer than it may be. @param {number} spacing px */
export function partsFor(spacing) {
  return Math.min(12, Math.max(1, Math.ceil(spacing / LONGEST_PX)));
}

/** How many points may be skipped when neighbours are so many pixels apart. @param {number} spacing px */
export function strideFor(spacing) {
  for (const stride of [16, 8, 4, 2]) if (spacing * stride <= 4) return stride;
  return 1;
}
