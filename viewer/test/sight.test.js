import { describe, expect, it } from 'vitest';
import { bearings, nearestPlace } from '../src/geometry/bearings.js';
import { partsFor, smoothRuns, cutRuns } from '../src/geometry/outlines.js';

const size = { width: 1000, height: 600 };
const camera = { x: 0, y: 0, scale: 10 };
const place = (/** @type {number} */ x, /** @type {number} */ y) => ({ x, y, count: 1, level: 0 });

describe('bearings', () => {
  it('names the nearest place out of sight on each side', () => {
    const far = place(200, 0);
    const near = place(80, 10);
    const found = bearings([far, near, place(0, 90), place(0, 0), place(-70, 0)], camera, size);
    expect(found.map(({ side }) => side).sort()).toEqual(['left', 'right', 'top']);
    expect(found.find(({ side }) => side === 'right')?.place).toBe(near);
    for (const { side, along } of found) {
      expect(along).toBeGreaterThanOrEqual(90);
      expect(along).toBeLessThanOrEqual((side === 'top' ? size.width : size.height) - 90);
    }
  });

  it('is silent when all is in sight, or there is nothing', () => {
    expect(bearings([place(1, 1)], camera, size)).toEqual([]);
    expect(bearings([], camera, size)).toEqual([]);
    expect(nearestPlace([], camera)).toBeNull();
    expect(nearestPlace([place(9, 9), place(3, 3)], camera)).toEqual(place(3, 3));
  });

  it('keeps its tabs on a phone', () => {
    const [one] = bearings([place(90, 90)], camera, { width: 120, height: 100 });
    expect(one.along).toBeGreaterThan(0);
  });
});

describe('contours from near by', () => {
  const ring = Float32Array.from([0, 0, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 0, 0, 0]);
  const box = /** @type {Box} */ ([-1, -1, 2, 2]);

  it('pass through their points, and turn gently between them', () => {
    const smooth = smoothRuns(ring, cutRuns(ring), box, 4);
    expect(smooth.length / 3).toBe(4 * 4 + 1);
    for (let p = 0; p < 4; p++)
      expect([smooth[p * 12], smooth[p * 12 + 1]]).toEqual([ring[p * 3], ring[p * 3 + 1]]);
    expect(smooth[smooth.length - 1]).toBe(0);
    let turn = 0;
    for (let k = 3; k + 5 < smooth.length; k += 3) {
      const a = Math.atan2(smooth[k + 1] - smooth[k - 2], smooth[k] - smooth[k - 3]);
      const b = Math.atan2(smooth[k + 4] - smooth[k + 1], smooth[k + 3] - smooth[k]);
      turn = Math.max(turn, Math.abs(Math.atan2(Math.sin(b - a), Math.cos(b - a))));
    }
    expect(turn).toBeLessThan(Math.PI / 2.5); // of a square's right angles
  });

  it('have a point every six pixels', () => {
    expect(partsFor(3)).toBe(1);
    expect(partsFor(31)).toBe(6);
    expect(partsFor(1e6)).toBe(12);
  });
});
