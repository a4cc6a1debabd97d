/** Doing something again later, each time after a longer pause. */

const PAUSES_MS = [1000, 2000, 5000, 10_000, 20_000, 60_000];

export class Retry {
  #tries = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {() => void} again */
  constructor(again) {
    this.again = again;
  }

  /** @returns {number} ms until it is tried again; a pause that runs already goes on */
  later() {
    const wait = PAUSES_MS[Math.min(this.#tries, PAUSES_MS.length - 1)];
    if (this.#timer !== undefined) return wait;
    this.#tries++;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.again();
    }, wait);
    return wait;
  }

  /** Try at once if something waits: there is a reason to hope. */
  now() {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.again();
  }

  /** It worked: the next failure waits shortly again. */
  reset() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#tries = 0;
  }
}
