/** When the name of the territory one enters is shown: hysteresis and pauses. Pure; time is given. */

const ENTER_VOTES = 5;
const ENTER_SHARE = 0.35;
const LEAVE_SHARE = 0.2;
const DWELL_MS = 350;
const AGAIN_MS = 30_000;
const BETWEEN_MS = 1200;

export class Entering {
  /** The region one is in; −1: none. */
  region = -1;
  #candidate = -1;
  #since = 0;
  #last = -1e12;
  /** @type {Map<number, number>} region → when its title was last shown */
  #shown = new Map();

  /**
   * @param {{region: number, votes: number, share: number}} seen
   * @param {number} currentShare of the region one is in
   * @param {number} now ms @param {boolean} [quiet] during a flight: nothing is shown
   * @returns {number} the region whose title is to be shown now, or −1
   */
  step(seen, currentShare, now, quiet = false) {
    if (this.region >= 0 && currentShare < LEAVE_SHARE) this.region = -1;
    const enters = seen.region >= 0 && seen.votes >= ENTER_VOTES && seen.share >= ENTER_SHARE;
    if (!enters || seen.region === this.region || quiet) {
      this.#candidate = -1;
      return -1;
    }
    if (seen.region !== this.#candidate) {
      this.#candidate = seen.region;
      this.#since = now;
    }
    if (now - this.#since < DWELL_MS || now - this.#last < BETWEEN_MS) return -1;
    this.region = seen.region;
    this.#candidate = -1;
    if (now - (this.#shown.get(seen.region) ?? -1e12) < AGAIN_MS) return -1;
    this.#shown.set(seen.region, now);
    this.#last = now;
    return seen.region;
  }

  /** A candidate waits for its dwell time: ask again soon. */
  get pending() {
    return this.#candidate >= 0;
  }
}
