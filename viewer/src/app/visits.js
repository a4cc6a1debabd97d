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
    const known = this.unseen;
    const least = leastOf(known);
    this.unseen = new Set();
    for (let s = 0; s < columns.slots; s++) {
      if (!columns.present(s)) continue;
      const id = columns.id[s];
      if (id > this.#highest) this.#highest = id;
      const fresh = (before >= 0 && id > before) || (id >= least && known.has(id));
      if (fresh && this.unseen.size < MOST) this.unseen.add(id);
    }
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
    const least = leastOf(this.unseen);
    for (let s = 0; s < columns.slots; s++) {
      if (columns.id[s] < least || !this.unseen.has(columns.id[s]) || !columns.present(s)) continue;
      for (let level = 0; level < 3; level++) {
        const region = columns.region[s * 3 + level];
        if (region >= 0) counts.set(region, (counts.get(region) ?? 0) + 1);
      }
    }
    return counts;
  }

  #keep() {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(
      () => remember(this.key, [this.#highest, ...[...this.unseen].slice(0, MOST)].join(' ')),
      400,
    );
  }
}

/** Most items are older than all that is new: comparing with this spares a look-up for each. @param {Set<number>} ids */
function leastOf(ids) {
  let least = Infinity;
  for (const id of ids) least = Math.min(least, id);
  return least;
}
