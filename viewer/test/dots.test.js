import { describe, expect, it } from 'vitest';
import { maskOf } from '../src/render/canvas/dots.js';
import { STATE } from '../src/render/frame.js';

/** @param {number} state @param {number} [radius] */
const mask = (state, radius = 4) => {
  const { side, cover, heart } = maskOf(state, 0.5, 0.5, radius, 0.5);
  const middle = (side - 1) / 2;
  return {
    at: (/** @type {number} */ dx, /** @type {number} */ dy) =>
      cover[(middle + dy) * side + middle + dx],
    heart: heart[middle * side + middle],
    cover,
    side,
  };
};

describe('dots in pixels', () => {
  it('are filled when settled, hollow when not, diamonds between regions', () => {
    expect(mask(0).at(0, 0)).toBe(255);
    expect(mask(0).at(6, 0) ?? 0).toBe(0);
    expect(mask(STATE.provisional).at(0, 0)).toBe(0);
    expect(mask(STATE.provisional).at(4, 0)).toBeGreaterThan(120);
    const outlier = mask(STATE.outlier, 6);
    expect(outlier.at(0, 0)).toBe(0);
    expect(outlier.at(5, 0)).toBeGreaterThan(120);
    expect(outlier.at(4, 4)).toBe(0); // where a ring would have its rim
    expect(mask(STATE.ghost).at(4, 0)).toBeLessThan(130);
  });

  it('glow around a white heart when new', () => {
    const fresh = mask(STATE.fresh);
    expect(fresh.heart).toBe(255);
    expect(fresh.at(8, 0)).toBeGreaterThan(10);
    expect(mask(0).heart).toBe(0);
  });

  it('hold as much wherever in a pixel they stand', () => {
    const sums = [0.1, 0.4, 0.9].map(
      (d) => maskOf(0, d, 1 - d, 2.3, 0).cover.reduce((sum, value) => sum + value, 0) / 255,
    );
    for (const sum of sums) expect(sum).toBeCloseTo(Math.PI * 2.3 ** 2, 0);
  });

  it('touch no edge of their mask, so that nothing is cut off', () => {
    for (const state of [0, ...Object.values(STATE)]) {
      for (const radius of [0.9, 2.4, 5.5]) {
        const { cover, side } = maskOf(state, 0.125, 0.875, radius, 0.6);
        for (let k = 0; k < side; k++) {
          for (const at of [k, (side - 1) * side + k, k * side, k * side + side - 1])
            expect(cover[at]).toBeLessThan(3);
        }
      }
    }
  });
});
