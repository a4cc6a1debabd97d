import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Frames } from '../src/map/frames.js';

/** @type {((now: number) => void)[]} */
let due = [];
beforeEach(() => {
  due = [];
  vi.stubGlobal('requestAnimationFrame', (/** @type {(now: number) => void} */ call) =>
    due.push(call),
  );
});
afterEach(() => vi.unstubAllGlobals());

/** @param {number} now */
const frame = (now) => due.splice(0).forEach((call) => call(now));

function stage() {
  return {
    moving: false,
    arrived: false,
    fading: false,
    calls: /** @type {string[]} */ ([]),
    steps: /** @type {number[]} */ ([]),
    /** @param {number} _ @param {number} elapsed */
    move(_, elapsed) {
      this.steps.push(elapsed);
      return this.moving;
    },
    upload() {
      return this.arrived;
    },
    draw() {
      this.calls.push('draw');
      return this.fading;
    },
    adapt() {
      this.calls.push('adapt');
    },
  };
}

describe('animation frames', () => {
  it('draws once for any number of requests, and then none', () => {
    const on = stage();
    const frames = new Frames(on);
    frames.request();
    frames.request();
    expect(due.length).toBe(1);
    expect(frames.idle).toBe(false);
    frame(16);
    expect(on.calls).toEqual(['draw']);
    expect([due.length, frames.idle]).toEqual([0, true]);
  });

  it.each(['moving', 'arrived', 'fading'])('goes on while something is %s', (what) => {
    const on = stage();
    const frames = new Frames(on);
    frames.request();
    Object.assign(on, { [what]: true });
    for (let n = 1; n <= 3; n++) frame(16 * n);
    expect([on.calls.length, due.length]).toEqual([3, 1]);
    Object.assign(on, { [what]: false });
    frame(64);
    expect(due.length).toBe(0);
  });

  it('moves by at most 64 ms at once', () => {
    const on = stage();
    const frames = new Frames(on);
    frames.request();
    frame(100);
    frames.request();
    frame(5000);
    expect([on.steps[1], frames.interval]).toEqual([64, 4900]);
  });

  it('draws less only if it was told to adapt', () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    for (const adapts of [false, true]) {
      const on = stage();
      on.moving = true;
      const frames = new Frames(on);
      if (adapts) frames.adapt();
      frames.request();
      for (let n = 1; n <= 8; n++) {
        frame(1000 * n);
        vi.runAllTimers();
      }
      expect(on.calls.includes('adapt')).toBe(adapts);
      expect(frames.pace.dots < 1).toBe(adapts);
    }
    vi.useRealTimers();
  });

  it('keeps the cost of the last 600 frames', () => {
    const frames = new Frames(stage());
    for (let n = 1; n <= 610; n++) {
      frames.request();
      frame(16 * n);
    }
    expect(frames.costs.length).toBe(600);
  });
});
