/** How many items lie in a box of the map, by sums over a grid of counts. Pure. */

const CELLS = 512; // along the longer side

export class Crowd {
  /** @param {ArrayLike<number>} x map units @param {ArrayLike<number>} y @param {Uint32Array} slots those that count */
  constructor(x, y, slots) {
    const [xs, ys] = [x, y].map((values) => rangeOf(values, slots));
    this.left = xs[0];
    this.low = ys[0];
    this.perUnit = (CELLS - 0.001) / Math.max(xs[1] - xs[0], ys[1] - ys[0], 1e-9);
    const side = CELLS + 1;
    this.sums = new Float64Array(side * side);
    const { sums } = this;
    for (const slot of slots) sums[(this.#cell(y[slot] - this.low) + 1) * side + this.#cell(x[slot] - this.left) + 1]++; // prettier-ignore
    for (let j = 1; j < side; j++)
      for (let i = 1; i < side; i++)
        sums[j * side + i] +=
          sums[j * side + i - 1] + sums[(j - 1) * side + i] - sums[(j - 1) * side + i - 1];
  }

  /** @param {number} way from the edge */
  #cell(way) {
    return Math.floor(way * this.perUnit);
  }

  /** Within a cell's width. @param {number} x the middle, map units @param {number} y @param {number} w half the width @param {number} h */
  count(x, y, w, h) {
    const line = (/** @type {number} */ way) =>
      Math.min(Math.max(Math.round(way * this.perUnit), 0), CELLS);
    const [a, b] = [line(x - w - this.left), line(x + w - this.left)];
    const [c, d] = [line(y - h - this.low), line(y + h - this.low)].map((row) => row * (CELLS + 1));
    const { sums } = this;
    return sums[d + b] - sums[c + b] - sums[d + a] + sums[c + a];
  }
}

/** @param {ArrayLike<number>} values @param {Uint32Array} slots @returns {[number, number]} */
function rangeOf(values, slots) {
  let [low, high] = [Infinity, -Infinity];
  for (const slot of slots) {
    low = Math.min(low, values[slot]);
    high = Math.max(high, values[slot]);
  }
  return low <= high ? [low, high] : [0, 0];
}
