/** Every item of a space, as one growing array per column. Slots are rows. */

export const PRESENT = 1;
export const PROVISIONAL = 2;
export const OFFLINE = 4;

/** Columns of one value for each item; `region` has three. */
const SINGLE = /** @type {const} */ ([
  'id',
  'x',
  'y',
  'rx',
  'ry',
  'time',
  'rank',
  'flags',
  'aspect',
  'confidence',
]);

export class Columns {
  capacity = 0;
  /** Slots in use; gone ones count. */
  slots = 0;
  id = new Uint32Array(0);
  x = new Float32Array(0);
  y = new Float32Array(0);
  rx = new Float32Array(0);
  ry = new Float32Array(0);
  region = new Int32Array(0);
  time = new Int32Array(0);
  rank = new Uint8Array(0);
  flags = new Uint8Array(0);
  aspect = new Uint8Array(0);
  confidence = new Uint8Array(0);

  /** @param {number} slots */
  constructor(slots = 0) {
    this.reserve(slots);
  }

  /** Make room for so many slots. @param {number} slots */
  reserve(slots) {
    this.slots = Math.max(this.slots, slots);
    if (slots <= this.capacity) return;
    const capacity = Math.max(slots, Math.ceil(this.capacity * 1.5), 256);
    for (const key of SINGLE) this.#grow(key, capacity);
    this.#grow('region', capacity * 3);
    this.capacity = capacity;
  }

  /** @param {string} key @param {number} length */
  #grow(key, length) {
    const old = /** @type {any} */ (this)[key];
    const grown = new old.constructor(length);
    grown.set(old);
    /** @type {any} */ (this)[key] = grown;
  }

  /** @param {ColumnChunk} chunk */
  put(chunk) {
    this.reserve(chunk.first + chunk.count);
    for (const key of SINGLE) this[key].set(/** @type {any} */ (chunk[key]), chunk.first);
    this.region.set(chunk.region, chunk.first * 3);
  }

  /** @param {LiveItem} item */
  putItem(item) {
    const s = item.slot;
    this.reserve(s + 1);
    this.id[s] = item.id;
    this.x[s] = item.x;
    this.y[s] = item.y;
    this.rx[s] = item.rx;
    this.ry[s] = item.ry;
    this.region.set(item.region, s * 3);
    this.time[s] = item.time;
    this.rank[s] = item.rank;
    this.flags[s] = item.flags | PRESENT;
    this.aspect[s] = item.aspect;
    this.confidence[s] = item.confidence;
  }

  /** @param {number} slot */
  present(slot) {
    return slot >= 0 && slot < this.slots && (this.flags[slot] & PRESENT) !== 0;
  }

  /** The finest region of an item, −1 for an outlier. @param {number} slot */
  finest(slot) {
    const r = this.region;
    const k = slot * 3;
    return r[k + 2] >= 0 ? r[k + 2] : r[k + 1] >= 0 ? r[k + 1] : r[k];
  }

  /** @param {number} slot @param {number} region */
  within(slot, region) {
    const k = slot * 3;
    return (
      this.region[k] === region || this.region[k + 1] === region || this.region[k + 2] === region
    );
  }

  /** Width ÷ height; 1 for a note. @param {number} slot */
  ratio(slot) {
    return ratioOf(this.aspect[slot]);
  }

  /** The slot with an id, or −1. @param {number} id */
  slotOf(id) {
    for (let s = 0; s < this.slots; s++) if (this.id[s] === id && this.present(s)) return s;
    return -1;
  }
}

/** @param {number} aspect of the format @returns {number} */
export function ratioOf(aspect) {
  return aspect ? 2 ** ((aspect - 128) / 64) : 1;
}
