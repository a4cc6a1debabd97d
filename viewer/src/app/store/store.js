/**
 * The site as the page knows it: the manifest, both spaces, and the events that change them.
 *
 * A space is loaded by one job at a time: a newer one takes over from an older one, which then
 * writes nothing. Events that come while a job runs are applied at once, and again when it is
 * through if they are newer than its manifest. What could not be read is asked for again.
 */
import { Door } from '../../site/door.js';
import { readFile } from '../../site/files.js';
import { SPACES, SiteError, checkManifest } from '../../site/manifest.js';
import { Live } from '../../site/live.js';
import { Space } from '../../site/space.js';
import { Remote } from '../../work/rpc.js';
import { startData } from '../../work/workers.js';
import { Emitter } from './events.js';
import { Journal } from './journal.js';
import { Retry } from './retry.js';

/**
 * @typedef {{
 *   part: {space: SpaceName, part: import('../../site/loader.js').Part | 'loaded'},
 *   items: ItemsEvent,
 *   beforeRefit: SpaceName, refit: SpaceName,
 *   counts: SpaceName,
 *   link: Link, status: StatusEvent,
 *   gaps: number,
 *   trouble: SiteError,
 * }} StoreEvents
 * `loaded`: all that a space has is there, for the first time. `refit`: the files of a loaded space
 * changed; `beforeRefit`: they are about to. `counts`: a space that is not loaded grew or shrank.
 * `gaps`: so many files could not be read and are tried again; 0: none any more.
 * @typedef {'static' | 'live' | 'paused'} Link
 */

/** A manifest is read again for the sake of one file at most so often. */
const RENEW_MS = 10_000;

export class Store {
  /** @type {Manifest | null} */
  manifest = null;
  /** @type {Link} */
  link = 'static';
  /** @type {Emitter<StoreEvents>} */
  events = new Emitter();
  /** Resolves when what is known so far is on the screen. @type {() => Promise<void>} */
  painted = async () => {};
  /** @type {Live | null} */
  #live = null;
  /** @type {Map<SpaceName, Promise<void>>} the newest job of each space that was asked for */
  #jobs = new Map();
  /** @type {Set<SpaceName>} */
  #loaded = new Set();
  /** Not loaded yet, and the manifest at hand is older than what was told of them. @type {Set<SpaceName>} */
  #outdated = new Set();
  #journals = { image: new Journal(), text: new Journal() };
  #wanted = 0;
  /** @type {Promise<void> | null} */
  #reading = null;
  #away = new Retry(() => void this.reread());
  #gaps = new Retry(() => void this.#fillGaps());
  #renewed = -Infinity;

