import { describe, expect, it } from 'vitest';
import { termsOf } from '../src/ui/names.js';
import { Entering } from '../src/app/entering.js';
import { believable, histogram, timeSpan, yearTicks } from '../src/geometry/histogram.js';
import { layNetwork, separate } from '../src/geometry/network.js';
import { buildTerritory, ownerAt, shareOf, surveyView } from '../src/geometry/territory.js';
import { layTree, ringsOf } from '../src/geometry/tree.js';
import { heightFigures } from '../src/ui/rings.js';
import { typed } from '../src/ui/title.js';

describe('entering a territory', () => {
  const inside = { region: 5, votes: 7, share: 0.6 };
  const nowhere = { region: -1, votes: 0, share: 0 };

  it('shows the title after 350 ms, not before', () => {
    const machine = new Entering();
    expect(machine.step(inside, 0, 1000)).toBe(-1);
    expect(machine.pending).toBe(true);
    expect(machine.step(inside, 0, 1300)).toBe(-1);
    expect(machine.step(inside, 0, 1360)).toBe(5);
    expect(machine.step(inside, 0.6, 1400)).toBe(-1);
  });

  it('needs both votes and share, and stays quiet in flight', () => {
    const machine = new Entering();
    for (const seen of [
      { ...inside, votes: 4 },
      { ...inside, share: 0.34 },
    ]) {
      machine.step(seen, 0, 0);
      expect(machine.step(seen, 0, 5000)).toBe(-1);
    }
    machine.step(inside, 0, 6000, true);
    expect(machine.step(inside, 0, 7000, true)).toBe(-1);
  });

  it('leaves below 20 % and does not repeat itself within 30 s', () => {
    const machine = new Entering();
    machine.step(inside, 0, 0);
    expect(machine.step(inside, 0, 400)).toBe(5);
    machine.step(nowhere, 0.25, 2000);
    expect(machine.region).toBe(5);
    machine.step(nowhere, 0.1, 3000);
    expect(machine.region).toBe(-1);
    machine.step(inside, 0, 4000);
    expect(machine.step(inside, 0, 5000)).toBe(-1);
    machine.step(nowhere, 0.1, 6000);
    machine.step(inside, 0, 31_000);
    expect(machine.step(inside, 0, 32_000)).toBe(5);
  });

  it('keeps 1.2 s between two titles', () => {
    const machine = new Entering();
    machine.step(inside, 0, 0);
    expect(machine.step(inside, 0, 400)).toBe(5);
    const other = { ...inside, region: 6 };
    machine.step(other, 0.5, 500);
    expect(machine.step(other, 0.5, 1000)).toBe(-1);
    expect(machine.step(other, 0.5, 1700)).toBe(6);
  });
});

describe('territories', () => {
  const columns = {
    slots: 4,
    x: Float32Array.of(1, 1.1, 9, 5),
    y: Float32Array.of(1, 1, 9, 5),
    region: Int32Array.of(3, -1, -1, 3, -1, -1, 4, -1, -1, 7, -1, -1),
    flags: Uint8Array.of(1, 1, 1, 0),
  };
  const territory = buildTerritory(columns, 0, [0, 0, 10, 10]);

  it('belong to those who live there, and grow a little', () => {
    expect([
      ownerAt(territory, 1, 1),
      ownerAt(territory, 9, 9),
      ownerAt(territory, 1.3, 1),
    ]).toEqual([3, 4, 3]);
    expect([ownerAt(territory, 5, 5), ownerAt(territory, -1, 0)]).toEqual([-1, -1]);
  });

  it('are counted over the land in view', () => {
    expect(surveyView(territory, [0.9, 0.9, 1.1, 1.1])).toEqual({ region: 3, votes: 9, share: 1 });
    expect(shareOf(territory, [4, 4, 6, 6], 3)).toBe(0);
    expect(surveyView(territory, [4, 4, 6, 6]).region).toBe(-1);
  });
});

