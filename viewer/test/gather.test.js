import { inkOf } from '../src/app/theme.js';
import { describe, expect, it } from 'vitest';
import { buildGrid } from '../src/geometry/grid.js';
import { Gatherer } from '../src/map/gather.js';
import { Plane } from '../src/map/plane.js';
import { STATE } from '../src/render/frame.js';
import { Columns } from '../src/site/columns.js';

const size = { width: 1000, height: 1000 };
/** @type {Region[]} */
const regions = /** @type {any} */ ([{ id: 7, colour: '#102030' }]);

/** A plane of n items on the unit square, slot k with id 100 + k. @param {number} n */
function planeOf(n) {
  const columns = new Columns(n);
  for (let s = 0; s < n; s++) {
    columns.id[s] = 100 + s;
    columns.x[s] = columns.rx[s] = ((s * 7919) % n) / n;
    columns.y[s] = columns.ry[s] = ((s * 104_729) % n) / n;
    columns.rank[s] = s % 9;
    columns.flags[s] = 1;
    columns.region.set([7, -1, -1], s * 3);
  }
  const space = /** @type {any} */ ({
    columns,
    entry: { frame: [0, 0, 1, 1], bounds: [0, 0, 1, 1], cell: 0.01 },
  });
  const plane = new Plane('map', space);
  return { plane, columns };
}

/** @param {Plane} plane @param {number} n */
async function gridded(plane, n) {
  const grid = buildGrid(plane.x, plane.y, plane.space.columns.rank, n, plane.bounds);
  await plane.build(/** @type {any} */ ({ call: async () => ({ grid, scale: 1 }) }));
}

/** @param {Plane} plane @param {object} [more] */
function wishOf(plane, more = {}) {
  return /** @type {any} */ ({
    plane,
    camera: { x: 0.5, y: 0.5, scale: 1000 },
    size,
    limit: 1e6,
    before: null,
    filter: null,
    fresh: new Set(),
    ...more,
  });
}

/** A painter that keeps what it is told. */
function painterOf() {
  /** @type {[number, number][]} */
  const pieces = [];
  let shown = 0;
  return {
    pieces,
    get shown() {
      return shown;
    },
    beginDots: () => pieces.splice(0),
    putDots: (/** @type {any} */ _, /** @type {number} */ from, /** @type {number} */ to) =>
      pieces.push([from, to]),
    showDots: () => shown++,
  };
}

/** @param {Gatherer} gatherer */
const slotsOf = (gatherer) => [...gatherer.out.slots.subarray(0, gatherer.out.count)];

describe('gathering', () => {
  it('takes what is in and around the view, with and without a grid', async () => {
    const { plane } = planeOf(3000);
    const gatherer = new Gatherer();
    const painter = /** @type {any} */ (painterOf());
    expect(gatherer.tend(wishOf(plane), painter, 1)).toBe('new');
    expect(new Set(slotsOf(gatherer)).size).toBe(3000);
    await gridded(plane, 3000);
    gatherer.stale();
    const wish = wishOf(plane, { camera: { x: 0.1, y: 0.1, scale: 10_000 } });
    while (gatherer.tend(wish, painter, 1) !== 'idle');
    const found = new Set(slotsOf(gatherer));
    expect(found.size).toBeLessThan(600);
    for (let s = 0; s < 3000; s++) {
      if (Math.abs(plane.x[s] - 0.1) < 0.05 && Math.abs(plane.y[s] - 0.1) < 0.05)
        expect(found.has(s)).toBe(true);
    }
  });

  it('goes on in slices while what was drawn stays', async () => {
    const { plane } = planeOf(4000);
    await gridded(plane, 4000);
    const gatherer = new Gatherer();
    const painter = painterOf();
    gatherer.tend(wishOf(plane), /** @type {any} */ (painter), 1);
    const before = gatherer.out;
    gatherer.stale();
    let slices = 0;
    while (gatherer.tend(wishOf(plane), /** @type {any} */ (painter), 0) === 'busy') {
      slices++;
      expect(gatherer.out).toBe(before);
    }
    expect(slices).toBeGreaterThan(10);
    expect(gatherer.out).not.toBe(before);
    expect(gatherer.out.count).toBe(4000);
    expect(painter.shown).toBe(2);
    // Every piece once, without gaps.
    expect(painter.pieces[0][0]).toBe(0);
    painter.pieces.reduce((end, [from, to]) => (expect(from).toBe(end), to), 0);
    expect(painter.pieces.at(-1)?.[1]).toBe(4000);
    expect(gatherer.tend(wishOf(plane), /** @type {any} */ (painter), 1)).toBe('idle');
  });

  it('takes the important ones of too many, and more of the same when it may', async () => {
    const { plane, columns } = planeOf(20_000);
    await gridded(plane, 20_000);
    /** @param {number} limit */
    const some = (limit) => {
      const gatherer = new Gatherer();
      gatherer.tend(wishOf(plane, { limit }), /** @type {any} */ (painterOf()), 1);
      return gatherer;
    };
    const few = some(3000);
    expect(Math.abs(few.out.count - 3000)).toBeLessThan(300);
    const many = new Set(slotsOf(some(6000)));
    expect(slotsOf(few).every((slot) => many.has(slot))).toBe(true);
    const mean = slotsOf(few).reduce((sum, slot) => sum + columns.rank[slot], 0) / few.out.count;
    expect(mean).toBeLessThan(2);
  });

  it('sorts by rank and says how each one looks', () => {
    const { plane, columns } = planeOf(50);
    columns.flags[3] = 0;
    columns.x[4] = NaN;
    columns.flags[5] = 1 | 2;
    columns.flags[6] = 1 | 4;
    columns.region[7 * 3] = -1;
    columns.time[9] = 500;
    const gatherer = new Gatherer();
    gatherer.setColours(regions, true, '#ffffff');
    gatherer.tend(
      wishOf(plane, { fresh: new Set([108]), filter: { from: -1, to: 100 } }),
      /** @type {any} */ (painterOf()),
      1,
    );
    const { out, byRank, ranks } = gatherer;
    expect(out.count).toBe(48);
    const state = (/** @type {number} */ slot) => out.looks[out.slots.indexOf(slot) * 8 + 4];
    expect([5, 6, 7, 8, 9, 10].map(state)).toEqual([
      STATE.provisional,
      STATE.ghost,
      STATE.outlier,
      STATE.fresh,
      STATE.filtered,
      0,
    ]);
    expect([...out.looks.subarray(0, 3)]).toEqual(inkOf('#102030', true));
    for (let k = 1; k < out.count; k++)
      expect(out.looks[byRank[k] * 8 + 5]).toBeGreaterThanOrEqual(out.looks[byRank[k - 1] * 8 + 5]);
    expect(ranks[9]).toBe(48);
  });

  it('starts from the places before a morph, of those that had one', () => {
    const { plane } = planeOf(4);
    const before = { x: Float32Array.of(9, NaN), y: Float32Array.of(8, NaN) };
    const gatherer = new Gatherer();
    gatherer.tend(wishOf(plane, { before }), /** @type {any} */ (painterOf()), 1);
    const { places } = gatherer.out;
    expect([places[4], places[5]]).toEqual([9, 8]);
    expect(places[10]).toBe(places[6]);
    expect(places[16]).toBe(places[12]);
  });
});
