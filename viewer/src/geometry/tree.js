/** The phylogeny as a radial tree: angle from kinship, radius from time. Pure. */
import { cluster, stratify } from 'd3-hierarchy';

/**
 * @typedef {{x: Float32Array<ArrayBuffer>, y: Float32Array<ArrayBuffer>, lines: Float32Array<ArrayBuffer>, weak: Uint8Array<ArrayBuffer>,
 *   child: Int32Array<ArrayBuffer>, rings: {year: number, radius: number}[], radius: number, count: number, total: number, cell: number}} Tree
 * x, y per slot (NaN: not in the tree); lines: x0, y0, x1, y1 per piece of an edge; `child` and
 * `weak` per piece.
 */

const MOST = 60_000;
const RADIUS = 10;
const INNER = 0.06;

/**
 * @param {{parent: Int32Array, cosine: Uint8Array, weak: Uint8Array, time: Int32Array, flags: Uint8Array, rank: Uint8Array, region: Int32Array}} data
 * @returns {Tree}
 */
export function layTree({ parent, weak, time, flags, rank, region }) {
  const slots = Math.min(parent.length, time.length);
  const members = chosen(parent, flags, rank, slots);
  const x = new Float32Array(slots).fill(NaN);
  const y = new Float32Array(slots).fill(NaN);
  const total = flags.reduce((sum, flag) => sum + (flag & 1), 0);
  if (!members.length) {
    return {
      x,
      y,
      lines: new Float32Array(0),
      weak: new Uint8Array(0),
      child: new Int32Array(0),
      rings: [],
      radius: RADIUS,
      count: 0,
      total,
      cell: 1,
    };
  }
  const inside = new Set(members);
  const root = stratify()
    .id((d) => String(d))
    .parentId((d) => {
      const slot = /** @type {number} */ (d);
      if (slot < 0) return null;
      return String(inside.has(parent[slot]) ? parent[slot] : -1);
    })([-1, ...members]);
  root.count();
  root.sort((a, b) => {
    const s = /** @type {number} */ (a.data);
    const t = /** @type {number} */ (b.data);
    return (
      region[s * 3] - region[t * 3] ||
      region[s * 3 + 1] - region[t * 3 + 1] ||
      time[s] - time[t] ||
      s - t
    );
  });
  cluster()
    .size([2 * Math.PI, 1])
    .separation((a, b) => (a.parent === b.parent ? 1 : 1.4))(/** @type {any} */ (root));
  const radiusOf = radii(members.map((slot) => time[slot]));
  const turn = turns(root, time);
  const angle = new Float32Array(slots);
  for (const node of root.descendants()) {
    const slot = Number(node.data);
    if (slot < 0) continue;
    angle[slot] = /** @type {any} */ (node).x - Math.PI / 2;
    const r =
      node.parent && Number(node.parent.data) < 0 && root.children?.length === 1
        ? 0
        : radiusOf(time[slot], turn.get(slot));
    x[slot] = Math.cos(angle[slot]) * r;
    y[slot] = -Math.sin(angle[slot]) * r;
  }
  const edges = drawEdges(members, inside, parent, weak, angle, x, y);
  const leaves = root.leaves().length;
  const cell = Math.min((2 * Math.PI * RADIUS * 0.8) / Math.max(leaves, 8), RADIUS / 6);
  return {
    x,
    y,
    ...edges,
    rings: ringsOf(
      members.map((slot) => time[slot]),
      radiusOf,
    ),
    radius: RADIUS,
    count: members.length,
    total,
    cell,
  };
}

/** Everything, or the most prominent with their ancestors. @param {Int32Array} parent @param {Uint8Array} flags @param {Uint8Array} rank @param {number} slots */
function chosen(parent, flags, rank, slots) {
  const present = [];
  for (let s = 0; s < slots; s++) if (flags[s] & 1) present.push(s);
  if (present.length <= MOST) return present;
  present.sort((a, b) => rank[a] - rank[b] || a - b);
  const kept = new Set();
  for (const slot of present) {
    if (kept.size >= MOST) break;
    for (let s = slot; s >= 0 && !kept.has(s) && flags[s] & 1; s = parent[s]) kept.add(s);
  }
  return [...kept].sort((a, b) => a - b);
}

