import { describe, expect, it } from 'vitest';
import { Crowd } from '../src/geometry/crowd.js';
import { relaxedShare } from '../src/geometry/lod.js';
import { ON_DARK, ON_LIGHT, plateOf } from '../src/geometry/plates.js';
import { ownWidths, picturesWish, unitOf } from '../src/geometry/pictures.js';
import { NEVER, STEPS, layRanges, pxOf, sizeAt } from '../src/geometry/ranges.js';

const view = { width: 1440, height: 900 };
const CELL = 0.12;

/** Numbers of 0 … 1, always the same. */
function dice(seed = 7) {
  let state = seed;
  return () => (state = Math.imul(state, 48_271) % 0x7fffffff) / 0x7fffffff;
}

/** Items around a few centres, with relaxed places on a grid of their own. @param {number} n */
function itemsOf(n, aspect = 128) {
  const roll = dice();
  const x = new Float32Array(n);
  const y = new Float32Array(n);
  const region = new Int32Array(3 * n).fill(-1);
  const centres = Array.from({ length: 7 }, () => [roll() * 14 - 7, roll() * 8 - 4]);
  for (let s = 0; s < n; s++) {
    const c = s % centres.length;
    x[s] = centres[c][0] + (roll() + roll() - 1) * 1.6;
    y[s] = centres[c][1] + (roll() + roll() - 1) * 1.6;
    region[3 * s] = c;
  }
  const { rx, ry } = relaxed(x, y);
  const rank = Uint8Array.from({ length: n }, (_, s) => Math.min(6, Math.floor(Math.log2(1 + s / 9))));
  const regions = centres.map(([cx, cy], id) => ({ id, level: id % 3, x: cx, y: cy, medoid: id }));
  const flags = new Uint8Array(n).fill(1);
  return { count: n, x, y, rx, ry, rank, flags, aspect: new Uint8Array(n).fill(aspect), region, regions };
} // prettier-ignore

/** Every item in the nearest free square. @param {Float32Array} x @param {Float32Array} y */
function relaxed(x, y) {
  const taken = new Set();
  const rx = x.slice();
  const ry = y.slice();
  for (let s = 0; s < x.length; s++) {
    const [i, j] = [Math.round(x[s] / CELL), Math.round(y[s] / CELL)];
    search: for (let r = 0; ; r++) {
      for (let a = -r; a <= r; a++) {
        for (let b = -r; b <= r; b++) {
          if (Math.max(Math.abs(a), Math.abs(b)) !== r || taken.has(`${i + a} ${j + b}`)) continue;
          taken.add(`${i + a} ${j + b}`);
          rx[s] = (i + a) * CELL;
          ry[s] = (j + b) * CELL;
          break search;
        }
      }
    }
  }
  return { rx, ry };
}

/** @param {ReturnType<typeof itemsOf>} items @param {object} [more] */
function wishOf(items, more = {}) {
  const names = items.regions.map(({ x, y, level }) => ({
    x, y, halfWidth: 70, halfHeight: 20, from: level ? 60 * level : 0, to: level ? Infinity : 400,
  })); // prettier-ignore
  return picturesWish(items, { fit: 60, cell: CELL, view, names, held: null, ...more });
}

const items = itemsOf(900);
const wish = wishOf(items);
const ranges = layRanges(wish);
const slots = [...items.x.keys()];

/** px of what shows at a step. @param {number} step */
function boxesAt(step, of = ranges) {
  const scale = of.fit * 2 ** (step / STEPS);
  const share = relaxedShare(CELL * scale);
  return slots.flatMap((slot) => {
    const size = sizeAt(of, slot, step);
    if (size < 0) return [];
    const { width } = pxOf(of.sizes, size);
    const x = (items.x[slot] + (items.rx[slot] - items.x[slot]) * share) * scale;
    const y = -(items.y[slot] + (items.ry[slot] - items.y[slot]) * share) * scale;
    const off = 1 - share;
    return [{ slot, width, x: x + of.ox[slot] * off, y: y + of.oy[slot] * off, dot: [x, y] }];
  });
}

describe('a crowd', () => {
  it('counts what lies in a box, within a cell', () => {
    const roll = dice(3);
    const x = Float32Array.from({ length: 4000 }, () => roll() * 10 - 5);
    const y = Float32Array.from({ length: 4000 }, () => roll() * 6 + 2);
    const some = Uint32Array.from({ length: 3000 }, (_, s) => s);
    const crowd = new Crowd(x, y, some);
    for (const [bx, by, w, h] of [[0, 5, 2, 1], [-5, 2, 1, 1], [4, 7, 3, 3], [0, 5, 50, 50], [30, 5, 2, 2]]) {
      const inside = some.filter((s) => Math.abs(x[s] - bx) < w && Math.abs(y[s] - by) < h).length;
      expect(Math.abs(crowd.count(bx, by, w, h) - inside)).toBeLessThanOrEqual(8);
    }
    expect(crowd.count(0, 5, 50, 50)).toBe(3000);
    expect(crowd.count(30, 5, 2, 2)).toBe(0);
  }); // prettier-ignore

  it('may be empty, or all on one spot', () => {
    expect(new Crowd([], [], new Uint32Array(0)).count(0, 0, 9, 9)).toBe(0);
    expect(new Crowd([1, 1], [2, 2], new Uint32Array([0, 1])).count(1, 2, 1, 1)).toBe(2);
  });
});

