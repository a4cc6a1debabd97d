import { describe, expect, it } from 'vitest';
import {
  HALF,
  HALF_FROM,
  cutRuns,
  runsAt,
  selectRuns,
  strideFor,
} from '../src/geometry/outlines.js';
import { surveyLand } from '../src/geometry/relief.js';

/** Two rings of 200 and 30 points. */
function rings() {
  const points = [];
  for (const [count, radius, kind] of [
    [200, 2, 1],
    [30, 1, 2],
  ]) {
    for (let i = 0; i <= count; i++) {
      const a = ((i % count) / count) * 2 * Math.PI;
      points.push(Math.cos(a) * radius, Math.sin(a) * radius, i === count ? 0 : kind);
    }
  }
  return Float32Array.from(points);
}

/** @param {Float32Array} points @param {number} count @returns {string[]} */
function segments(points, count) {
  const found = [];
  for (let p = 0; p + 1 < count; p++) {
    if (points[p * 3 + 2] !== 0) found.push([...points.subarray(p * 3, p * 3 + 5)].join());
  }
  return found.sort();
}

describe('contours in runs', () => {
  const points = rings();
  const runs = cutRuns(points);
  const out = new Float32Array(points.length + runs.length * 3);

  it('are complete when everything is in sight', () => {
    const count = selectRuns(points, runs, [-9, -9, 9, 9], 1, out);
    expect(segments(out, count)).toEqual(segments(points, points.length / 3));
  });

  it('are left out when out of sight', () => {
    expect(selectRuns(points, runs, [5, 5, 6, 6], 1, out)).toBe(0);
    const right = selectRuns(points, runs, [1.9, -0.1, 2.1, 0.1], 1, out);
    expect(right).toBeGreaterThan(0);
    expect(right).toBeLessThan(points.length / 3 - 30);
  });

  it('stay closed when points are skipped', () => {
    const count = selectRuns(points, runs, [-9, -9, 9, 9], 4, out);
    expect(count).toBeLessThan(points.length / 3 / 3);
    const ends = new Map();
    for (let p = 0; p + 1 < count; p++) {
      if (out[p * 3 + 2] === 0) continue;
      for (const q of [p, p + 1]) {
        const key = `${out[q * 3]} ${out[q * 3 + 1]}`;
        ends.set(key, (ends.get(key) ?? 0) + 1);
      }
    }
    expect([...ends.values()].every((n) => n === 2)).toBe(true);
  });

  it('skip no more than four pixels', () => {
    expect([strideFor(0.25), strideFor(0.9), strideFor(2), strideFor(3), strideFor(60)]).toEqual([
      16, 4, 2, 1, 1,
    ]);
  });
});

describe('lines half-way between contours', () => {
  const size = 48;
  const heights = Float32Array.from({ length: size * size }, (_, k) => {
    const [x, y] = [(k % size) - 24, Math.floor(k / size) - 24];
    return Math.exp(-(x * x + y * y) / 160);
  });
  const terrain = { size, bounds: /** @type {Box} */ ([0, 0, 1, 1]), heights, top: 1, thresholds: [0.1, 0.3, 0.5, 0.7] }; // prettier-ignore

  it('are drawn from sixteen times the whole map on, and of the fine land alone', () => {
    const coarse = cutRuns(surveyLand(terrain, false).points);
    expect(coarse.some(({ half }) => half)).toBe(false);
    const land = surveyLand(terrain, true);
    const runs = cutRuns(land.points);
    const halves = runs.filter(({ half }) => half);
    expect(halves.length).toBeGreaterThan(3);
    for (const { start } of halves) expect(land.points[start * 3 + 2]).toBe(HALF);
    expect(runsAt(runs, HALF_FROM)).toEqual(runs);
    expect(runsAt(runs, HALF_FROM - 0.1)).toEqual(runs.filter(({ half }) => !half));
  });

  it('come after all others, between two of them', () => {
    const land = surveyLand(terrain, true);
    const last = Math.max(...land.levels.map(({ end }) => end));
    for (const { start } of cutRuns(land.points).filter(({ half }) => half)) {
      expect(start).toBeGreaterThanOrEqual(last);
      const x = Math.floor(land.points[start * 3] * land.size);
      const y = Math.floor(land.points[start * 3 + 1] * land.size);
      const height = land.heights[y * land.size + x];
      expect(height).toBeGreaterThan(land.levels[0].value * 0.7);
    }
  });
});
