import { describe, expect, it } from 'vitest';
import { Pace } from '../src/map/pace.js';

/** @param {Pace} pace @param {number} frames @param {number} ms @param {number} [own] */
function run(pace, frames, ms, own = 2) {
  for (let i = 0; i < frames; i++) pace.frame(ms, own);
}

describe('the pace', () => {
  it('draws everything while frames come often enough', () => {
    const pace = new Pace();
    run(pace, 500, 16.7);
    run(pace, 1, 300); // a hiccup
    run(pace, 500, 30);
    expect([pace.dots, pace.dpr]).toEqual([1, 2]);
  });

  it('draws less and less where drawing is slow, never nothing', () => {
    const pace = new Pace();
    run(pace, 2, 900);
    expect(pace.dots).toBe(0.5);
    run(pace, 100, 900);
    expect([pace.dots, pace.dpr]).toEqual([0.06, 1]);
  });

  it('does not blame the painter for the work of the page', () => {
    const pace = new Pace();
    run(pace, 100, 90, 80);
    expect(pace.dots).toBe(1);
  });

  it('tries more again when all is quick, and remembers that it was too much', () => {
    const pace = new Pace();
    run(pace, 8, 100);
    expect(pace.dots).toBe(0.25);
    run(pace, 240, 16.7);
    expect(pace.dots).toBe(0.5);
    run(pace, 4, 100);
    expect(pace.dots).toBe(0.25);
    run(pace, 5000, 16.7);
    expect(pace.dots).toBe(0.25);
  });
});
