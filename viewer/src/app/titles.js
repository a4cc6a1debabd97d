/** Titles, names, tags and folders of both maps, in a worker: searched, and grouped by. */
import { Remote } from '../work/rpc.js';
import { startFind } from '../work/workers.js';

/** @typedef {import('./store/store.js').Store} Store */

export class Titles {
  /** @type {Remote | null} */
  #worker = null;
  /** @type {Record<SpaceName, string>} what the worker holds of a space */
  #loaded = { image: '', text: '' };

  /** @param {Store} store */
  constructor(store) {
    this.store = store;
  }

  /** @param {SpaceName} name @returns {Promise<Remote>} that has read what there is */
  async #load(name) {
    const { store } = this;
    const entry = store.spaces[name].entry.count ? store.spaces[name].entry : store.manifest?.spaces[name]; // prettier-ignore
    const urls = (entry?.details ?? []).map((path) => new URL(path, store.base).href);
    const key = urls.join(' ');
    this.#worker ??= new Remote(startFind());
    if (key !== this.#loaded[name]) {
      const failed = await this.#worker.call('load', { space: name, urls }).catch(() => 1);
      this.#loaded[name] = failed ? '' : key; // what is missing is asked for at the next search
    }
    return this.#worker;
  }

  /**
   * @param {SpaceName} name @param {string} q @param {number} limit
   * @returns {Promise<import('../find/words.js').WordHit[]>} the best first
   */
  async find(name, q, limit) {
    const worker = await this.#load(name);
    const extra = this.store.spaces[name].freshTitles();
    const found = await worker.call('query', { space: name, q, limit, extra }).catch(() => null);
    return found?.hits ?? [];
  }

  /**
   * What the items of a space are grouped by, as far as their titles' files tell.
   * @param {SpaceName} name @param {import('../find/facets.js').Facet} key @returns {Promise<import('../find/facets.js').Facets>}
   */
  async valuesOf(name, key) {
    const worker = await this.#load(name);
    const space = this.store.spaces[name];
    return worker.call('values', { space: name, key, slots: space.columns.slots, extra: space.freshTitles() }); // prettier-ignore
  }
}
