import { describe, expect, it } from 'vitest';
import { exampleOf } from '../src/app/examples.js';
import { modeOf } from '../src/app/picking.js';
import { Selection } from '../src/app/store/selection.js';
import { densityOf, partOf } from '../src/geometry/growth.js';
import { stacked } from '../src/geometry/histogram.js';
import { cornersOf, encloses, outlineOf, slotsWithin } from '../src/geometry/lasso.js';
import { swipeOf } from '../src/ui/swipes.js';

/** A reproducible number of 0 … 1. @param {number} seed */
function random(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('the selection', () => {
  const ids = (/** @type {Selection} */ selection) => [...selection.of('image')].sort((a, b) => a - b); // prettier-ignore

  it('is replaced, added to, taken from, and cut with', () => {
    const selection = new Selection();
    selection.apply('image', [1, 2, 3]);
    selection.apply('image', [3, 4], 'add');
    expect(ids(selection)).toEqual([1, 2, 3, 4]);
    selection.apply('image', [1, 9], 'subtract');
    expect(ids(selection)).toEqual([2, 3, 4]);
    selection.apply('image', [4, 2, 7], 'intersect');
    expect(ids(selection)).toEqual([2, 4]);
    selection.invert('image', [1, 2, 3, 4]);
    expect(ids(selection)).toEqual([1, 3]);
    selection.apply('image', [8]);
    expect(ids(selection)).toEqual([8]);
  });

  it('keeps the spaces apart, and tells of each change once', () => {
    const selection = new Selection();
    /** @type {string[]} */
    const told = [];
    selection.events.on('change', (space) => told.push(space));
    selection.apply('image', [1]);
    expect(selection.toggle('text', 1)).toBe(true);
    expect(selection.toggle('text', 1)).toBe(false);
    expect([selection.has('image', 1), selection.has('text', 1), selection.size]).toEqual([true, false, 1]); // prettier-ignore
    selection.prune('image', () => true); // nothing is gone: nothing is told
    selection.prune('image', () => false);
    selection.clear();
    expect(told).toEqual(['image', 'text', 'text', 'image']);
  });

  it('is changed by keys as the help says', () => {
    const keys = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };
    expect(modeOf(keys, 'replace')).toBe('replace');
    expect(modeOf({ ...keys, shiftKey: true }, 'replace')).toBe('add');
    expect(modeOf({ ...keys, altKey: true }, 'add')).toBe('subtract');
    expect(modeOf({ ...keys, shiftKey: true, altKey: true }, 'replace')).toBe('intersect');
    expect(modeOf(keys, 'subtract')).toBe('subtract'); // chosen by finger
    expect(modeOf({ ...keys, shiftKey: true }, null)).toBe('replace'); // Shift only draws
    expect(modeOf({ ...keys, shiftKey: true, ctrlKey: true }, null)).toBe('add');
  });
});

describe('a lasso', () => {
  /** By the even-odd rule, edge by edge. @param {[number, number][]} points @param {number} x @param {number} y */
  function slow(points, x, y) {
    let inside = false;
    points.forEach(([x0, y0], i) => {
      const [x1, y1] = points[(i + 1) % points.length];
      if (y0 > y !== y1 > y && x < x0 + ((y - y0) / (y1 - y0)) * (x1 - x0)) inside = !inside;
    });
    return inside;
  }

  it('takes what an edge-by-edge test takes, also when it crosses itself', () => {
    for (const seed of [1, 2, 3, 4]) {
      const next = random(seed);
      const points = Array.from({ length: 5 + seed * 40 }, () => /** @type {[number, number]} */ ([next() * 10, next() * 10])); // prettier-ignore
      const outline = /** @type {import('../src/geometry/lasso.js').Outline} */ (outlineOf(points));
      for (let i = 0; i < 2000; i++) {
        const [x, y] = [next() * 12 - 1, next() * 12 - 1];
        expect(encloses(outline, x, y)).toBe(slow(points, x, y));
      }
    }
  });

  it('of fewer than three points, of a line, or of one spot takes nothing', () => {
    expect(outlineOf([[0, 0], [1, 1]])).toBeNull(); // prettier-ignore
    for (const points of [
      [
        [0, 0],
        [1, 1],
        [2, 2],
      ],
      [
        [1, 1],
        [1, 1],
        [1, 1],
      ],
    ]) {
      // prettier-ignore
      const outline = outlineOf(/** @type {[number, number][]} */ (points));
      expect(outline && encloses(outline, 1, 0.5)).toBe(false);
    }
  });

  it('asks the index, follows the relaxed places, and takes each visible item once', () => {
    const x = Float32Array.of(0.5, 5, 0.5, 0.6);
    const y = Float32Array.of(0.5, 5, 0.5, 0.6);
    const places = { x, y, rx: Float32Array.of(9, 0.5, 0.5, 0.6), ry: Float32Array.of(9, 0.5, 0.5, 0.6) }; // prettier-ignore
    const index = {
      countIn: () => 4,
      runs: () => [
        { order: null, start: 0, end: 4 },
        { order: Uint32Array.of(2), start: 0, end: 1 },
      ],
    };
    const take = (/** @type {number} */ relax) =>
      slotsWithin(
        /** @type {any} */ (outlineOf(cornersOf([0, 0], [1, 1]))),
        index,
        places,
        relax,
        (slot) => slot !== 3,
      );
    expect(take(0)).toEqual([0, 2]);
    expect(take(1)).toEqual([1, 2]);
  });
});

