/** What changes gradually: places (a morph), the land and the tree's edges, and all that is not brought out. */
import { ease } from '../geometry/camera.js';

/** @typedef {import('./gather.js').Places} Places */

const MORPH_MS = 1100;
const FADE_MS = 900;
const DIM_MS = 160;
const DIMMED = 0.15;
const NEVER = -1e9;

export class Fades {
  /** Places before the morph. @type {Places | null} */
  before = null;
  #morphStart = NEVER;
  #land = { from: 1, to: 1, start: NEVER };
  #edge = { from: 0, to: 0, start: NEVER };
  #dim = { from: 1, to: 1, start: NEVER };
  /** Opacity of the items when nothing is brought out. */
  #rest = 1;
  /** Without motion everything is at its end at once. */
  still = false;

  /** @param {Places | null} before */
  morph(before) {
    this.before = before;
    this.#morphStart = before && !this.still ? performance.now() : NEVER;
  }

  get morphing() {
    return performance.now() - this.#morphStart < MORPH_MS;
  }

  /** What the land fades to. */
  get landGoal() {
    return this.#land.to;
  }

  /** @param {number} land 0 … 1 @param {number} edge 0 … 1 @param {number} [from] of the edges; else as they are */
  fadeTo(land, edge, from) {
    const now = performance.now();
    const start = this.still ? NEVER : now;
    this.#land = { from: faded(this.#land, now), to: land, start };
    this.#edge = { from: from ?? faded(this.#edge, now), to: edge, start };
  }

  /** @param {boolean} some are brought out, the others dimmed @param {number} [opacity] of the others */
  dim(some, opacity = DIMMED) {
    const now = performance.now();
    this.#dim = {
      from: this.#dimAt(now),
      to: some ? Math.min(opacity, this.#rest) : this.#rest,
      start: now,
    };
  }

  /** Show the items, or only the land. @param {boolean} shown */
  rest(shown) {
    this.#rest = shown ? 1 : 0;
  }

  /** @param {number} now */
  #dimAt(now) {
    const { from, to, start } = this.#dim;
    const t = this.still ? 1 : Math.min(1, Math.max(0, (now - start) / DIM_MS));
    return from + (to - from) * t;
  }

  /** @param {number} now ms */
  at(now) {
    const dim = this.#dimAt(now);
    return {
      morph: ease(Math.min(1, Math.max(0, (now - this.#morphStart) / MORPH_MS))),
      dim,
      landAlpha: faded(this.#land, now),
      // Edges step back behind what is brought out, but not as far as items.
      edgeAlpha: faded(this.#edge, now) * (0.35 + 0.65 * dim),
    };
  }

  /** @param {number} now @returns {boolean} whether anything still changes */
  busy(now) {
    return (
      now - this.#morphStart < MORPH_MS ||
      now - this.#dim.start < DIM_MS + 40 ||
      now - this.#land.start < FADE_MS + 50
    );
  }
}

/** @param {{from: number, to: number, start: number}} fade @param {number} now */
function faded({ from, to, start }, now) {
  return from + (to - from) * ease(Math.min(1, Math.max(0, (now - start) / FADE_MS)));
}