/**
 * Everyone's turn in the order of arrival; of equals the ancestors come first, so that a family of
 * one day grows outwards too. @param {import('d3-hierarchy').HierarchyNode<any>} root @param {Int32Array} time
 * @returns {Map<number, number>}
 */
function turns(root, time) {
  const nodes = root.descendants().filter((node) => Number(node.data) >= 0);
  nodes.sort(
    (a, b) =>
      time[Number(a.data)] - time[Number(b.data)] ||
      a.depth - b.depth ||
      Number(a.data) - Number(b.data),
  );
  return new Map(nodes.map((node, i) => [Number(node.data), i]));
}

/**
 * Radius of a time: half by the clock, half by how many came before, so that a busy year gets
 * room; the rings say where the years are.
 * @param {number[]} times @returns {(time: number, turn?: number) => number} without a turn: before all of that time
 */
export function radii(times) {
  const sorted = Float64Array.from(times).sort();
  const low = sorted[0];
  const high = sorted[sorted.length - 1];
  return (time, turn) => {
    const clock = high > low ? (Math.min(Math.max(time, low), high) - low) / (high - low) : 0.5;
    let a = 0;
    let b = sorted.length;
    while (a < b) {
      const middle = (a + b) >> 1;
      if (sorted[middle] < time) a = middle + 1;
      else b = middle;
    }
    const crowd = Math.sqrt((turn ?? a) / Math.max(sorted.length - 1, 1));
    return RADIUS * (INNER + (1 - INNER) * (0.5 * clock + 0.5 * Math.min(crowd, 1)));
  };
}

/** Rings for years; every so many when there are too many. @param {number[]} times @param {(time: number) => number} radiusOf */
export function ringsOf(times, radiusOf) {
  const yearOf = (/** @type {number} */ time) => new Date(time * 60_000).getUTCFullYear();
  let low = Infinity;
  let high = -Infinity;
  for (const time of times) {
    low = Math.min(low, time);
    high = Math.max(high, time);
  }
  const first = yearOf(low) + 1;
  const last = yearOf(high);
  const step = [1, 2, 5, 10, 25, 50, 100].find((years) => (last - first) / years <= 14) ?? 250;
  const rings = [];
  for (let year = Math.ceil(first / step) * step; year <= last; year += step) {
    rings.push({ year, radius: radiusOf(Date.UTC(year, 0, 1) / 60_000) });
  }
  return rings;
}

const PIECE = 0.05; // radians of an arc
const CORNER = 1e-4;

/**
 * Edges as phylogenies have them: an arc on the parent's radius, then straight out to the child.
 * Whoever lies between two angles descends from the same parent, so that no edge crosses another.
 * @param {number[]} members @param {Set<number>} inside @param {Int32Array} parent @param {Uint8Array} weak
 * @param {Float32Array} angle @param {Float32Array} x @param {Float32Array} y
 */
function drawEdges(members, inside, parent, weak, angle, x, y) {
  const joined = members.filter((slot) => inside.has(parent[slot]));
  const arcOf = (/** @type {number} */ slot) => {
    const radius = Math.hypot(x[parent[slot]], y[parent[slot]]);
    const turn = angle[slot] - angle[parent[slot]];
    return {
      radius,
      turn,
      pieces: Math.abs(turn) * radius < CORNER ? 0 : Math.ceil(Math.abs(turn) / PIECE),
    };
  };
  const total = joined.reduce((sum, slot) => sum + arcOf(slot).pieces + 1, 0);
  const lines = new Float32Array(total * 4);
  const faint = new Uint8Array(total);
  const child = new Int32Array(total);
  let n = 0;
  for (const slot of joined) {
    const from = parent[slot];
    const { radius, turn, pieces } = arcOf(slot);
    let px = x[from];
    let py = y[from];
    for (let k = 1; k <= pieces + 1; k++) {
      const a = angle[from] + (turn * k) / Math.max(pieces, 1);
      const qx = k > pieces ? x[slot] : Math.cos(a) * radius;
      const qy = k > pieces ? y[slot] : -Math.sin(a) * radius;
      lines.set([px, py, qx, qy], n * 4);
      faint[n] = weak[slot] ? 1 : 0;
      child[n] = slot;
      n++;
      [px, py] = [qx, qy];
    }
  }
  return { lines, weak: faint, child };
}
