/** Where the members of an opened region lie: a settled force layout without overlaps. Pure. */
import { forceCenter, forceLink, forceManyBody, forceSimulation, forceX, forceY } from 'd3-force';

/** @typedef {{slot: number, x: number, y: number, width: number, height: number}} Member */
/** @typedef {{source: number, target: number, weight: number}} Tie indices of members; weight 0 … 1 */

const TICKS = 180;
const GAP_PX = 14;

/**
 * Deterministic: d3-force draws its jiggle from a seeded generator and starts at the map's places.
 * @param {Member[]} members x, y: where to start, any unit @param {Tie[]} ties
 * @returns {{x: Float32Array<ArrayBuffer>, y: Float32Array<ArrayBuffer>}} centres, px
 */
export function layNetwork(members, ties) {
  const n = members.length;
  const area = members.reduce((sum, { width, height }) => sum + (width + GAP_PX) * (height + GAP_PX), 0);
  const spread = Math.sqrt(area * 2.1) / 2;
  const mx = members.reduce((sum, { x }) => sum + x, 0) / Math.max(n, 1);
  const my = members.reduce((sum, { y }) => sum + y, 0) / Math.max(n, 1);
  const reach = Math.max(1e-9, ...members.map(({ x, y }) => Math.hypot(x - mx, y - my)));
  const nodes = members.map(({ x, y, width, height }) => ({
    x: ((x - mx) / reach) * spread * 1.35, y: ((y - my) / reach) * spread, width, height,
  })); // prettier-ignore
  const size = Math.sqrt(area / Math.max(n, 1));
  const links = ties.map(({ source, target, weight }) => ({ source, target, weight }));
  forceSimulation(/** @type {any[]} */ (nodes))
    .force('link', forceLink(links).distance(({ weight }) => size * (1.9 - 0.9 * weight)).strength(({ weight }) => 0.05 + 0.35 * weight ** 2))
    .force('charge', forceManyBody().strength(-size * 1.6).distanceMax(spread * 1.5))
    .force('centre', forceCenter(0, 0))
    .force('x', forceX(0).strength(0.02))
    .force('y', forceY(0).strength(0.05))
    .stop()
    .tick(TICKS);
  separate(nodes);
  return { x: Float32Array.from(nodes, (node) => node.x), y: Float32Array.from(nodes, (node) => node.y) };
}

/**
 * Push boxes apart until none overlap: every pair along the axis where it takes least. After many
 * rounds the whole is stretched a little, so that it always ends.
 * @param {{x: number, y: number, width: number, height: number}[]} boxes changed in place
 */
export function separate(boxes) {
  for (let round = 0; round < 600; round++) {
    let touched = false;
    for (let i = 0; i < boxes.length; i++) {
      for (let j = i + 1; j < boxes.length; j++) {
        const a = boxes[i];
        const b = boxes[j];
        const dx = b.x - a.x;
        const dy = b.y - a.y;
        const ox = (a.width + b.width) / 2 + GAP_PX - Math.abs(dx);
        const oy = (a.height + b.height) / 2 + GAP_PX - Math.abs(dy);
        if (ox <= 0 || oy <= 0) continue;
        touched = true;
        if (ox < oy) {
          const push = (ox / 2 + 0.5) * (dx < 0 ? -1 : 1);
          a.x -= push;
          b.x += push;
        } else {
          const push = (oy / 2 + 0.5) * (dy < 0 || (dy === 0 && i % 2) ? -1 : 1);
          a.y -= push;
          b.y += push;
        }
      }
    }
    if (!touched) return;
    if (round > 60 && round % 20 === 0) {
      for (const box of boxes) {
        box.x *= 1.06;
        box.y *= 1.06;
      }
    }
  }
}
