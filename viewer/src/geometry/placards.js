/** Where the names of regions stand at each step, and from when each shows: what pictures keep clear of. Pure. */
import { Board } from './board.js';
import { stepOf } from './ranges.js';

/** @typedef {import('./ranges.js').Obstacle} Obstacle */

/** Steps that a name waits for pictures to make room. */
const LONGEST_WAIT = 6;

export class Placards {
  /** Those that show, at this step and the next ones. @type {Board[]} */
  #boards = [];
  /** @type {number[]} */
  #shown = [];

  /** @param {Obstacle[]} names @param {number} fit scale that shows the whole map @param {number[]} scales of the steps @param {number} side px of a square */
  constructor(names, fit, scales, side) {
    this.names = names;
    this.fit = fit;
    this.scales = scales;
    this.side = side;
    this.waiting = names.map((_, n) => n);
    /** The scale from which each name shows. */
    this.from = Float64Array.from(names, ({ to }) => to);
  }

  /** A board for a step. @param {number} k */
  open(k) {
    this.#boards[k] = new Board(this.side, 0);
    for (const n of this.#shown) this.#write(n, k);
  }

  /** @param {number} k */
  close(k) {
    delete this.#boards[k];
  }

  /**
   * Names come before pictures that are not there yet, but wait for those that are; not for ever.
   * @param {number} step @param {(name: Obstacle) => boolean} clear whether no picture is in its way
   */
  join(step, clear) {
    const scale = this.scales[step];
    this.waiting = this.waiting.filter((n) => {
      const name = this.names[n];
      if (name.from > scale) return true;
      const wanted = Math.max(0, Math.ceil(stepOf(Math.max(name.from, this.fit * 1e-6), this.fit)));
      if (step > 0 && step - wanted < LONGEST_WAIT && !clear(name)) return true;
      // At its first chance it shows from its own scale on, else from that of the step.
      this.from[n] = step === wanted ? name.from : scale;
      this.#shown.push(n);
      for (let k = step; k < this.#boards.length; k++) this.#write(n, k);
      return false;
    });
  }

  /** Names are wide: they stand in every square that they touch. @param {number} n @param {number} k step */
  #write(n, k) {
    const { x, y, halfWidth, halfHeight, to } = this.names[n];
    const board = this.#boards[k];
    if (!board || this.scales[k] >= to) return;
    const px = x * this.scales[k];
    const py = -y * this.scales[k];
    for (let dx = -halfWidth; dx < halfWidth + board.side; dx += board.side)
      for (let dy = -halfHeight; dy < halfHeight + board.side; dy += board.side)
        board.put(px + Math.min(dx, halfWidth), py + Math.min(dy, halfHeight), n);
  }

  /** Whether a box meets a name. @param {number} k step @param {number} x px @param {number} y @param {number} w half @param {number} h */
  meet(k, x, y, w, h) {
    const board = this.#boards[k];
    if (!board?.count) return false;
    const scale = this.scales[k];
    const reach = board.side;
    for (const node of board.near(x - w - reach, y - h - reach, x + w + reach, y + h + reach)) {
      for (let n = node; n >= 0; n = board.next[n]) {
        const name = this.names[board.what[n]];
        if (
          Math.abs(name.x * scale - x) < name.halfWidth + w &&
          Math.abs(-name.y * scale - y) < name.halfHeight + h
        )
          return true;
      }
    }
    return false;
  }
}
