/** The site as the page knows it: the manifest, both spaces, and the events that change them. */
import { SPACES, SiteError, checkManifest } from '../site/manifest.js';
import { Live } from '../site/live.js';
import { Space } from '../site/space.js';
import { Remote } from '../work/rpc.js';

/**
 * @typedef {{
 *   part: (space: SpaceName, part: 'land' | 'regions' | 'columns' | 'loaded') => void,
 *   painted: () => Promise<void>,
 *   items: (event: ItemsEvent) => void,
 *   beforeRefit: (space: SpaceName) => void,
 *   refit: (space: SpaceName) => void,
 *   link: (state: 'static' | 'live' | 'paused') => void,
 *   status: (event: StatusEvent) => void,
 *   trouble: (error: SiteError) => void,
 * }} Hooks
 */

const RENEW_MS = 10_000;
const AWAY_MS = 3000;

export class Model {
  /** @type {Manifest | null} */
  manifest = null;
  /** @type {'static' | 'live' | 'paused'} */
  link = 'static';
  /** @type {Live | null} */
  #live = null;
  #reading = false;
  #again = false;
  /** @type {Map<SpaceName, Promise<void>>} */
  #loads = new Map();

  /** @param {string} base @param {Hooks} hooks */
  constructor(base, hooks) {
    this.base = base;
    this.hooks = hooks;
    this.data = new Remote(
      new Worker(new URL('../work/data.worker.js', import.meta.url), { type: 'module' }),
    );
    this.spaces = {
      image: new Space('image', this.data, base),
      text: new Space('text', this.data, base),
    };
    for (const name of SPACES) this.spaces[name].onMissing = () => this.#renew();
  }

  /** @returns {Promise<Manifest>} @throws {SiteError} */
  async #fetchManifest() {
    let answer;
    try {
      answer = await fetch(new URL('manifest.json', this.base), { cache: 'no-store' });
    } catch {
      throw new SiteError('offline', 'the site does not answer');
    }
    if (!answer.ok) throw new SiteError('missing', `manifest.json: ${answer.status}`);
    let value;
    try {
      value = await answer.json();
    } catch {
      throw new SiteError('damaged', 'manifest.json is not JSON');
    }
    return checkManifest(value);
  }

  /** @param {SpaceName} first the space to load before the other */
  async start(first) {
    const live = this.#live ?? new Live(this.base, (message) => this.#onMessage(message));
    let manifest;
    try {
      manifest = await this.#fetchManifest();
    } catch (error) {
      if (!this.#live) live.stop();
      throw error;
    }
    this.#take(manifest);
    if (!manifest.live) live.stop();
    else if (!this.#live) {
      this.#live = live;
      live.start(manifest.revision);
    }
    await this.load(first);
  }

  /** @param {Manifest} manifest */
  #take(manifest) {
    this.manifest = manifest;
    for (const name of SPACES) {
      this.spaces[name].detailChunk = manifest.detail_chunk_size;
      this.spaces[name].columnChunk = manifest.chunk_size;
    }
  }

  /** Load a space unless that has begun. @param {SpaceName} name */
  load(name) {
    let job = this.#loads.get(name);
    if (!job && this.manifest) {
      job = this.#loadNow(name, this.manifest.spaces[name]);
      this.#loads.set(name, job);
    }
    return job ?? Promise.resolve();
  }

  /** @param {SpaceName} name @param {SpaceEntry} entry */
  async #loadNow(name, entry) {
    await this.spaces[name].load(
      entry,
      (part) => this.hooks.part(name, part),
      () => this.hooks.painted(),
    );
    this.hooks.part(name, 'loaded');
  }

  /** Read the manifest again; loaded spaces morph to what is new. */
  async reread() {
    if (this.#reading) {
      this.#again = true;
      return;
    }
    this.#reading = true;
    try {
      do {
        this.#again = false;
        const manifest = await this.#fetchManifest();
        this.#take(manifest);
        if (this.#live) this.#live.revision = Math.max(this.#live.revision, manifest.revision);
        for (const name of SPACES) {
          if (!this.#loads.has(name)) continue;
          this.hooks.beforeRefit(name);
          await this.spaces[name].load(manifest.spaces[name], () => {});
          this.hooks.refit(name);
        }
      } while (this.#again);
    } catch (error) {
      if (!(error instanceof SiteError)) throw error;
      // The map at hand still serves while the site is away.
      if (error.kind === 'offline' || error.kind === 'missing')
        setTimeout(() => void this.reread(), AWAY_MS);
      else this.hooks.trouble(error);
    } finally {
      this.#reading = false;
    }
  }

  #renewed = -Infinity;

  /** A file has gone: while live the daemon has written another. @returns {Promise<boolean>} whether the manifest was read again */
  async #renew() {
    if (this.link === 'static') return false;
    if (performance.now() - this.#renewed > RENEW_MS) {
      this.#renewed = performance.now();
      this.#renewing = this.reread();
    }
    await this.#renewing;
    return true;
  }
  #renewing = Promise.resolve();

  /** @param {import('../site/live.js').Message} message */
  #onMessage({ type, data }) {
    if (type === 'link') {
      this.link = data ? 'live' : 'paused';
      this.hooks.link(this.link);
    } else if (type === 'status') this.hooks.status(data);
    else if (type === 'refit') void this.reread();
    else if (data.reload) void this.reread();
    else this.#applyItems(data);
  }

  /** @param {ItemsEvent} event */
  #applyItems(event) {
    const space = this.spaces[event.space];
    if (!space || !this.manifest) return;
    if (!this.#loads.has(event.space)) {
      // Not loaded yet: the manifest of that moment will hold it.
      void this.reread();
      return;
    }
    // A first item, or one beyond the quantised bounds, needs the new manifest's numbers.
    if (!space.columns.slots) void this.reread();
    else {
      space.apply(event);
      this.hooks.items(event);
    }
  }
}
