/**
 * Whether the daemon is still there: it beats every few seconds, and one that hangs does not. Pure;
 * time is given.
 */

/** The daemon beats every 5 s: two may be late or lost. */
export const SILENT_MS = 12_000;
/** A stream that is asked for and not answered. */
export const CONNECT_MS = 10_000;

export class Pulse {
  #last = 0;
  /** @type {'closed' | 'connecting' | 'open'} */
  #state = 'closed';
  /** A server that has never sent a beat on this stream is not missed. */
  #beats = false;

  /** @param {number} now ms */
  connecting(now) {
    this.#state = 'connecting';
    this.#beats = false;
    this.#last = now;
  }

  /** @param {number} now ms */
  opened(now) {
    this.#state = 'open';
    this.#last = now;
  }

  /** Anything came. @param {number} now ms @param {boolean} [beat] */
  heard(now, beat = false) {
    if (this.#state === 'closed') return;
    this.#state = 'open';
    this.#beats ||= beat;
    this.#last = now;
  }

  closed() {
    this.#state = 'closed';
  }

  /** @param {number} now ms @returns {boolean} it should have been heard by now */
  silent(now) {
    if (this.#state === 'connecting') return now - this.#last > CONNECT_MS;
    return this.#state === 'open' && this.#beats && now - this.#last > SILENT_MS;
  }
}
