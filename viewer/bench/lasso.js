/**
 * How long a lasso over many items takes: `node bench/lasso.js [items]`. The limit is 50 ms for
 * 100,000; the run ends with 1 when it is broken.
 */
import { buildGrid, countBox, runsInBox } from '../src/geometry/grid.js';
import { outlineOf, slotsWithin } from '../src/geometry/lasso.js';

const items = Number(process.argv[2] ?? 100_000);
const LIMIT_MS = (50 * Math.max(items, 100_000)) / 100_000;

let state = 1;
const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
const x = Float32Array.from({ length: items }, () => next() * 20 + next() * 20);
const y = Float32Array.from({ length: items }, () => next() * 20 + next() * 20);
const rank = Uint8Array.from({ length: items }, () => next() * 12);
/** @type {[number, number, number, number]} */
const bounds = [0, 0, 40, 40];
const grid = buildGrid(x, y, rank, items, bounds);
/** @param {[number, number, number, number]} box */
function* runs(box) {
  for (const { start, end } of runsInBox(grid, box)) yield { order: grid.order, start, end };
}
const index = {
  countIn: (/** @type {any} */ box) => countBox(grid, box),
  runs,
};

/** A wobbly outline of 600 points around the middle. @param {number} radius */
function outline(radius) {
  return outlineOf(
    Array.from({ length: 600 }, (_, i) => {
      const angle = (i / 600) * 2 * Math.PI;
      const r = radius * (0.8 + 0.2 * Math.sin(angle * 9));
      return [20 + r * Math.cos(angle), 20 + r * Math.sin(angle)];
    }),
  );
}

let broken = false;
for (const radius of [2, 8, 30]) {
  const times = [];
  let taken = 0;
  for (let run = 0; run < 15; run++) {
    const started = performance.now();
    taken = slotsWithin(outline(radius), index, { x, y, rx: x, ry: y }, 0.5, () => true).length;
    times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  const p95 = times[13];
  broken ||= p95 > LIMIT_MS;
  console.log(`${items} items, ${taken} taken: p50 ${times[7].toFixed(1)} ms, p95 ${p95.toFixed(1)} ms (limit ${LIMIT_MS})`); // prettier-ignore
}
process.exit(broken ? 1 : 0);
