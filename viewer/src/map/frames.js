/** The map's animation frames: asked for when something changed, repeated while something moves. */
import { Pace } from './pace.js';

const MOST_COSTS = 600;
/** A longer gap, as after a hidden tab, counts as this one. ms */
const LONGEST_STEP_MS = 64;

/**
 * @typedef {object} Stage
 * @property {(now: number, elapsed: number) => boolean} move one step of a flight; true: it goes on
 * @property {(now: number) => boolean} upload give the painter what has arrived; true: something had
 * @property {(now: number) => boolean} draw a frame; true: another one is needed
 * @property {() => void} adapt another amount is to be drawn from now on
 */

export class Frames {
  pace = new Pace();
  /** ms of the page's own work in each of the last frames, newest last. @type {number[]} */
  costs = [];
  /** ms since the frame before. */
  interval = 0;
  #dirty = true;
  #last = 0;
  #pending = 0;
  #adapts = false;
  /** The frame before asked for this one. */
  #continued = false;
  #goesOn = false;

  /** @param {Stage} stage */
  constructor(stage) {
    this.stage = stage;
  }

  /** Draw a frame soon. */
  request() {
    this.#dirty = true;
    if (!this.#pending) this.#pending = requestAnimationFrame((now) => this.#tick(now));
  }

  /** No frame is due. */
  get idle() {
    return !this.#pending && !this.#dirty;
  }

  /** From now on fewer dots and pixels are drawn while frames are slow. */
  adapt() {
    this.#adapts = true;
  }

  /** @param {number} now ms */
  #tick(now) {
    const { stage } = this;
    this.#pending = 0;
    this.interval = now - this.#last;
    this.#last = now;
    this.#continued = this.#goesOn;
    this.#goesOn = false;
    let busy = stage.move(now, Math.min(LONGEST_STEP_MS, this.interval));
    const started = performance.now();
    if (stage.upload(now)) this.#dirty = busy = true;
    if (this.#dirty || busy) {
      this.#dirty = false;
      busy = stage.draw(now) || busy;
      const cost = performance.now() - started;
      this.costs.push(cost);
      if (this.costs.length > MOST_COSTS) this.costs.shift();
      if (this.#adapts) this.#measure(cost);
    }
    this.#goesOn = busy;
    if (busy) this.request();
  }

  /**
   * How long the frame takes: what comes after it in the page's thread (a software painter blocks
   * it), or, while a movement goes on by itself, the time to the next one.
   * @param {number} cost ms of the page's own work
   */
  #measure(cost) {
    const begun = performance.now();
    setTimeout(() => {
      const late = this.#continued ? this.interval : 0;
      const ms = Math.max(cost + performance.now() - begun, late);
      if (this.pace.frame(ms, cost)) this.stage.adapt();
    });
  }
}