describe('the phylogeny', () => {
  const n = 40;
  const data = {
    parent: Int32Array.from({ length: n }, (_, i) => (i === 0 ? -1 : Math.floor((i - 1) / 2))),
    cosine: new Uint8Array(n).fill(200),
    weak: Uint8Array.from({ length: n }, (_, i) => (i === 5 ? 1 : 0)),
    time: Int32Array.from({ length: n }, (_, i) => 20_000_000 + Math.floor(i / 4) * 600_000),
    flags: new Uint8Array(n).fill(1),
    rank: new Uint8Array(n),
    region: new Int32Array(n * 3),
  };

  it('has its root in the middle, and time outwards', () => {
    const tree = layTree(data);
    const r = (/** @type {number} */ s) => Math.hypot(tree.x[s], tree.y[s]);
    expect(r(0)).toBeCloseTo(0, 6);
    for (let s = 1; s < n; s++) {
      expect(r(s)).toBeGreaterThan(r(data.parent[s]));
      expect(r(s)).toBeLessThanOrEqual(tree.radius + 1e-4);
    }
    expect(tree.count).toBe(n);
    expect(tree.child.filter((s) => s === 5).length).toBe(tree.weak.filter(Boolean).length);
  });

  it('crosses no edge with another', () => {
    const tree = layTree(data);
    const turn = (/** @type {number} */ a, /** @type {number} */ b, /** @type {number} */ c) => {
      const [p, q, r] = [a, b, c].map((k) => [tree.lines[k], tree.lines[k + 1]]);
      return Math.sign((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]));
    };
    const pieces = tree.child.length;
    for (let i = 0; i < pieces; i++) {
      for (let j = i + 1; j < pieces; j++) {
        const [a, b, c, d] = [i * 4, i * 4 + 2, j * 4, j * 4 + 2];
        // Pieces that only touch at an end, or lie on one another, are no crossing.
        const apart = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)];
        const ends = [a, b].some((k) =>
          [c, d].some(
            (l) =>
              Math.hypot(tree.lines[k] - tree.lines[l], tree.lines[k + 1] - tree.lines[l + 1]) <
              1e-3,
          ),
        );
        if (!ends && apart[0] * apart[1] < 0 && apart[2] * apart[3] < 0)
          expect.fail(`${tree.child[i]} and ${tree.child[j]}`);
      }
    }
  });

  it('takes several roots, gone parents and nobody at all', () => {
    const parent = data.parent.slice();
    parent[7] = -1;
    const flags = data.flags.slice();
    flags[3] = 0;
    const tree = layTree({ ...data, parent, flags });
    expect(tree.count).toBe(n - 1);
    expect(Number.isNaN(tree.x[3])).toBe(true);
    expect(tree.x.filter(Number.isFinite).length).toBe(n - 1);
    expect(layTree({ ...data, flags: new Uint8Array(n) }).count).toBe(0);
    expect(layTree({ ...data, time: new Int32Array(n) }).x.every(Number.isFinite)).toBe(true);
  });

  it('rings the years, every so many when there are too many', () => {
    const minutes = (/** @type {number} */ year) => Date.UTC(year, 5) / 60_000;
    expect(ringsOf([minutes(2019), minutes(2022)], (t) => t).map(({ year }) => year)).toEqual([
      2020, 2021, 2022,
    ]);
    expect(ringsOf([minutes(1900), minutes(2022)], (t) => t).length).toBeLessThan(16);
  });
});