  /** @param {string} base address of the site @param {Remote} [data] the data worker */
  constructor(base, data) {
    this.base = base;
    this.door = new Door(base);
    this.data = data ?? new Remote(startData());
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
      answer = await readFile(new URL('manifest.json', this.base).href, { cache: 'no-store' });
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

  /** @param {SpaceName} first the space to load before the other @throws {SiteError} */
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
    this.#outdated.clear();
    for (const name of SPACES) {
      this.spaces[name].detailChunk = manifest.detail_chunk_size;
      this.spaces[name].columnChunk = manifest.chunk_size;
    }
    if (this.#live) this.#live.revision = Math.max(this.#live.revision, manifest.revision);
  }

  /** Load a space unless that has begun. @param {SpaceName} name @returns {Promise<void>} when it is there */
  async load(name) {
    if (!this.manifest) return;
    if (!this.#jobs.has(name)) {
      if (this.#outdated.has(name)) await this.reread();
      if (!this.#jobs.has(name)) this.#begin(name);
    }
    // A newer job may take over while one waits.
    for (let job = this.#jobs.get(name), last; job && job !== last; job = this.#jobs.get(name)) {
      await job;
      last = job;
    }
  }

  /** Names of the watched folders, as far as they are known. @returns {Promise<string[]>} */
  async roots() {
    const { manifest, door } = this;
    if (manifest?.roots || !manifest?.live) return manifest?.roots ?? [];
    const answer = await door.get('api/roots').catch(() => ({ roots: [] }));
    return answer.roots.map((/** @type {{name: string}} */ { name }) => name);
  }

  /** Number of items of a space, loaded or not. @param {SpaceName} name */
  count(name) {
    return this.#jobs.has(name)
      ? this.spaces[name].entry.count
      : (this.manifest?.spaces[name].count ?? 0);
  }

  /** @param {SpaceName} name @returns {Promise<void>} */
  #begin(name) {
    const job = this.#loadNow(name, /** @type {Manifest} */ (this.manifest));
    this.#jobs.set(name, job);
    return job;
  }

  /** @param {SpaceName} name @param {Manifest} manifest */
  async #loadNow(name, { spaces, revision }) {
    const space = this.spaces[name];
    const again = this.#loaded.has(name);
    if (again) this.events.emit('beforeRefit', name);
    const newest = await space.load(spaces[name], {
      onPart: (part) => again || this.events.emit('part', { space: name, part }),
      painted: again ? undefined : () => this.painted(),
    });
    if (!newest) return;
    const { events, complete } = this.#journals[name].after(revision);
    space.replay(events);
    this.#loaded.add(name);
    if (again) this.events.emit('refit', name);
    else this.events.emit('part', { space: name, part: 'loaded' });
    if (!complete) void this.reread();
    this.#tellGaps();
  }

  /** Read the manifest again; loaded spaces morph to what is new. @returns {Promise<void>} when that is done */
  reread() {
    this.#wanted++;
    this.#reading ??= this.#readUntilNewest().finally(() => (this.#reading = null));
    return this.#reading;
  }

  async #readUntilNewest() {
    try {
      for (let turn = -1; turn !== this.#wanted;) {
        turn = this.#wanted;
        this.#take(await this.#fetchManifest());
        this.#away.reset();
        await Promise.all([...this.#jobs.keys()].map((name) => this.#begin(name)));
      }
    } catch (error) {
      if (!(error instanceof SiteError)) throw error;
      // The map at hand still serves while the site is away.
      if (error.kind === 'offline' || error.kind === 'missing') this.#away.later();
      else this.events.emit('trouble', error);
    }
  }

  /** A file has gone: while live the daemon has written another. @returns {Promise<boolean>} whether the manifest was read again */
  async #renew() {
    if (this.link === 'static') return false;
    if (performance.now() - this.#renewed > RENEW_MS) {
      this.#renewed = performance.now();
      await this.reread();
    } else await this.#reading;
    return true;
  }

  /** Say what is missing, and ask for it again later. */
  #tellGaps() {
    let missing = 0;
    for (const name of this.#jobs.keys()) missing += this.spaces[name].troubles.length;
    if (missing) this.#gaps.later();
    else this.#gaps.reset();
    this.events.emit('gaps', missing);
  }

  async #fillGaps() {
    const broken = [...this.#jobs.keys()].filter((name) => this.spaces[name].troubles.length);
    // What is not there under its name may be there under another.
    if (this.link !== 'static' && broken.some((name) => this.spaces[name].outdated))
      await this.reread();
    else await Promise.all(broken.map((name) => this.#begin(name)));
  }

  /** @param {import('../../site/live.js').Message} message */
  #onMessage({ type, data }) {
    if (type === 'link') {
      this.link = data ? 'live' : 'paused';
      this.events.emit('link', this.link);
      if (data) {
        this.#away.now();
        this.#gaps.now();
      }
    } else if (type === 'status') this.events.emit('status', data);
    else if (type === 'refit' || data.reload) void this.reread();
    else if (type === 'items') this.#onItems(data);
  }

  /** @param {ItemsEvent} event */
  #onItems(event) {
    const space = this.spaces[event.space];
    if (!space || !this.manifest) return;
    if (!this.#jobs.has(event.space)) {
      // Whoever looks at it gets the manifest of that moment.
      this.manifest.spaces[event.space].count = event.count;
      this.#outdated.add(event.space);
      this.events.emit('counts', event.space);
      return;
    }
    this.#journals[event.space].add(event);
    if (!space.columns.slots) {
      // A first item needs the numbers of the manifest that contains it.
      if (this.#loaded.has(event.space)) void this.reread();
      return;
    }
    space.apply(event);
    this.events.emit('items', event);
  }
}
