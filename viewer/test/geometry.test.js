import { describe, expect, it } from 'vitest';
import {
  clampCamera,
  fitCamera,
  flight,
  toMap,
  toScreen,
  wholeCamera,
  zoomAbout,
} from '../src/geometry/camera.js';
import { buildGrid, countBox, rankScale, runsInBox } from '../src/geometry/grid.js';
import { placeNames } from '../src/geometry/labels.js';
import { bandEdges, contourLevels } from '../src/geometry/levels.js';
import { levelFor, relaxedShare, thumbShare, thumbSize } from '../src/geometry/lod.js';
import { refine, surveyLand } from '../src/geometry/relief.js';

const size = { width: 800, height: 600 };

/** A seeded source of numbers in 0 … 1. @param {number} seed */
function random(seed) {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('the camera', () => {
  it('maps there and back, y upwards', () => {
    const camera = { x: 3, y: -2, scale: 40 };
    const [px, py] = toScreen(camera, size, 4, -1);
    expect([px, py]).toEqual([440, 260]);
    expect(toMap(camera, size, px, py)).toEqual([4, -1]);
  });

  it('keeps the point under the cursor', () => {
    const camera = { x: 1, y: 1, scale: 10 };
    const before = toMap(camera, size, 123, 456);
    const after = toMap(zoomAbout(camera, size, 3.7, 123, 456), size, 123, 456);
    expect(after[0]).toBeCloseTo(before[0], 9);
    expect(after[1]).toBeCloseTo(before[1], 9);
  });

  it('fits a frame and survives one of no size', () => {
    const fit = fitCamera([0, 0, 10, 2], size, 50);
    expect([fit.x, fit.y, fit.scale]).toEqual([5, 1, 70]);
    expect(Number.isFinite(fitCamera([1, 1, 1, 1], size).scale)).toBe(true);
  });

  it('shows the whole map below the bar, and one item not as large as a world', () => {
    const whole = wholeCamera([0, 0, 10, 10], size, 0.1);
    const [left, top] = toScreen(whole, size, 0, 10);
    const [right, bottom] = toScreen(whole, size, 10, 0);
    expect(top).toBeGreaterThan(48);
    expect(top - 48).toBeCloseTo(size.height - bottom, 6);
    expect(left).toBeCloseTo(size.width - right, 6);
    expect(wholeCamera([3, 3, 3, 3], size, 0.1).scale * 0.1).toBeLessThanOrEqual(140);
  });

  it('flies from start to end in bounded time', () => {
    const from = { x: 0, y: 0, scale: 1 };
    const to = { x: 100, y: 50, scale: 900 };
    const path = flight(from, to, size, 2500);
    expect(path.ms).toBeLessThanOrEqual(2500);
    expect(path.at(0).scale).toBeCloseTo(1, 6);
    expect(path.at(1)).toEqual(to);
  });

  it('stays over the land', () => {
    expect(clampCamera({ x: 99, y: -99, scale: 1e9 }, [0, 0, 1, 1], { min: 1, max: 10 })).toEqual({
      x: 1,
      y: 0,
      scale: 10,
    });
  });
});

describe('the grid', () => {
  const next = random(5);
  const n = 3000;
  const x = Float32Array.from({ length: n }, () => next() * 10);
  const y = Float32Array.from({ length: n }, () => next() * 4);
  const rank = Uint8Array.from({ length: n }, () => Math.floor(next() * 9));
  const grid = buildGrid(x, y, rank, n, [0, 0, 10, 4]);

  it('holds every item once, sorted by rank within a cell', () => {
    expect(new Set(grid.order).size).toBe(n);
    for (let cell = 0; cell < grid.columns * grid.rows; cell++) {
      for (let k = grid.starts[cell] + 1; k < grid.starts[cell + 1]; k++) {
        expect(rank[grid.order[k]]).toBeGreaterThanOrEqual(rank[grid.order[k - 1]]);
      }
    }
  });

  it('finds everything in a box', () => {
    const found = new Set();
    for (const { start, end } of runsInBox(grid, [2, 1, 5, 2])) {
      for (let k = start; k < end; k++) found.add(grid.order[k]);
    }
    expect(countBox(grid, [2, 1, 5, 2])).toBe(found.size);
    for (let i = 0; i < n; i++) {
      if (x[i] >= 2 && x[i] <= 5 && y[i] >= 1 && y[i] <= 2) expect(found.has(i)).toBe(true);
    }
    expect(found.size).toBeLessThan(n / 2);
  });

  it('takes a thousand items on one spot', () => {
    const same = new Float32Array(1000).fill(3);
    const one = buildGrid(same, same, new Uint8Array(1000), 1000, [3, 3, 3, 3]);
    expect(countBox(one, [3, 3, 3, 3])).toBe(1000);
    expect(
      [...runsInBox(one, [3, 3, 3, 3])].reduce((sum, { start, end }) => sum + end - start, 0),
    ).toBe(1000);
    expect(rankScale(same, same, new Uint8Array(1000), 1000, [3, 3, 3, 3])).toBeGreaterThan(0);
  });

  it('estimates the scale at which rank 0 stands 56 px apart', () => {
    // A lattice: rank 0 every 4 units, rank 1 every 2, rank 2 every 1.
    const xs = [], ys = [], ranks = []; // prettier-ignore
    for (let i = 0; i < 40; i++) {
      for (let j = 0; j < 40; j++) {
        xs.push(i);
        ys.push(j);
        ranks.push(i % 4 === 0 && j % 4 === 0 ? 0 : i % 2 === 0 && j % 2 === 0 ? 1 : 2);
      }
    }
    const scale = rankScale(xs, ys, ranks, xs.length, [0, 0, 40, 40]);
    expect(scale).toBeGreaterThan(56 / 4 / 1.5);
    expect(scale).toBeLessThan((56 / 4) * 1.5);
  });
});

describe('names', () => {
  /** @returns {import('../src/geometry/labels.js').Candidate[]} */
  const many = () => {
    const next = random(11);
    return Array.from({ length: 120 }, (_, id) => ({
      id, x: next() * 10, y: next() * 10, width: 60 + next() * 90, height: 30, level: id % 3,
      priority: Math.floor(next() * 1000), from: [0, 90, 200][id % 3], to: [400, 900, Infinity][id % 3],
    })); // prettier-ignore
  };

  it('never overlap at any scale at which both show', () => {
    const all = new Map(many().map((one) => [one.id, one]));
    const placed = placeNames([...all.values()]);
    for (let scale = 20; scale < 4000; scale *= 1.13) {
      const shown = placed
        .filter(({ from, to }) => scale >= from && scale < to)
        .map(({ id }) => /** @type {any} */ (all.get(id)));
      for (const a of shown) {
        for (const b of shown) {
          if (a === b) continue;
          const apart =
            Math.abs(a.x - b.x) * scale >= (a.width + b.width) / 2 ||
            Math.abs(a.y - b.y) * scale >= (a.height + b.height) / 2;
          if (!apart) expect.fail(`${a.id} and ${b.id} at ${scale}`);
        }
      }
    }
  });

  it('show in one range each and do not depend on the order given', () => {
    expect(placeNames(many().reverse())).toEqual(placeNames(many()));
    for (const { from, to } of placeNames(many())) expect(from).toBeLessThan(to);
  });

  it('drop a name that lies on another for good', () => {
    const twin = { x: 1, y: 1, width: 50, height: 20, level: 0, from: 0, to: Infinity };
    const placed = placeNames([
      { ...twin, id: 1, priority: 5 },
      { ...twin, id: 2, priority: 9 },
    ]);
    expect(placed.map(({ id }) => id)).toEqual([2]);
  });
});

describe('levels of the land', () => {
  it('ascend, with every fifth strong and at most eight bands', () => {
    const levels = contourLevels([1, 2, 4, 8, 16], 20);
    const values = levels.map(({ value }) => value);
    expect(values).toEqual([...values].sort((a, b) => a - b));
    expect(levels.filter(({ strong }) => strong).length).toBe(Math.floor(levels.length / 5));
    expect(bandEdges(levels).length).toBeLessThanOrEqual(8);
    expect(contourLevels([], 1)).toEqual([]);
    expect(contourLevels([5], 5)).toEqual([]);
  });

  it('are drawn as closed rings around a hill', () => {
    const heights = new Float32Array(64 * 64);
    for (let j = 0; j < 64; j++)
      for (let i = 0; i < 64; i++)
        heights[j * 64 + i] = Math.exp(-((i - 32) ** 2 + (j - 32) ** 2) / 120);
    const land = surveyLand(
      { size: 64, bounds: [-1, -1, 1, 1], heights, top: 1, thresholds: [0.2, 0.5, 0.8] },
      true,
    );
    expect(land.size).toBe(128);
    for (const level of land.levels) {
      expect(level.end).toBeGreaterThan(level.start);
      expect(land.points[(level.end - 1) * 3 + 2]).toBe(0);
      for (let p = level.start; p < level.end; p++) {
        expect(Math.hypot(land.points[p * 3], land.points[p * 3 + 1])).toBeLessThan(0.75);
      }
    }
  });

  it('refining keeps the mass and makes nothing new', () => {
    const flat = refine(new Float32Array(16 * 16).fill(3), 16);
    for (const value of flat) expect(value).toBeCloseTo(3, 4);
  });
});

describe('level of detail', () => {
  it('moves on with zoom and never back', () => {
    let before = -1;
    for (let cell = 1; cell < 90; cell += 0.5) {
      expect(relaxedShare(cell)).toBeGreaterThanOrEqual(before);
      before = relaxedShare(cell);
    }
    expect([relaxedShare(1), relaxedShare(90)]).toEqual([0, 1]);
    expect(thumbSize(100)).toBeLessThan(100);
  });

  it('shows thumbnails in nested sets', () => {
    for (let zoom = -1; zoom < 8; zoom += 0.25) {
      for (let rank = 1; rank < 8; rank++)
        expect(thumbShare(rank, zoom, 5)).toBeLessThanOrEqual(thumbShare(rank - 1, zoom, 5));
    }
    expect(thumbShare(15, -5, 100)).toBe(1);
  });

  it('takes the smallest level that is sharp', () => {
    expect([
      levelFor(40, [64, 128, 256]),
      levelFor(81, [64, 128, 256]),
      levelFor(900, [64, 128, 256]),
    ]).toEqual([64, 128, 256]);
  });
});
