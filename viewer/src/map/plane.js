/** Places of a space's items on a plane: the map itself, or the tree. */
import { countBox, runsInBox } from '../geometry/grid.js';
import { NEVER } from '../geometry/ranges.js';

/** @typedef {import('../site/space.js').Space} Space */
/** @typedef {import('../work/rpc.js').Remote} Remote */
/** @typedef {import('../geometry/ranges.js').Ranges} Ranges */
/** @typedef {{order: Uint32Array | null, start: number, end: number}} Run of slots in `order`; null: of the slots themselves */

const PIECE = 2048; // items of a run outside the grid

export class Plane {
  /** @type {GridIndex | null} */
  grid = null;
  /** px per unit at which rank 0 shows; before that is known, nothing does */
  rankScale = 1e9;
  /** Farthest that a relaxed place lies from its true place. */
  shift = 0;
  /** Slots that came after the grid was built. @type {Set<number>} */
  late = new Set();
  /** Sizes and places of pictures; null: not known yet. @type {Ranges | null} */
  ranges = null;
  /** All of the ranges are decided. */
  arranged = false;
  /** The step from which each slot shows. */
  firsts = new Uint8Array(0);
  /** Width around each relaxed place that no other item's touches. @type {Float32Array} */
  nearest = new Float32Array(0);
  #gridded = 0;
  #building = 0;

  /**
   * @param {'map' | 'tree'} kind @param {Space} space
   * @param {{x: Float32Array, y: Float32Array} | null} own places; null: those of the columns
   */
  constructor(kind, space, own = null) {
    this.kind = kind;
    this.space = space;
    this.own = own;
    /** @type {Box} */
    this.frame = space.entry.frame;
    /** @type {Box} */
    this.bounds = space.entry.bounds;
    this.cell = space.entry.cell;
  }

  /** Where the camera may go. @returns {Box} */
  get reach() {
    const [a, b] = [this.frame, this.bounds];
    return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
  }

  get x() {
    return this.own ? this.own.x : this.space.columns.x;
  }
  get y() {
    return this.own ? this.own.y : this.space.columns.y;
  }
  get rx() {
    return this.own ? this.own.x : this.space.columns.rx;
  }
  get ry() {
    return this.own ? this.own.y : this.space.columns.ry;
  }

  /** Where every item stands; NaN where none does. @param {number} relax 0 … 1: from its true place to its relaxed one */
  places(relax) {
    const n = Math.min(this.space.columns.slots, this.x.length);
    const x = new Float32Array(n).fill(NaN);
    const y = new Float32Array(n).fill(NaN);
    for (let i = 0; i < n; i++) {
      if (!this.space.columns.present(i)) continue;
      x[i] = this.x[i] + (this.rx[i] - this.x[i]) * relax;
      y[i] = this.y[i] + (this.ry[i] - this.y[i]) * relax;
    }
    return { x, y };
  }

  /** Sort the items into a grid, in the worker. @param {Remote} remote */
  async build(remote) {
    const turn = ++this.#building;
    const count = Math.min(this.space.columns.slots, this.x.length);
    if (!count) return;
    const x = this.x.slice(0, count);
    const y = this.y.slice(0, count);
    const rank = this.space.columns.rank.slice(0, count);
    const held = [...this.late];
    const shift = this.#farthest(count);
    const { grid, scale } = await remote.call('grid', { x, y, rank, count, bounds: this.bounds }, [
      x.buffer,
      y.buffer,
      rank.buffer,
    ]);
    if (turn !== this.#building) return;
    this.grid = grid;
    this.rankScale = scale;
    this.shift = shift;
    this.#gridded = count;
    for (const slot of held) this.late.delete(slot);
  }

  /** @param {Ranges} ranges @param {Float32Array | null} nearest @param {boolean} arranged all is decided */
  arrange(ranges, nearest, arranged) {
    const many = ranges.sizes.length;
    const firsts = new Uint8Array(ranges.count);
    for (let s = 0; s < ranges.count; s++) firsts[s] = ranges.from[s * many];
    this.ranges = ranges;
    this.firsts = firsts;
    this.nearest = nearest ?? this.nearest;
    this.arranged = arranged;
  }

  /** The order in which an item comes into sight as one zooms in. @param {number} slot @returns {number} 0 … 255 */
  comes(slot) {
    if (this.kind === 'tree' || !this.ranges) return this.space.columns.rank[slot];
    return slot < this.firsts.length ? this.firsts[slot] : NEVER;
  }

  /** @param {number} count */
  #farthest(count) {
    const { x, y, rx, ry } = this;
    let shift = 0;
    if (this.own) return shift;
    const step = Math.max(1, Math.floor(count / 20_000));
    for (let i = 0; i < count; i += step)
      shift = Math.max(shift, Math.abs(rx[i] - x[i]), Math.abs(ry[i] - y[i]));
    return shift;
  }

  /** How many items `runs` will name. @param {Box} box */
  countIn(box) {
    const inGrid = this.grid ? countBox(this.grid, this.#padded(box)) : 0;
    return inGrid + this.late.size + Math.max(0, this.#total - this.#gridded);
  }

  /**
   * The items that may be drawn in a box, in runs; some of them may lie outside or be gone.
   * @param {Box} box @returns {Generator<Run>}
   */
  *runs(box) {
    const { grid } = this;
    const total = this.#total;
    const gridded = this.#gridded;
    if (grid)
      for (const { start, end } of runsInBox(grid, this.#padded(box)))
        yield { order: grid.order, start, end };
    for (let start = gridded; start < total; start += PIECE)
      yield { order: null, start, end: Math.min(start + PIECE, total) };
    const late = Uint32Array.from([...this.late].filter((slot) => slot < gridded));
    if (late.length) yield { order: late, start: 0, end: late.length };
  }

  get #total() {
    return Math.min(this.space.columns.slots, this.x.length);
  }

  /** The grid knows true places; what is drawn may lie a little off. @param {Box} box @returns {Box} */
  #padded([x0, y0, x1, y1]) {
    return [x0 - this.shift, y0 - this.shift, x1 + this.shift, y1 + this.shift];
  }

  /** Where an item is drawn. @param {number} slot @param {number} relax @returns {[number, number]} */
  place(slot, relax) {
    const { x, y, rx, ry } = this;
    return [x[slot] + (rx[slot] - x[slot]) * relax, y[slot] + (ry[slot] - y[slot]) * relax];
  }
}
