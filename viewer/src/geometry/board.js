/** Points of a plane, found by the square in which they lie. Pure. */

export class Board {
  /** @param {number} side px of a square @param {number} expected points */
  constructor(side, expected) {
    this.side = side;
    const bits = Math.min(18, Math.max(8, Math.ceil(Math.log2(expected + 64))));
    this.mask = 2 ** bits - 1;
    this.heads = new Int32Array(2 ** bits).fill(-1);
    this.count = 0;
    const room = Math.max(64, Math.ceil(expected * 1.25));
    this.next = new Int32Array(room);
    this.what = new Int32Array(room);
    this.x = new Float64Array(room);
    this.y = new Float64Array(room);
    /** @type {number[]} */
    this.found = [];
  }

  /** @param {number} x @param {number} y @param {number} what */
  put(x, y, what) {
    if (this.count === this.next.length) this.#grow();
    const n = this.count++;
    const bucket = this.#bucket(Math.floor(x / this.side), Math.floor(y / this.side));
    this.next[n] = this.heads[bucket];
    this.heads[bucket] = n;
    this.what[n] = what;
    this.x[n] = x;
    this.y[n] = y;
  }

  /**
   * The first points of the chains (`next`) that hold all points of a box, and others.
   * @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1
   * @returns {number[]} the same array each time
   */
  near(x0, y0, x1, y1) {
    const { side, found, heads } = this;
    found.length = 0;
    const right = Math.floor(x1 / side);
    const low = Math.floor(y1 / side);
    for (let i = Math.floor(x0 / side); i <= right; i++) {
      for (let j = Math.floor(y0 / side); j <= low; j++) {
        const head = heads[this.#bucket(i, j)];
        if (head >= 0) found.push(head);
      }
    }
    return found;
  }

  /** @param {number} i @param {number} j */
  #bucket(i, j) {
    let key = Math.imul(i, 73_856_093) ^ Math.imul(j, 19_349_663);
    key ^= key >>> 15;
    return key & this.mask;
  }

  #grow() {
    for (const key of /** @type {const} */ (['next', 'what', 'x', 'y'])) {
      const old = this[key];
      const wider = /** @type {any} */ (new /** @type {any} */ (old.constructor)(old.length * 2));
      wider.set(old);
      this[key] = wider;
    }
  }
}