describe('the network of a region', () => {
  const members = Array.from({ length: 60 }, (_, i) => ({
    slot: i,
    x: i % 7,
    y: i % 5,
    width: 80 + (i % 3) * 40,
    height: 60,
  }));
  const ties = members.slice(1).map((_, i) => ({ source: i, target: i + 1, weight: 0.5 }));

  it('overlaps nowhere and is the same every time', () => {
    const placed = layNetwork(members, ties);
    for (let i = 0; i < 60; i++) {
      for (let j = i + 1; j < 60; j++) {
        const apart =
          Math.abs(placed.x[i] - placed.x[j]) >= (members[i].width + members[j].width) / 2 ||
          Math.abs(placed.y[i] - placed.y[j]) >= (members[i].height + members[j].height) / 2;
        if (!apart) expect.fail(`${i} and ${j}`);
      }
    }
    expect(layNetwork(members, ties)).toEqual(placed);
  });

  it('parts boxes that lie on one another, and takes one or none', () => {
    const boxes = Array.from({ length: 9 }, () => ({ x: 0, y: 0, width: 10, height: 10 }));
    separate(boxes);
    expect(new Set(boxes.map(({ x, y }) => `${Math.round(x)} ${Math.round(y)}`)).size).toBe(9);
    expect(layNetwork([], []).x.length).toBe(0);
    expect([...layNetwork([members[0]], []).x]).toEqual([expect.closeTo(0, 3)]);
  });
});

describe('the timeline', () => {
  it('spans what is present and counts it', () => {
    const time = Int32Array.of(10, 20, 30, 99_999);
    const flags = Uint8Array.of(1, 1, 1, 0);
    expect(timeSpan(time, flags, 4)).toEqual([10, 30]);
    expect([...histogram(time, flags, 4, [10, 30], 2)]).toEqual([1, 2]);
    expect(timeSpan(time, new Uint8Array(4), 4)).toBe(null);
    expect(timeSpan(Int32Array.of(5), Uint8Array.of(1), 1)).toEqual([-715, 725]);
    const doubtful = Uint8Array.of(1, 1, 1 | 16, 1);
    expect(timeSpan(Int32Array.of(10, 20, -9999, 30), doubtful, 4)).toEqual([10, 30]);
    expect([...histogram(Int32Array.of(10, 20, -9999, 30), doubtful, 4, [10, 30], 2)]).toEqual([
      1, 2,
    ]);
    expect([...believable(Int32Array.of(10, 20, -9999, 30), doubtful, 4)]).toEqual([
      10, 20, 10, 30,
    ]);
  });
  it('writes few years, and months when there is but one', () => {
    const minutes = (/** @type {number} */ year) => Date.UTC(year, 0) / 60_000;
    expect(yearTicks([minutes(1950), minutes(2020)], 8).length).toBeLessThanOrEqual(9);
    expect(yearTicks([minutes(2020), minutes(2021)], 8)[0].text).toMatch(/^2020-\d\d$/);
  });
});

describe('stamps and heights', () => {
  it('are typed within 900 ms whatever their length', () => {
    expect(typed('ABC', 31)).toBe('');
    expect(typed('ABC', 65)).toBe('AB');
    expect(typed('x'.repeat(500), 901)).toBe('x'.repeat(500));
    expect(typed('👩‍🚀', 1000)).toBe('👩‍🚀');
  });
  it('stand at the lowest point of a strong ring', () => {
    const points = Float32Array.of(0, 0, 2, 1, 1, 2, 0, 2, 2, -1, 1, 2, 0, 0, 0);
    const land = /** @type {any} */ ({
      points,
      levels: [{ value: 12.4, strong: true, band: 0, start: 0, end: 5 }],
    });
    expect(heightFigures(land)).toEqual([{ x: 0, y: 0, text: '12', width: 2 }]);
  });
});

describe('terms of a region of notes', () => {
  it('say what its name does not, or nothing', () => {
    const region = (/** @type {string} */ name, /** @type {string[]} */ terms) => termsOf(/** @type {any} */ ({ name, terms })); // prettier-ignore
    expect(region('Ruby · value', ['ruby', 'value', 'hash', 'array'])).toBe('hash, array');
    expect(region('Ruby · value', ['ruby', 'Válue', 'hash'])).toBe('');
    expect(region('X', ['a', 'b', 'c', 'd', 'e', 'f'])).toBe('a, b, c, d');
    expect(region('X', [])).toBe('');
  });
});
