/** From the items of a space to what the painter draws in and around the view, a little per frame. */
import { viewBox } from '../geometry/camera.js';
import { OFFLINE, PRESENT, PROVISIONAL } from '../site/columns.js';
import { inkOf, rgb } from '../app/theme.js';
import { STATE } from '../render/frame.js';

/** @typedef {import('./plane.js').Plane} Plane */
/** @typedef {import('./plane.js').Run} Run */
/** @typedef {import('./scene.js').Painter} Painter */
/** @typedef {import('../render/frame.js').Gathered} Gathered */
/** @typedef {{from: number, to: number}} Filter Unix minutes */
/**
 * @typedef {{of: Uint8Array, inks: number[], off: ReadonlySet<number>}} Paint
 * What items are coloured by instead of their regions. `of`: slot → group; `inks`: group → 0xbbggrr;
 * `off`: groups that step back
 */
/** @typedef {{x: Float32Array, y: Float32Array}} Places */
/**
 * @typedef {{plane: Plane, camera: Camera, size: Size, limit: number, before: Places | null,
 *   filter: Filter | null, fresh: Set<number>}} Wish
 * `limit` of items; `before`: places before a morph; `fresh`: ids new since the last visit
 */
/** @typedef {{wish: Wish, runs: Iterator<Run>, share: number, box: Box, count: number}} Job */

const NO_GROUP = 255;
const MARGIN = 0.35; // of a screen, gathered around the view
/** Zoom steps after which a choice among too many is made again; with all at hand it may wait. */
const CLOSE = 0.6;
const CLOSE_ALL = 1.2;

