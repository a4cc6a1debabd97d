/** Which picture lies in which cell: least recently wanted leave first. Pure. */

export class CellPool {
  /** @type {Map<number, number>} slot → cell, oldest first */
  #cells = new Map();
  /** @type {number[]} */
  #free = [];

  /** @param {number} capacity */
  constructor(capacity) {
    this.capacity = capacity;
    for (let cell = capacity - 1; cell >= 0; cell--) this.#free.push(cell);
  }

  get size() {
    return this.#cells.size;
  }

  /** The cell of a slot, now the youngest; −1 when it has none. @param {number} slot */
  touch(slot) {
    const cell = this.#cells.get(slot);
    if (cell === undefined) return -1;
    this.#cells.delete(slot);
    this.#cells.set(slot, cell);
    return cell;
  }

  /** The cell of a slot, −1 when it has none; its age stays. @param {number} slot */
  cellOf(slot) {
    return this.#cells.get(slot) ?? -1;
  }

  /** @param {number} slot */
  has(slot) {
    return this.#cells.has(slot);
  }

  /**
   * A cell for a slot; the oldest is taken from its owner, unless it is kept.
   * @param {number} slot @param {(slot: number) => boolean} kept
   * @returns {number} −1 when every cell is kept
   */
  take(slot, kept) {
    const old = this.touch(slot);
    if (old >= 0) return old;
    let cell = this.#free.pop();
    if (cell === undefined) {
      for (const [owner, its] of this.#cells) {
        if (kept(owner)) continue;
        this.#cells.delete(owner);
        cell = its;
        break;
      }
    }
    if (cell === undefined) return -1;
    this.#cells.set(slot, cell);
    return cell;
  }

  /** @param {number} slot */
  drop(slot) {
    const cell = this.#cells.get(slot);
    if (cell === undefined) return;
    this.#cells.delete(slot);
    this.#free.push(cell);
  }

  clear() {
    for (const cell of this.#cells.values()) this.#free.push(cell);
    this.#cells.clear();
  }
}