describe('sizes and places of pictures', () => {
  it('shows at every scale what it shows at every smaller one, and never smaller', () => {
    /** @type {Map<number, number>} */
    let before = new Map();
    for (let step = 0; step <= ranges.steps; step += 0.25) {
      const now = new Map(boxesAt(step).map(({ slot, width }) => [slot, width]));
      for (const [slot, width] of before) {
        expect(now.has(slot), `slot ${slot} at step ${step}`).toBe(true);
        expect(now.get(slot)).toBeGreaterThanOrEqual(width - 1e-6);
      }
      before = now;
    }
    expect(before.size).toBe(items.count);
  });

  it('lets no picture grow more than twice as fast as the map', () => {
    for (let step = 0; step < ranges.steps; step += 0.5) {
      const now = new Map(boxesAt(step).map(({ slot, width }) => [slot, width]));
      for (const { slot, width } of boxesAt(step + 0.5)) {
        const old = now.get(slot);
        if (old) expect(width / old).toBeLessThanOrEqual(2 ** (1 / STEPS) * 1.001);
      }
    }
  });

  it('keeps pictures apart', () => {
    for (let step = 0; step <= ranges.steps; step++) {
      const share = relaxedShare(CELL * ranges.fit * 2 ** (step / STEPS));
      if (share > 0 && share < 1) continue; // on their way
      const boxes = boxesAt(step);
      let touching = 0;
      boxes.forEach((a, i) => {
        for (const b of boxes.slice(i + 1)) {
          const reach = (a.width + b.width) / 2 - 1;
          if (Math.abs(a.x - b.x) < reach && Math.abs(a.y - b.y) < reach) touching++;
        }
      });
      expect(touching / Math.max(1, boxes.length), `step ${step}`).toBeLessThanOrEqual(0.01);
    }
  });

  it('stands aside by no more than is allowed, towards sparser land first', () => {
    for (const { slot, width, x, y, dot } of boxesAt(8)) {
      const off = Math.hypot(x - dot[0], y - dot[1]);
      const most = ranges.from[slot * ranges.sizes.length] === 0 ? 2 * 0.8 : 0.8;
      expect(off).toBeLessThanOrEqual(most * width + 0.5);
    }
  });

  it('stands where it hides the fewest dots', () => {
    // A crowd to the right, one to the left, and between them one that is seen first.
    const few = itemsOf(81);
    few.regions = [];
    few.rank.fill(1).fill(0, 0, 1);
    for (let s = 0; s < 81; s++) {
      const right = s % 5 < 4; // four times as many
      few.x[s] = s === 0 ? 0 : (right ? 0.25 : -0.4) + (s % 7) * 0.02;
      few.y[s] = s === 0 ? 0 : ((s % 11) - 5) * 0.05;
    }
    const laid = layRanges({ ...wishOf(few), names: [] });
    expect(laid.from[0]).toBe(0);
    expect(laid.ox[0]).toBeLessThan(1);
    const under = (/** @type {number} */ ox, /** @type {number} */ oy) =>
      slots.slice(1, 81).filter((s) => Math.abs(few.x[s] * 60 - ox) < 28 && Math.abs(-few.y[s] * 60 - oy) < 28).length; // prettier-ignore
    expect(under(laid.ox[0], laid.oy[0])).toBeLessThan(under(0, 0) / 2);
  });

  it('leaves names alone, and names wait for pictures', () => {
    for (let step = 0; step < 12; step++) {
      const scale = ranges.fit * 2 ** (step / STEPS);
      let under = 0;
      wish.names.forEach((name, n) => {
        if (scale < ranges.nameFrom[n] || scale >= name.to) return;
        expect(ranges.nameFrom[n]).toBeGreaterThanOrEqual(name.from);
        for (const { x, y, width } of boxesAt(step))
          if (
            Math.abs(name.x * scale - x) < name.halfWidth + width / 2 - 1 &&
            Math.abs(-name.y * scale - y) < name.halfHeight + width / 2 - 1
          )
            under++;
      });
      expect(under, `step ${step}`).toBeLessThanOrEqual(2);
    }
  });

  it('begins with the hearts of regions', () => {
    const first = boxesAt(0);
    expect(first.length).toBeGreaterThan(15);
    expect(first.length).toBeLessThanOrEqual(48);
    const hearts = first.filter(({ slot }) => wish.landmark[slot] !== NEVER);
    expect(hearts.length).toBeGreaterThanOrEqual(5);
    for (const { slot, width } of hearts)
      expect(width).toBeGreaterThanOrEqual([56, 40, 28][wish.landmark[slot]] - 1e-3);
    for (const { width } of first) expect(width).toBeLessThanOrEqual(80.001);
  });

  it('keeps inside the view of the whole map', () => {
    const edge = /** @type {Box} */ ([-330, -190, 330, 190]);
    const narrow = layRanges(wishOf(items, { edge }));
    const first = boxesAt(0, narrow);
    expect(first.length).toBeGreaterThan(4);
    for (const { slot, x, y, width } of first) {
      const [w, h] = [(width * wish.wide[slot]) / 2, (width * wish.tall[slot]) / 2];
      expect(Math.min(x - w - edge[0], y - h - edge[1], edge[2] - x - w, edge[3] - y - h)).toBeGreaterThan(-0.01); // prettier-ignore
    }
    expect(boxesAt(0).some(({ x, y }) => Math.abs(x) > 330 || Math.abs(y) > 190)).toBe(true);
  });

  it('is the same every time', () => {
    expect(layRanges(wishOf(itemsOf(900))).from).toEqual(ranges.from);
  });

  it('keeps what was decided when items come', () => {
    const more = itemsOf(900);
    const few = { ...more, flags: more.flags.map((_, s) => (s % 10 === 3 ? 0 : 1)) };
    const held = layRanges(wishOf(few));
    const after = layRanges(wishOf(more, { held }));
    const many = held.sizes.length;
    for (const slot of slots) {
      if (!few.flags[slot]) expect(after.from[slot * many]).toBeLessThanOrEqual(after.steps);
      else
        expect(after.from.slice(slot * many, (slot + 1) * many)).toEqual(
          held.from.slice(slot * many, (slot + 1) * many),
        );
    }
  });

  it.each([0, 1, 2, 15])('takes %i items', (n) => {
    const few = itemsOf(n);
    few.regions = [];
    const laid = layRanges(wishOf(few));
    for (let s = 0; s < n; s++) expect(sizeAt(laid, s, laid.steps)).toBeGreaterThanOrEqual(0);
  });

  it('takes items that all lie on one spot', () => {
    const same = itemsOf(200);
    same.x.fill(1);
    same.y.fill(1);
    Object.assign(same, relaxed(same.x, same.y));
    const laid = layRanges(wishOf(same));
    for (let s = 0; s < 200; s++) expect(sizeAt(laid, s, laid.steps)).toBeGreaterThanOrEqual(0);
  });

  it('packs strips by what they fill', () => {
    const laid = layRanges(wishOf(itemsOf(900, 255))); // 4 : 1
    const shown = (/** @type {typeof laid} */ of) =>
      slots.filter((s) => sizeAt(of, s, 8) >= 0).length;
    expect(shown(laid)).toBeGreaterThan(shown(ranges));
  });

  it('is larger on large screens', () => {
    expect(unitOf({ width: 390, height: 844 })).toBe(0.85);
    expect(unitOf({ width: 3840, height: 2160 })).toBe(2.2);
  });

  it('gives every item a width that no other one’s meets', () => {
    const { nearest } = ownWidths(items, CELL);
    for (const a of slots.slice(0, 200)) {
      expect(nearest[a]).toBeGreaterThan(CELL * 0.99);
      for (const b of slots) {
        if (a === b) continue;
        const apart = Math.max(
          Math.abs(items.rx[a] - items.rx[b]),
          Math.abs(items.ry[a] - items.ry[b]),
        );
        expect(apart).toBeGreaterThanOrEqual((nearest[a] + nearest[b]) / 2 - 1e-4);
      }
    }
  });
});

describe('plates', () => {
  /** A disc of one colour on clear ground. @param {number[]} colour @param {number} radius share of the side */
  function disc(colour, radius = 0.4) {
    const side = 24;
    const pixels = new Uint8ClampedArray(side * side * 4);
    for (let k = 0; k < side * side; k++) {
      const d = Math.hypot((k % side) - 11.5, Math.floor(k / side) - 11.5);
      if (d < radius * side) pixels.set([...colour, 255], k * 4);
    }
    return pixels;
  }

  it('lie behind dark ink on the dark land, and light ink on the light one', () => {
    expect(plateOf(disc([20, 24, 30]))).toBe(ON_DARK);
    expect(plateOf(disc([250, 248, 240]))).toBe(ON_LIGHT);
    expect(plateOf(disc([230, 60, 60]))).toBe(0);
  });

  it('lie behind nothing that has a ground of its own, whatever its shape', () => {
    const strip = new Uint8ClampedArray(24 * 24 * 4);
    for (let k = 24 * 8; k < 24 * 16; k++) strip.set([10, 10, 10, 255], k * 4);
    expect(plateOf(strip)).toBe(0);
    expect(plateOf(new Uint8ClampedArray(24 * 24 * 4))).toBe(0);
  });
});
