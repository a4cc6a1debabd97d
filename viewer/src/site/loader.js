/**
 * Brings a space to what a manifest says. Each load has a generation: when a newer one begins, the
 * older one writes nothing more. What could not be read stays missing, and the next load asks for
 * it again, whether or not the manifest has changed.
 */
import { Columns } from './columns.js';

/** @typedef {import('./space.js').Space} Space */
/** @typedef {'land' | 'regions' | 'columns'} Part */
/**
 * @typedef {{onPart?: (part: Part) => void, painted?: () => Promise<void>}} Steps
 * `painted`: resolves when the land is on the screen; nothing is asked for before that it does not need
 */

const LANES = 4;

export class Loader {
  #generation = 0;
  /** Addresses of what the space holds; null: that it has none; undefined: not read. */
  #held = {
    terrain: /** @type {string | null | undefined} */ (undefined),
    regions: /** @type {string | null | undefined} */ (undefined),
    index: /** @type {string | null | undefined} */ (undefined),
  };
  /** Per chunk the address of what the columns hold. @type {(string | undefined)[]} */
  #chunks = [];
  #bounds = '';
  /** What could not be read, one line each. @type {string[]} */
  troubles = [];
  /** A file that the manifest names is not there: it was replaced since. */
  outdated = false;
  /** Chunks still on their way. */
  missing = 0;

  /** @param {Space} space */
  constructor(space) {
    this.space = space;
  }

  /**
   * @param {SpaceEntry} entry @param {Steps} [steps]
   * @returns {Promise<boolean>} false: a newer load began meanwhile
   */
  async load(entry, { onPart = () => {}, painted } = {}) {
    const generation = ++this.#generation;
    const current = () => generation === this.#generation;
    const { space } = this;
    const first = space.entry.count === 0 && !space.columns.slots;
    if (entry.thumbs) entry.thumbs.levels = space.entry.thumbs?.levels ?? [];
    space.entry = entry;
    this.troubles = [];
    this.outdated = false;
    /** @param {string} what @param {Promise<void>} job */
    const settled = (what, job) =>
      job.catch((error) => {
        if (!current()) return;
        this.troubles.push(`${what}: ${error.message}`);
        this.outdated ||= error.kind === 'missing';
      });
    await Promise.all([
      settled('terrain', this.#land(entry, current, onPart)),
      settled('regions', this.#regions(entry, current, onPart)),
    ]);
    await painted?.();
    const pages = settled('thumbs', this.#pages(entry, current));
    await this.#columns(entry, current, first, settled, onPart);
    await pages;
    return current();
  }

  /** @param {SpaceEntry} entry @param {() => boolean} current @param {(part: Part) => void} onPart */
  async #land(entry, current, onPart) {
    if (this.#held.terrain === entry.terrain) return;
    const land = entry.terrain ? await this.space.readLand(entry.terrain) : null;
    if (!current()) return;
    this.space.land = land;
    this.#held.terrain = entry.terrain;
    onPart('land');
  }

  /** @param {SpaceEntry} entry @param {() => boolean} current @param {(part: Part) => void} onPart */
  async #regions(entry, current, onPart) {
    if (this.#held.regions === entry.regions) return;
    const raw = entry.regions ? await this.space.file('json', entry.regions) : { regions: [] };
    if (!current()) return;
    this.space.takeRegions(raw.regions ?? []);
    this.#held.regions = entry.regions;
    onPart('regions');
  }

  /** Which thumbnails lie on which page. @param {SpaceEntry} entry @param {() => boolean} current */
  async #pages(entry, current) {
    const { thumbs } = entry;
    if (!thumbs?.index || thumbs.index === this.#held.index) return;
    const list = await this.space.file('json', thumbs.index);
    if (!current()) return;
    if (Array.isArray(list.levels)) thumbs.levels = list.levels;
    this.#held.index = thumbs.index;
  }

  /**
   * @param {SpaceEntry} entry @param {() => boolean} current @param {boolean} first nothing is shown yet
   * @param {(what: string, job: Promise<void>) => Promise<void>} settled @param {(part: Part) => void} onPart
   */
  async #columns(entry, current, first, settled, onPart) {
    const { space } = this;
    const bounds = entry.bounds.join();
    const moved = bounds !== this.#bounds;
    const columns = moved ? new Columns(entry.slots) : space.columns;
    /** @type {(string | undefined)[]} */
    const chunks = moved ? [] : this.#chunks;
    const show = () => {
      space.columns = columns;
      this.#chunks = chunks;
      this.#bounds = bounds;
      onPart('columns');
    };
    const wanted = entry.columns.map((path, i) => ({ path, i })).filter(({ path, i }) => path !== chunks[i]); // prettier-ignore
    this.missing = wanted.length;
    const queue = wanted.slice();
    let read = 0;
    const one = async (/** @type {{path: string, i: number}} */ { path, i }) => {
      const chunk = await space.readColumns(path, entry.bounds);
      if (!current()) return;
      columns.put(chunk);
      chunks[i] = path;
      read++;
    };
    const lane = async () => {
      for (let next = queue.shift(); next && current(); next = queue.shift()) {
        await settled(next.path, one(next));
        if (!current()) return;
        this.missing--;
        if (first) show(); // what is there already is looked at; a refit swaps at its end
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    if (!current()) return;
    space.unread = entry.columns.length > 0 && !chunks.some(Boolean);
    chunks.length = entry.columns.length;
    columns.reserve(entry.slots);
    if (!first || !wanted.length || !read) show();
  }
}