describe('time', () => {
  it('is stacked by group, each item once', () => {
    const columns = { time: Int32Array.of(0, 5, 9, 9, 50), flags: Uint8Array.of(1, 1, 1, 0, 1), slots: 5 }; // prettier-ignore
    const rows = stacked(columns, [0, 10], 2, 2, (slot) => (slot === 2 ? -1 : slot % 2));
    expect(rows.map((row) => [...row])).toEqual([[1, 1], [0, 1]]); // prettier-ignore
  });

  it('grows land from nothing to exactly what is published', () => {
    const next = random(7);
    const n = 500;
    const x = Float32Array.from({ length: n }, () => next() * 4);
    const y = Float32Array.from({ length: n }, () => next() * 4);
    /** @type {Box} */
    const bounds = [0, 0, 4, 4];
    const whole = { size: 32, heights: Float32Array.from({ length: 1024 }, () => next()) };
    const all = densityOf(x, y, bounds, () => true);
    const part = (/** @type {number} */ many) => partOf(whole, all, densityOf(x, y, bounds, (i) => i < many)); // prettier-ignore
    expect([...part(0)].every((height) => height === 0)).toBe(true);
    const middle = [...all].every((value) => value > 1e-3);
    const last = part(n);
    if (middle) expect([...last]).toEqual([...whole.heights].map((h) => expect.closeTo(h, 5)));
    const sums = [0, 100, 250, 400, n].map((many) => part(many).reduce((sum, h) => sum + h, 0));
    expect([...sums].sort((a, b) => a - b)).toEqual(sums); // more items never make less land
  });
});

describe('a swipe', () => {
  it('has a length and a direction', () => {
    expect(swipeOf(-90, 10)).toBe('left');
    expect(swipeOf(90, -20)).toBe('right');
    expect(swipeOf(5, 120)).toBe('down');
    expect(swipeOf(-10, -80)).toBe('up');
    expect(swipeOf(70, 70)).toBeNull();
    expect(swipeOf(30, 0)).toBeNull();
  });
});

describe('what is pasted or dropped', () => {
  const data = (/** @type {File[]} */ files, text = '') => /** @type {any} */ ({ files, getData: () => text }); // prettier-ignore
  const file = (/** @type {string} */ name, /** @type {string} */ type) => new File(['x'], name, { type }); // prettier-ignore

  it('is an example, words, or refused with a sentence', () => {
    const found = (/** @type {any} */ given) => Object.keys(exampleOf(given) ?? {})[0];
    expect(found(data([file('a.png', 'image/png')]))).toBe('example');
    expect(found(data([file('a.md', '')]))).toBe('example');
    expect(found(data([file('a.html', 'text/html')]))).toBe('refused');
    expect(found(data([file('a.svg', 'image/svg+xml')]))).toBe('refused');
    expect(found(data([], 'two words'))).toBe('words');
    expect(found(data([], 'A paragraph that is long enough to be an example of what one means.'))).toBe('example'); // prettier-ignore
    expect(exampleOf(data([], '   '))).toBeNull();
    expect(exampleOf(null)).toBeNull();
  });
});
