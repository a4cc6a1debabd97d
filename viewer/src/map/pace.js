/** How much is drawn, so that frames come often enough: fewer dots and pixels where they are slow. Pure; time is given. */

/** From the best picture to the plainest. `dots`: share of what the painter can take; `dpr`: at most. */
const STEPS = [
  { dots: 1, dpr: 2 },
  { dots: 0.5, dpr: 1.5 },
  { dots: 0.25, dpr: 1 },
  { dots: 0.12, dpr: 1 },
  { dots: 0.06, dpr: 1 },
];
const SLOW_MS = 45;
const FAST_MS = 22;
const SLOW_FRAMES = 4; // in excess of the others; one that takes much longer counts twice
const MUCH = 4;
const FAST_FRAMES = 240; // in a row

export class Pace {
  #step = 0;
  #slow = 0;
  #fast = 0;
  /** A step that was tried again and was still too much is left alone. */
  #best = 0;
  #climbed = false;

  get dots() {
    return STEPS[this.#step].dots;
  }
  get dpr() {
    return STEPS[this.#step].dpr;
  }

  /**
   * A frame of a movement.
   * @param {number} ms it took, from one frame to the next
   * @param {number} own ms of it that the page itself was busy: drawing less would not save them
   * @returns {boolean} whether another amount is to be drawn
   */
  frame(ms, own) {
    this.#fast = ms < FAST_MS ? this.#fast + 1 : 0;
    const drawing = ms - own;
    this.#slow = Math.max(
      0,
      this.#slow + (drawing > SLOW_MS * MUCH ? 2 : drawing > SLOW_MS ? 1 : -1),
    );
    if (this.#slow >= SLOW_FRAMES && this.#step < STEPS.length - 1) {
      this.#step++;
      if (this.#climbed) this.#best = this.#step;
      this.#climbed = false;
      this.#slow = this.#fast = 0;
      return true;
    }
    if (this.#fast >= FAST_FRAMES && this.#step > this.#best) {
      this.#step--;
      this.#climbed = true;
      this.#fast = 0;
      return true;
    }
    return false;
  }
}
