/** One map: its items, regions, land, lineage, titles; loaded when needed, kept while the same. */
import { Columns } from './columns.js';
import { Loader } from './loader.js';
import { emptySpace } from './manifest.js';

/** @typedef {import('../work/rpc.js').Remote} Remote */

const NEIGHBOURS = 15; // of an item, in the files

export class Space {
  entry = emptySpace();
  columns = new Columns();
  /** @type {Region[]} */
  regions = [];
  /** @type {Map<number, Region>} */
  regionById = new Map();
  /** @type {Land | null} */
  land = null;
  /** None of the columns could be read. */
  unread = false;
  /** @type {Map<string, Promise<any>>} address → what it holds */
  #files = new Map();
  /** A file that the manifest names is not there: it has been replaced since. @type {() => Promise<boolean>} whether there is a newer manifest */
  onMissing = async () => false;
  /** @type {Map<number, Detail>} live items whose chunk is older than they are */
  #fresh = new Map();
  /** @type {Map<number, [number, number][]>} */
  #freshNeighbours = new Map();
  /** @type {Map<number, string>} */
  looseThumbs = new Map();
  /** @type {Map<number, [number, number, number]>} slot → parent, cosine, weak of live items */
  #freshParents = new Map();
  #loader = new Loader(this);

  /** @param {SpaceName} name @param {Remote} remote @param {string} base address of the site */
  constructor(name, remote, base) {
    this.name = name;
    this.remote = remote;
    this.base = base;
    this.detailChunk = 512;
    this.columnChunk = 4096;
  }

