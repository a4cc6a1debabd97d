/** From the items of a space to what the painter draws in and around the view. */
import { PROVISIONAL, OFFLINE, PRESENT } from '../site/columns.js';
import { inkOf, rgb } from '../app/theme.js';
import { STATE } from '../render/frame.js';

/** @typedef {import('./plane.js').Plane} Plane */
/** @typedef {import('../render/frame.js').Gathered} Gathered */
/** @typedef {{from: number, to: number, slots: Set<number> | null}} Filter Unix minutes; null: all */

export class Gatherer {
  /** @type {Gathered} */
  out = { count: 0, slots: new Uint32Array(0), places: new Float32Array(0), looks: new Uint8Array(0) };
  /** @type {Map<number, [number, number, number]>} region → colour */
  #colours = new Map();
  /** How many items lie in the box, drawn or not. */
  total = 0;

  /** @param {Region[]} regions @param {boolean} dark @param {string} outlier */
  setColours(regions, dark, outlier) {
    this.#colours = new Map(regions.map((region) => [region.id, inkOf(region.colour, dark)]));
    this.#colours.set(-1, rgb(outlier));
  }

  /** @param {number} count */
  #reserve(count) {
    if (this.out.slots.length >= count) return;
    const room = Math.ceil(count * 1.25) + 256;
    this.out = { count: 0, slots: new Uint32Array(room), places: new Float32Array(room * 6), looks: new Uint8Array(room * 8) };
  }

  /**
   * @param {Plane} plane @param {Box} box map units @param {number} limit of items
   * @param {{x: Float32Array, y: Float32Array} | null} before places before a morph
   * @param {Filter | null} filter @param {(slot: number) => boolean} fresh new since the last visit
   */
  gather(plane, box, limit, before, filter, fresh) {
    const pad = plane.shift;
    /** @type {Box} */
    const wide = [box[0] - pad, box[1] - pad, box[2] + pad, box[3] + pad];
    let total = 0;
    plane.visit(wide, (_slots, start, end) => (total += end - start));
    this.total = total;
    const share = Math.min(1, limit / Math.max(total, 1));
    this.#reserve(Math.min(total, Math.ceil(limit * 1.1) + 4096));
    let n = 0;
    const { x, y, rx, ry } = plane;
    const { slots, places, looks } = this.out;
    const columns = plane.space.columns;
    const { flags } = columns;
    plane.visit(wide, (order, start, end) => {
      // Cells are sorted by rank: the first ones are the important ones.
      const stop = share === 1 ? end : start + Math.max(1, Math.round((end - start) * share));
      for (let k = start; k < stop && n < slots.length; k++) {
        const slot = order[k];
        if (!(flags[slot] & PRESENT) || Number.isNaN(x[slot])) continue;
        slots[n] = slot;
        const p = n * 6;
        places[p] = x[slot];
        places[p + 1] = y[slot];
        places[p + 2] = rx[slot];
        places[p + 3] = ry[slot];
        const known = before && slot < before.x.length && !Number.isNaN(before.x[slot]);
        places[p + 4] = known ? before.x[slot] : x[slot];
        places[p + 5] = known ? before.y[slot] : y[slot];
        const l = n * 8;
        const colour = this.colour(plane, slot);
        looks[l] = colour[0];
        looks[l + 1] = colour[1];
        looks[l + 2] = colour[2];
        looks[l + 4] = this.state(plane, slot, filter, fresh);
        looks[l + 5] = columns.rank[slot];
        n++;
      }
    });
    this.out.count = n;
    return this.out;
  }

  /** @param {Plane} plane @param {number} slot @returns {[number, number, number]} */
  colour(plane, slot) {
    const { region } = plane.space.columns;
    const k = slot * 3;
    return (
      this.#colours.get(region[k + 2] >= 0 ? region[k + 2] : region[k + 1] >= 0 ? region[k + 1] : region[k]) ??
      this.#colours.get(region[k]) ?? this.#colours.get(-1) ?? [130, 140, 150]
    ); // prettier-ignore
  }

  /** @param {Plane} plane @param {number} slot @param {Filter | null} filter @param {(slot: number) => boolean} fresh */
  state(plane, slot, filter, fresh) {
    const columns = plane.space.columns;
    const flag = columns.flags[slot];
    let state = columns.region[slot * 3] < 0 ? STATE.outlier : 0;
    if (flag & PROVISIONAL) state |= STATE.provisional;
    if (flag & OFFLINE) state |= STATE.ghost;
    if (fresh(slot)) state |= STATE.fresh;
    if (filter && !passes(columns, slot, filter)) state |= STATE.filtered;
    return state;
  }
}

/** @param {import('../site/columns.js').Columns} columns @param {number} slot @param {Filter} filter */
export function passes(columns, slot, filter) {
  const time = columns.time[slot];
  return time >= filter.from && time <= filter.to && (!filter.slots || filter.slots.has(slot));
}