export class Gatherer {
  /** What is drawn now. */
  out = room(0);
  /** Indices of `out` by rank, the important ones first; bucket r begins at `ranks[r]`. */
  byRank = new Uint32Array(0);
  ranks = new Uint32Array(257);
  #next = room(0);
  /** @type {number[]} region → colour, 0xbbggrr */
  #inks = [];
  #outlier = 0;
  /** @type {Paint | null} */
  paint = null;
  /** @type {Job | null} */
  #job = null;
  #held = {
    plane: /** @type {Plane | null} */ (null),
    box: /** @type {Box} */ ([0, 0, 0, 0]),
    scale: 0,
    all: false,
  };
  #stale = true;

  /** @param {Region[]} regions @param {boolean} dark @param {string} outlier */
  setColours(regions, dark, outlier) {
    this.#inks = [];
    for (const region of regions) this.#inks[region.id] = packed(inkOf(region.colour, dark));
    this.#outlier = packed(rgb(outlier));
  }

  /** What is in view is not at hand yet. */
  get busy() {
    return this.#job !== null || this.#held.plane === null;
  }

  /** Items, places or looks changed. */
  stale() {
    this.#stale = true;
  }

  /** What is drawn serves no more: other places, or a painter that knows nothing. */
  restart() {
    this.#job = null;
    this.#held.plane = null;
  }

  /**
   * Gather what is wished for, unless what is drawn still serves. What was drawn before stays until
   * everything is at hand; only after a restart, or on another plane, it is gathered in one go.
   * @param {Wish} wish @param {Painter} painter @param {number} budget_ms
   * @returns {'idle' | 'busy' | 'new'} `new`: `out` was replaced
   */
  tend(wish, painter, budget_ms) {
    const other = this.#held.plane !== wish.plane;
    if (other || (!this.#job && this.#needed(wish))) {
      this.#begin(wish);
      painter.beginDots(this.#next.slots.length);
    }
    const job = this.#job;
    if (!job) return 'idle';
    const from = job.count;
    const done = this.#step(job, other ? Infinity : performance.now() + budget_ms);
    painter.putDots(this.#next, from, job.count);
    if (!done) return 'busy';
    this.#finish(job);
    painter.showDots(this.out);
    return 'new';
  }

  /** @param {Wish} wish */
  #needed({ camera, size }) {
    if (this.#stale) return true;
    const { box, scale, all } = this.#held;
    const view = viewBox(camera, size);
    const inside = view[0] >= box[0] && view[1] >= box[1] && view[2] <= box[2] && view[3] <= box[3];
    return !inside || Math.abs(Math.log2(camera.scale / scale)) > (all ? CLOSE_ALL : CLOSE);
  }

  /** @param {Wish} wish */
  #begin(wish) {
    const { plane, camera, size, limit } = wish;
    const box = viewBox(camera, size, MARGIN);
    const total = plane.countIn(box);
    const share = Math.min(1, limit / Math.max(total, 1));
    const most = Math.min(total, Math.ceil(limit * 1.05) + 4096);
    if (this.#next.slots.length < most) this.#next = room(Math.ceil(most * 1.25) + 256);
    this.#stale = false;
    this.#job = {
      wish: { ...wish, camera: { ...camera } },
      runs: plane.runs(box),
      share,
      box,
      count: 0,
    };
  }

  /** @param {Job} job @param {number} until @returns {boolean} done */
  #step(job, until) {
    const { runs, share } = job;
    for (let turn = runs.next(); !turn.done; turn = runs.next()) {
      const { order, start, end } = turn.value;
      // Runs are sorted by rank, so that the first ones are the important ones. What a share leaves
      // of a run is nested: a larger share only adds to it.
      const stop = share === 1 ? end : start + Math.floor((end - start) * share + fixed(start));
      this.#take(job, order, start, stop);
      if (performance.now() > until) return false;
    }
    return true;
  }

  /** @param {Job} job @param {Uint32Array | null} order null: slots themselves @param {number} start @param {number} stop */
  #take(job, order, start, stop) {
    const { plane, before, filter, fresh } = job.wish;
    const { x, y, rx, ry } = plane;
    const { slots, places, looks } = this.#next;
    const words = new Uint32Array(looks.buffer);
    const { columns } = plane.space;
    const { flags, region, id } = columns;
    const { paint } = this;
    const known = before ? before.x.length : 0;
    const last = Math.min(stop, start + slots.length - job.count);
    let n = job.count;
    for (let k = start; k < last; k++) {
      const slot = order ? order[k] : k;
      const flag = flags[slot];
      const px = x[slot];
      if (!(flag & PRESENT) || px !== px) continue; // NaN: not on this plane
      slots[n] = slot;
      const p = n * 6;
      places[p] = px;
      places[p + 1] = y[slot];
      places[p + 2] = rx[slot];
      places[p + 3] = ry[slot];
      const moves = before !== null && slot < known && !Number.isNaN(before.x[slot]);
      places[p + 4] = moves ? before.x[slot] : px;
      places[p + 5] = moves ? before.y[slot] : places[p + 1];
      const r = slot * 3;
      let state = region[r] < 0 ? STATE.outlier : 0;
      if (flag & PROVISIONAL) state |= STATE.provisional;
      if (flag & OFFLINE) state |= STATE.ghost;
      if (fresh.size && fresh.has(id[slot])) state |= STATE.fresh;
      if (!passes(columns, slot, filter, paint)) state |= STATE.filtered;
      words[2 * n] = paint
        ? (paint.inks[groupOf(paint, slot)] ?? this.#outlier)
        : this.#inkAt(region, r);
      words[2 * n + 1] = state | (plane.comes(slot) << 8);
      n++;
    }
    job.count = n;
  }

  /** @param {Int32Array} region @param {number} at first of three @returns {number} */
  #inkAt(region, at) {
    const inks = this.#inks;
    const finest =
      region[at + 2] >= 0 ? region[at + 2] : region[at + 1] >= 0 ? region[at + 1] : region[at];
    if (finest < 0) return this.#outlier;
    return inks[finest] ?? inks[region[at]] ?? this.#outlier;
  }

  /** @param {Job} job */
  #finish(job) {
    const { plane, camera } = job.wish;
    const done = this.#next;
    this.#next = this.out;
    this.out = done;
    done.count = job.count;
    this.#sortByRank();
    this.#held = { plane, box: job.box, scale: camera.scale, all: job.share === 1 };
    this.#job = null;
  }

  #sortByRank() {
    const { count, looks } = this.out;
    const ranks = new Uint32Array(257);
    for (let i = 0; i < count; i++) ranks[looks[i * 8 + 5] + 1]++;
    for (let r = 0; r < 256; r++) ranks[r + 1] += ranks[r];
    this.ranks = ranks;
    if (this.byRank.length < count) this.byRank = new Uint32Array(this.out.slots.length);
    const next = ranks.slice();
    for (let i = 0; i < count; i++) this.byRank[next[looks[i * 8 + 5]]++] = i;
  }
}

/** @param {number} items @returns {Gathered} */
function room(items) {
  return {
    count: 0,
    slots: new Uint32Array(items),
    places: new Float32Array(items * 6),
    looks: new Uint8Array(items * 8),
  };
}

/** @param {[number, number, number]} colour @returns {number} its bytes in memory: r, g, b, 0 */
function packed([r, g, b]) {
  return r | (g << 8) | (b << 16);
}

/** A number of 0 … 1 that is always the same for a run. @param {number} start */
function fixed(start) {
  return (Math.imul(start + 1, 2654435761) >>> 0) / 2 ** 32;
}

/** @param {Paint} paint @param {number} slot that came after the groups were made: in none */
export function groupOf({ of }, slot) {
  return slot < of.length ? of[slot] : NO_GROUP;
}

/**
 * Whether an item does not step back.
 * @param {import('../site/columns.js').Columns} columns @param {number} slot
 * @param {Filter | null} filter @param {Paint | null} paint
 */
export function passes(columns, slot, filter, paint) {
  if (paint?.off.size && paint.off.has(groupOf(paint, slot))) return false;
  if (!filter) return true;
  const time = columns.time[slot];
  return time >= filter.from && time <= filter.to;
}
