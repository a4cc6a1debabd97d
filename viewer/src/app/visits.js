/** What is new since the last visit: ids grow, so the highest one seen tells. */
import { recall, remember } from './settings.js';

const MOST = 5000;

export class Visits {
  /** Ids not looked at yet. @type {Set<number>} */
  unseen = new Set();
  #highest = -1;
  #timer = 0;

  /** @param {SpaceName} space @param {string} base */
  constructor(space, base) {
    this.key = `seen ${base} ${space}`;
    const [highest, ...unseen] = recall(this.key).split(' ').filter(Boolean).map(Number);
    if (Number.isFinite(highest)) this.#highest = highest;
    for (const id of unseen) if (Number.isFinite(id)) this.unseen.add(id);
  }

  /** All items are loaded: whatever is above the highest known id is new, unless this is the first visit. @param {import('../site/columns.js').Columns} columns */
  arrive(columns) {
    const before = this.#highest;
    const present = new Set();
    for (let s = 0; s < columns.slots; s++) {
      if (!columns.present(s)) continue;
      const id = columns.id[s];
      present.add(id);
      if (before >= 0 && id > before && this.unseen.size < MOST) this.unseen.add(id);
      if (id > this.#highest) this.#highest = id;
    }
    for (const id of this.unseen) if (!present.has(id)) this.unseen.delete(id);
    this.#keep();
  }

  /** @param {number} id */
  add(id) {
    if (this.unseen.size < MOST) this.unseen.add(id);
    this.#highest = Math.max(this.#highest, id);
    this.#keep();
  }

  /** @param {number[]} ids @returns {boolean} whether any was new */
  see(ids) {
    let any = false;
    for (const id of ids) any = this.unseen.delete(id) || any;
    if (any) this.#keep();
    return any;
  }

  /** New items per region. @param {import('../site/columns.js').Columns} columns @returns {Map<number, number>} */
  perRegion(columns) {
    const counts = new Map();
    if (!this.unseen.size) return counts;
    for (let s = 0; s < columns.slots; s++) {
      if (!this.unseen.has(columns.id[s]) || !columns.present(s)) continue;
      for (let level = 0; level < 3; level++) {
        const region = columns.region[s * 3 + level];
        if (region >= 0) counts.set(region, (counts.get(region) ?? 0) + 1);
      }
    }
    return counts;
  }

  #keep() {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => remember(this.key, [this.#highest, ...[...this.unseen].slice(0, MOST)].join(' ')), 400);
  }
}
