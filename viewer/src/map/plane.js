/** Places of a space's items on a plane: the map itself, or the tree. */
import { visitBox } from '../geometry/grid.js';

/** @typedef {import('../site/space.js').Space} Space */
/** @typedef {import('../work/rpc.js').Remote} Remote */

export class Plane {
  /** @type {GridIndex | null} */
  grid = null;
  /** px per unit at which rank 0 shows; before that is known, nothing does */
  rankScale = 1e9;
  /** Farthest that a relaxed place lies from its true place. */
  shift = 0;
  /** Slots that came after the grid was built. @type {Set<number>} */
  late = new Set();
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

  /** Sort the items into a grid, in the worker. @param {Remote} remote */
  async build(remote) {
    const turn = ++this.#building;
    const count = Math.min(this.space.columns.slots, this.x.length);
    if (!count) return;
    const x = this.x.slice(0, count);
    const y = this.y.slice(0, count);
    const rank = this.space.columns.rank.slice(0, count);
    let shift = 0;
    if (!this.own) {
      const { rx, ry } = this;
      const step = Math.max(1, Math.floor(count / 20000));
      for (let i = 0; i < count; i += step) shift = Math.max(shift, Math.abs(rx[i] - x[i]), Math.abs(ry[i] - y[i]));
    }
    const { grid, scale } = await remote.call('grid', { x, y, rank, count, bounds: this.bounds }, [x.buffer, y.buffer, rank.buffer]);
    if (turn !== this.#building) return;
    this.grid = grid;
    this.rankScale = scale;
    this.shift = shift;
    this.#gridded = count;
    for (const slot of this.late) if (slot < count && !this.moved?.has(slot)) this.late.delete(slot);
  }

  /** @type {Set<number> | null} */
  moved = null;

  /**
   * Runs of slots whose cell touches a box (in true places; the box should be padded by `shift`).
   * @param {Box} box @param {(slots: Uint32Array | number[], start: number, end: number) => void} visit
   */
  visit(box, visit) {
    const { grid } = this;
    const total = Math.min(this.space.columns.slots, this.x.length);
    if (grid) visitBox(grid, box, (start, end) => visit(grid.order, start, end));
    const loose = [];
    for (let slot = this.#gridded; slot < total; slot++) loose.push(slot);
    for (const slot of this.late) if (slot < this.#gridded) loose.push(slot);
    if (loose.length) visit(loose, 0, loose.length);
  }

  /** Where an item is drawn. @param {number} slot @param {number} relax @returns {[number, number]} */
  place(slot, relax) {
    const { x, y, rx, ry } = this;
    return [x[slot] + (rx[slot] - x[slot]) * relax, y[slot] + (ry[slot] - y[slot]) * relax];
  }
}