  /** @param {string} path */
  #url(path) {
    return new URL(path, this.base).href;
  }

  /**
   * A file, once. @template T
   * @param {string} op @param {string} path @returns {Promise<T>}
   */
  file(op, path) {
    let promise = this.#files.get(path);
    if (!promise) {
      promise = this.remote.call(op, { url: this.#url(path) });
      promise.catch(() => this.#files.delete(path));
      this.#files.set(path, promise);
    }
    return promise;
  }

  /**
   * A file that the manifest names; when it is gone, the one that a newer manifest names instead.
   * @template T
   * @param {string} op @param {() => string | null | undefined} pathOf asked again after the manifest was read again
   * @returns {Promise<T | null>} null: none
   */
  async #named(op, pathOf) {
    const path = pathOf();
    if (!path) return null;
    try {
      return await this.file(op, path);
    } catch (error) {
      if (/** @type {any} */ (error).kind !== 'missing' || !(await this.onMissing())) throw error;
      const now = pathOf();
      return now && now !== path ? this.file(op, now) : null;
    }
  }

  /**
   * Take a new manifest entry. What the space holds already is not read again; what is missing is.
   * @param {SpaceEntry} entry @param {import('./loader.js').Steps} [steps]
   * @returns {Promise<boolean>} false: a newer load began meanwhile, and this one left everything to it
   */
  async load(entry, steps) {
    const newest = await this.#loader.load(entry, steps);
    if (newest) this.#forget(entry);
    return newest;
  }

  /** What could not be read, one line each. */
  get troubles() {
    return this.#loader.troubles;
  }

  /** A file that the manifest names was not there. */
  get outdated() {
    return this.#loader.outdated;
  }

  /** Chunks of columns still on their way. */
  get missing() {
    return this.#loader.missing;
  }

  /** @param {string} path @returns {Promise<Land>} */
  readLand(path) {
    return this.remote.call('land', { url: this.#url(path), fine: true });
  }

  /** @param {string} path @param {Box} bounds @returns {Promise<ColumnChunk>} */
  readColumns(path, bounds) {
    return this.remote.call('columns', { url: this.#url(path), bounds });
  }

  /** @param {Region[]} regions of the file; their counts will follow live arrivals */
  takeRegions(regions) {
    this.regions = regions.map((region) => ({ ...region }));
    this.regionById = new Map(this.regions.map((region) => [region.id, region]));
  }

  /** Drop live additions that the files now contain, and files that are named no more. @param {SpaceEntry} entry */
  #forget(entry) {
    const named = new Set([
      ...entry.details,
      ...entry.neighbours,
      entry.regions,
      entry.lineage,
      entry.links,
      entry.thumbs?.index,
    ]);
    for (const path of this.#files.keys()) if (!named.has(path)) this.#files.delete(path);
    this.#fresh.clear();
    this.#freshNeighbours.clear();
    this.#freshParents.clear();
    this.looseThumbs = new Map(
      Object.entries(entry.thumbs?.loose ?? {}).map(([slot, path]) => [Number(slot), path]),
    );
  }

  /** Take what an event tells. @param {ItemsEvent} event */
  apply(event) {
    for (const slot of event.removed) this.#count(slot, -1);
    for (const item of [...event.added, ...event.changed]) {
      this.#count(item.slot, -1);
      this.columns.putItem(item);
      this.#count(item.slot, 1);
      const old = this.#fresh.get(item.slot);
      this.#fresh.set(item.slot, {
        size: 0, width: 0, height: 0, length: 0, time_source: '', time_precision: 'time', utc_offset_min: null, path: '',
        ...old, title: item.title, name: item.name, excerpt: item.excerpt, tags: item.tags ?? [],
      }); // prettier-ignore
      this.#freshNeighbours.set(item.slot, item.neighbours ?? []);
      this.#freshParents.set(item.slot, [item.parent, item.cosine, Number(item.weak)]);
      if (item.thumb) this.looseThumbs.set(item.slot, item.thumb);
    }
    for (const slot of event.removed) if (slot < this.columns.slots) this.columns.flags[slot] = 0;
    this.columns.reserve(event.slots);
    this.entry.count = event.count;
    this.entry.slots = Math.max(this.entry.slots, event.slots);
  }

  /**
   * Take events again that are newer than the files just read: some of them may be in the columns
   * already, none is in the counts of regions that came with the files.
   * @param {ItemsEvent[]} events oldest first
   */
  replay(events) {
    for (const event of events) this.apply(event);
    if (!events.length) return;
    for (const region of this.regions) region.count = 0;
    for (let slot = 0; slot < this.columns.slots; slot++) this.#count(slot, 1);
  }

  /** An item counts in its regions, or no longer. @param {number} slot @param {1 | -1} by */
  #count(slot, by) {
    if (!this.columns.present(slot)) return;
    for (let level = 0; level < 3; level++) {
      const region = this.regionById.get(this.columns.region[slot * 3 + level]);
      if (region) region.count += by;
    }
  }

  /** @param {number} slot @returns {Promise<Detail | null>} */
  async detail(slot) {
    const fresh = this.#fresh.get(slot);
    if (fresh) return fresh;
    try {
      /** @type {{first: number, items: (Detail | null)[]} | null} */
      const chunk = await this.#named(
        'json',
        () => this.entry.details[Math.floor(slot / this.detailChunk)],
      );
      return chunk?.items[slot - chunk.first] ?? null;
    } catch {
      return null;
    }
  }

  /** @param {number} slot @returns {Promise<{slot: number, cosine: number}[]>} most similar first */
  async neighbours(slot) {
    const fresh = this.#freshNeighbours.get(slot);
    const found = fresh
      ? fresh.map(([other, cosine]) => ({ slot: other, cosine }))
      : await this.#storedNeighbours(slot);
    return found.filter(({ slot: other }) => this.columns.present(other));
  }

  /** @param {number} slot @returns {Promise<{slot: number, cosine: number}[]>} */
  async #storedNeighbours(slot) {
    try {
      /** @type {{first: number, slots: Int32Array, cosine: Uint8Array} | null} */
      const chunk = await this.#named(
        'neighbours',
        () => this.entry.neighbours[Math.floor(slot / this.columnChunk)],
      );
      if (!chunk) return [];
      const from = (slot - chunk.first) * NEIGHBOURS;
      return [...chunk.slots.subarray(from, from + NEIGHBOURS)].map((other, k) => ({
        slot: other,
        cosine: chunk.cosine[from + k] / 255,
      }));
    } catch {
      return [];
    }
  }

  /** @returns {Promise<Lineage | null>} */
  async lineage() {
    /** @type {Lineage | null} */
    const stored = await this.#named('lineage', () => this.entry.lineage);
    if (!stored) return null;
    if (!this.#freshParents.size && stored.parent.length >= this.columns.slots) return stored;
    const slots = this.columns.slots;
    const parent = new Int32Array(slots).fill(-1);
    const cosine = new Uint8Array(slots);
    const weak = new Uint8Array(slots);
    parent.set(stored.parent.subarray(0, slots));
    cosine.set(stored.cosine.subarray(0, slots));
    weak.set(stored.weak.subarray(0, slots));
    for (const [slot, [p, c, w]] of this.#freshParents) {
      parent[slot] = p;
      cosine[slot] = Math.round(c <= 1 ? c * 255 : c);
      weak[slot] = w;
    }
    return { parent, cosine, weak };
  }

  /** Live items whose titles the files may not hold yet, for the find box. */
  freshTitles() {
    return [...this.#fresh]
      .filter(([slot]) => this.columns.present(slot))
      .map(([slot, { title, name, tags, path }]) => ({ slot, title, name, tags, path }));
  }

  /** @param {number} slot */
  colourOf(slot) {
    const r = this.columns.region;
    for (let level = 2; level >= 0; level--) {
      const region = this.regionById.get(r[slot * 3 + level]);
      if (region) return region.colour;
    }
    return '';
  }
}
