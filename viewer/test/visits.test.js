import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Visits } from '../src/app/visits.js';
import { Columns } from '../src/site/columns.js';

/** @param {number[]} ids */
function columnsOf(ids) {
  const columns = new Columns(ids.length);
  columns.id.set(ids);
  columns.flags.fill(1);
  ids.forEach((_, s) => columns.region.set([s % 2, -1, -1], s * 3));
  return columns;
}

describe('visits', () => {
  /** @type {Map<string, string>} */
  let kept;
  beforeEach(() => {
    kept = new Map();
    vi.stubGlobal('localStorage', {
      getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
      setItem: (/** @type {string} */ key, /** @type {string} */ value) => kept.set(key, value),
    });
    vi.stubGlobal('window', globalThis);
    vi.useFakeTimers();
    return () => {
      vi.useRealTimers();
      vi.unstubAllGlobals();
    };
  });

  it('call nothing new the first time, and later what came since', () => {
    const first = new Visits('image', 'here');
    first.arrive(columnsOf([1, 2, 3]));
    expect(first.unseen.size).toBe(0);
    vi.runAllTimers();
    const second = new Visits('image', 'here');
    second.arrive(columnsOf([1, 2, 3, 7, 9]));
    expect([...second.unseen]).toEqual([7, 9]);
    expect([...second.perRegion(columnsOf([1, 2, 3, 7, 9]))]).toEqual([
      [1, 1],
      [0, 1],
    ]);
    expect(second.see([7])).toBe(true);
    vi.runAllTimers();
    const third = new Visits('image', 'here');
    third.arrive(columnsOf([1, 9, 12])); // 2, 3 and 7 have gone
    expect([...third.unseen]).toEqual([9, 12]);
  });
});
