/** How the camera moves by itself: flights, and inertia after a throw. */
import { flight } from '../geometry/camera.js';

/** @typedef {{ms: number, at: (share: number) => Camera, start: number, done: () => void}} Flight */

const DRAG_MS = 180;
const LEAST_SPEED = 0.02; // px per ms

export class Motion {
  /** @type {Flight | null} */
  #flight = null;
  #velocity = { x: 0, y: 0 };

  get flying() {
    return this.#flight !== null;
  }

  /**
   * @param {Camera} from @param {Camera} to @param {Size} size @param {number} longest ms
   * @returns {Promise<void>} at the end, or when it is halted
   */
  fly(from, to, size, longest) {
    this.halt();
    return new Promise((done) => {
      this.#flight = { ...flight(from, to, size, longest), start: performance.now(), done };
    });
  }

  /** @param {number} x px per ms @param {number} y */
  fling(x, y) {
    this.#velocity = { x, y };
  }

  halt() {
    this.#flight?.done();
    this.#flight = null;
    this.#velocity = { x: 0, y: 0 };
  }

  /**
   * Where one is now.
   * @param {number} now ms @param {number} elapsed ms since the frame before
   * @returns {{camera: Camera} | {dx: number, dy: number} | null} a place, or a way in px; null: nothing moves
   */
  step(now, elapsed) {
    if (this.#flight) {
      const { ms, at, start, done } = this.#flight;
      const share = Math.max(0, (now - start) / ms);
      if (share >= 1) {
        this.#flight = null;
        done();
      }
      return { camera: at(share) };
    }
    const { x, y } = this.#velocity;
    if (Math.hypot(x, y) <= LEAST_SPEED) return null;
    const drag = Math.exp(-elapsed / DRAG_MS);
    this.#velocity = { x: x * drag, y: y * drag };
    return { dx: x * elapsed, dy: y * elapsed };
  }
}
