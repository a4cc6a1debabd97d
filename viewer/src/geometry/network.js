/** Where the members of an opened region lie: a settled force layout without overlaps. Pure. */
import { forceCenter, forceLink, forceManyBody, forceSimulation, forceX, forceY } from 'd3-force';

/** @typedef {{slot: number, x: number, y: number, width: number, height: number}} Member */
/** @typedef {{source: number, target: number, weight: number}} Tie indices of members; weight 0 … 1 */

const TICKS = 180;
const GAP_PX = 14;
/** Room around a member, in its own size: between them the ties can be seen. */
const ROOM = 0.3;

/**
 * Deterministic: d3-force draws its jiggle from a seeded generator and starts at the map's places.
 * @param {Member[]} members x, y: where to start, any unit @param {Tie[]} ties
 * @param {number} [wide] width over height of the view that it is to fill
 * @returns {{x: Float32Array<ArrayBuffer>, y: Float32Array<ArrayBuffer>}} centres, px
 */
export function layNetwork(members, ties, wide = 1.4) {
  const n = members.length;
  const boxes = members.map(({ width, height }) => {
    const room = Math.max(0, ROOM * Math.min(width, height) - GAP_PX);
    return { width: width + room, height: height + room };
  });
  const area = boxes.reduce(
    (sum, { width, height }) => sum + (width + GAP_PX) * (height + GAP_PX),
    0,
  );
  const spread = Math.sqrt(area * 2.1) / 2;
  const mx = members.reduce((sum, { x }) => sum + x, 0) / Math.max(n, 1);
  const my = members.reduce((sum, { y }) => sum + y, 0) / Math.max(n, 1);
  const reach = Math.max(1e-9, ...members.map(({ x, y }) => Math.hypot(x - mx, y - my)));
  const nodes = members.map(({ x, y }, i) => ({
    x: ((x - mx) / reach) * spread,
    y: ((y - my) / reach) * spread,
    ...boxes[i],
  }));
  const size = Math.sqrt(area / Math.max(n, 1));
  const links = ties.map(({ source, target, weight }) => ({ source, target, weight }));
  forceSimulation(/** @type {any[]} */ (nodes))
    .force(
      'link',
      forceLink(links)
        .distance(({ weight }) => size * (1.9 - 0.9 * weight))
        .strength(({ weight }) => 0.05 + 0.35 * weight ** 2),
    )
    .force(
      'charge',
      forceManyBody()
        .strength(-size * 1.6)
        .distanceMax(spread * 1.5),
    )
    .force('centre', forceCenter(0, 0))
    .force('x', forceX(0).strength(0.08))
    .force('y', forceY(0).strength(0.08))
    .stop()
    .tick(TICKS);
  const stretch = Math.sqrt(wide);
  for (const node of nodes) {
    node.x *= stretch;
    node.y /= stretch;
  }
  separate(nodes);
  return {
    x: Float32Array.from(nodes, (node) => node.x),
    y: Float32Array.from(nodes, (node) => node.y),
  };
}

/**
 * Push boxes apart until none overlap: every pair along the axis where it takes least, by their own size. After many
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
        if (ox * (a.height + b.height) < oy * (a.width + b.width)) {
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
