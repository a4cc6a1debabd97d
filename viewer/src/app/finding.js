/**
 * Finding: words' hits from the page at once, the daemon's after them without anything jumping, on
 * the map and in the gallery. "Nothing" is said only when all doors have answered.
 */
import { daemonOnly, inPage, moreLike, parseQuery, turned, wanted, without } from '../find/query.js'; // prettier-ignore
import { FindClient } from '../find/client.js';
import { labelOf } from '../ui/chips.js';
import { ResultsPanel } from '../ui/results.js';
import { titleOf } from '../ui/words.js';
import { stateOf } from './findstate.js';
import { valuesOf } from './findvalues.js';
import { filteredBy, lit, merged, offered, regionsFor, shown } from './hits.js';

/** @typedef {import('../find/client.js').Hit} Hit */
/** @typedef {import('../ui/gallery.js').Shown} Shown */
/** @typedef {import('../find/query.js').Token} Token */
/**
 * @typedef {{
 *   store: import('./store/store.js').Store, dock: import('../ui/dock.js').Dock,
 *   space: () => SpaceName, showSpace: (space: SpaceName) => Promise<void>,
 *   highlight: (slots: number[] | null) => void, lookAt: (slots: number[], always: boolean) => void,
 *   goRegion: (region: Region) => void, unseen: (space: SpaceName) => ReadonlySet<number>,
 *   query: (q: string) => void, closed: () => void, select: (slots: number[]) => void,
 *   collect: () => void, export: () => void, titles: import('./titles.js').Titles,
 *   items: import('../ui/gallery.js').GalleryContext,
 * }} FindingContext
 */

const MOST_SHOWN = 20_000;
const MOST_IN_PAGE = 20_000;
const FOLLOW_MS = 400;
const WAKING_MS = 700;
const MOST_REGIONS = 4;
const SPACES = /** @type {const} */ (['image', 'text']);

export class Finding {
  /** Of both spaces, in the order shown. @type {Record<SpaceName, Hit[]>} */
  hits = { image: [], text: [] };
  /** @type {Record<SpaceName, Shown[]>} the nearest when nothing is found */
  #near = { image: [], text: [] };
  #q = '';
  #turn = 0;
  /** @type {AbortController | null} */
  #asking = null;
  #daemon = /** @type {'off' | 'asked' | 'slow' | 'answered' | 'failed'} */ ('off');
  #reading = false;
  /** @type {string[]} */
  #notes = [];
  #followTimer = 0;
  /** A picture or a paragraph that is searched by, beside the words. @type {Blob | null} */
  #example = null;
  /** Also those that are unsure are shown when nothing is certain. */
  #all = false;

  /** @param {FindingContext} context */
  constructor(context) {
    this.context = context;
    this.client = new FindClient(context.store.door);
    this.panel = new ResultsPanel(
      {
        typed: (q) => void this.search(q),
        submit: () => this.#submit(),
        valuesOf: (key, prefix) => this.#values(key, prefix),
        live: () => context.store.link === 'live',
        drop: (token) => this.change(without(this.#q, token)),
        turn: (token) => this.change(turned(this.#q, token)),
        land: (space) => void this.#toLand(space),
        region: (region) => context.goRegion(region),
        fit: () => this.fit(),
        selectAll: () => context.select(this.slots()),
        collect: () => context.collect(),
        export: () => context.export(),
        close: () => this.close(),
      },
      context.items,
    );
  }

  get open() {
    return this.context.dock.has('find');
  }

  /** @param {string} [q] */
  show(q) {
    this.context.dock.open({
      name: 'find',
      node: this.panel.node,
      width: 'min(440px, 45vw)',
      height: 'half',
      close: () => this.close(),
    });
    if (this.context.store.link === 'live') this.client.wake();
    if (q !== undefined) this.panel.q = q;
    this.panel.focus();
    void this.search(this.panel.q);
  }

  close() {
    if (!this.open) return;
    this.#turn++;
    this.#asking?.abort();
    this.#example = null;
    this.panel.example(null, () => {});
    this.context.dock.remove('find');
    this.context.highlight(null);
    this.context.query('');
    this.context.closed();
  }

  /** Ask something else. @param {string} q */
  change(q) {
    this.panel.q = q;
    this.show(q);
  }

  /** What is like a picture or a text. @param {Blob | null} example */
  byExample(example) {
    this.#example = example;
    this.panel.example(example, () => this.byExample(null));
    this.panel.q = example ? '' : this.#q;
    this.show();
  }

  /** More like some items, besides those that are examples already. @param {number[]} ids */
  like(ids) {
    if (ids.length) this.change(moreLike(this.open ? this.#q : '', ids));
  }

  /** Slots that are found in the space in sight, the best first. */
  slots() {
    return lit(this.#offered(this.context.space()));
  }

  fit() {
    const slots = this.slots();
    if (slots.length) this.context.lookAt(slots, true);
  }

  /** @param {string} q */
  async search(q) {
    const turn = ++this.#turn;
    this.#asking?.abort();
    this.#q = q.trim();
    this.#notes = [];
    this.#all = false;
    this.#near = { image: [], text: [] };
    this.context.query(this.#q);
    this.panel.understood(this.#q, (token) => this.#label(token));
    this.hits = { image: [], text: [] };
    this.#reading = this.#q !== '';
    const live = this.context.store.link === 'live';
    const asked = this.#q !== '' || this.#example !== null;
    this.#daemon = asked && live ? 'asked' : 'off';
    if (!asked) {
      this.#fill(false);
      return;
    }
    await Promise.all([this.#q ? this.#byWords(turn) : null, this.#byDaemon(turn)]);
    if (turn === this.#turn) this.#settle();
  }

  /** @param {number} turn */
  async #byWords(turn) {
    const first = this.context.space();
    for (const space of [first, ...SPACES.filter((one) => one !== first)]) {
      const hits = await this.#inPage(space);
      if (turn !== this.#turn) return;
      this.hits[space] = merged(hits, this.hits[space]);
      if (space === first || hits.length) this.#fill(false);
    }
    this.#reading = false;
    this.#fill(true);
  }

  /** What the page itself finds. @param {SpaceName} name @returns {Promise<Hit[]>} */
  async #inPage(name) {
    const { store, titles } = this.context;
    const space = store.spaces[name];
    // Where the daemon searches words itself the titles of a large map are not fetched for it.
    const live = store.link === 'live';
    if (live && store.count(name) > MOST_IN_PAGE) return [];
    if (!inPage(parseQuery(this.#q), live)) return [];
    const found = await titles.find(name, this.#q, MOST_SHOWN);
    /** @type {Hit[]} */
    const hits = found.map(({ slot, title, score, why }) => ({
      id: space.columns.id[slot] ?? -1, space: name, slot, title, score, certain: true, why: [why], snippet: '', marks: [],
    })); // prettier-ignore
    return this.#filtered(name, hits);
  }

  /** @type {import('../ui/completions.js').ValuesOf} */
  #values(key, prefix) {
    const { store, titles, space } = this.context;
    const live = store.link === 'live';
    return valuesOf(store.spaces[space()], key, prefix, live ? store.door : null, titles);
  }

  /** Time, region and newness are known here, not in the worker. @param {SpaceName} name @param {Hit[]} hits @returns {Hit[]} */
  #filtered(name, hits) {
    const { store, unseen } = this.context;
    return filteredBy(store.spaces[name], this.#q, () => unseen(name), hits);
  }

  /** @param {number} turn */
  async #byDaemon(turn) {
    if (this.#daemon === 'off') return;
    this.#asking = new AbortController();
    const slow = setTimeout(() => {
      if (turn !== this.#turn || this.#daemon !== 'asked') return;
      this.#daemon = 'slow';
      this.#say();
    }, WAKING_MS);
    const { signal } = this.#asking;
    try {
      const quick = !this.#example && wanted(parseQuery(this.#q)).length > 0;
      const words = quick ? await this.client.ask(this.#q, signal, false) : null;
      if (turn !== this.#turn) return;
      if (words) {
        this.#take(words);
        this.#fill(true);
      }
      const all = this.#example
        ? await this.client.byExample(this.#example, this.#q, signal)
        : await this.client.ask(this.#q, signal, true);
      if (turn !== this.#turn) return;
      this.#daemon = 'answered';
      if (all) this.#take(all);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#daemon = 'failed';
      if (this.#example) this.#notes = [/** @type {Error} */ (error).message];
    } finally {
      clearTimeout(slow);
      if (turn === this.#turn) this.#fill(true);
    }
  }

  /** @param {import('../find/client.js').Answer} answer */
  #take(answer) {
    this.#notes = answer.notes;
    for (const space of SPACES) {
      const placed = (/** @type {Hit[]} */ hits) => this.#placed(space, hits);
      const hits = placed(answer.hits);
      this.hits[space] = merged(this.hits[space], answer.filtered ? hits : this.#filtered(space, hits)); // prettier-ignore
      this.#near[space] = placed(answer.near).slice(0, 3).map((hit) => shown(hit, true, [])); // prettier-ignore
    }
  }

  /** Hits of one space whose items are on the map. @param {SpaceName} name @param {Hit[]} hits @returns {Hit[]} */
  #placed(name, hits) {
    const { columns } = this.context.store.spaces[name];
    /** @type {Hit[]} */
    const found = [];
    for (const hit of hits) {
      if (hit.space !== name) continue;
      const fits = hit.slot >= 0 && columns.id[hit.slot] === hit.id;
      const slot = fits || !columns.slots ? hit.slot : columns.slotOf(hit.id);
      if (!columns.slots || columns.present(slot)) found.push({ ...hit, slot });
    }
    return found;
  }

  /** Of a file that holds several notes, the one that was found; −1 for none. @param {number} slot */
  sectionOf(slot) {
    const hits = this.hits[this.context.space()];
    return hits.find((hit) => hit.slot === slot)?.section?.number ?? -1;
  }

  /** Something is looked for. */
  get #asks() {
    return this.#q !== '' || this.#example !== null;
  }

  /** All doors have answered. */
  get #settled() {
    return !this.#reading && ['answered', 'failed', 'off'].includes(this.#daemon);
  }

  /** @param {boolean} keep the place in the gallery */
  #fill(keep) {
    const name = this.context.space();
    const space = this.context.store.spaces[name];
    const terms = wanted(parseQuery(this.#q)).map(({ value }) => value.toLowerCase());
    const settled = this.#settled;
    const hits = this.#offered(name);
    const items = hits.map((hit) => shown(hit, hit.certain === false, terms));
    this.panel.show(space, items.length || !settled ? items : this.#near[name], keep);
    this.context.highlight(this.#asks && (hits.length || settled) ? lit(hits) : null);
    this.panel.foundRegions(regionsFor(space.regions, this.#q, MOST_REGIONS));
    this.#say();
  }

  #say() {
    const name = this.context.space();
    const other = name === 'image' ? 'text' : 'image';
    const sure = (/** @type {SpaceName} */ space) => this.hits[space].filter(({ certain }) => certain !== false).length; // prettier-ignore
    const counts = { image: sure('image'), text: sure('text') };
    this.panel.blank(!this.#asks);
    this.panel.counts(this.#asks ? counts : { image: null, text: null }, name);
    this.panel.say(
      stateOf({
        q: this.#q || (this.#example ? 'an example' : ''),
        link: this.context.store.link,
        daemon: this.#daemon,
        reading: this.#reading,
        found: this.hits[name].length,
        certain: counts[name],
        near: this.#near[name].length,
        example: this.#example !== null,
        hidden: this.hits[name].length - this.#offered(name).length,
        more: () => this.#showAll(),
        notes: [...this.#notes, ...this.#unapplied()],
        ways: [
          ...(counts[other] ? [{ label: other === 'image' ? `${counts[other]} pictures` : `${counts[other]} notes`, act: () => void this.#toLand(other) }] : []), // prettier-ignore
          ...(parseQuery(this.#q).some(({ kind }) => kind === 'filter') ? [{ label: 'Without filters', act: () => this.#withoutFilters() }] : []), // prettier-ignore
          { label: 'Clear', act: () => this.change('') },
        ],
      }),
    );
  }

  /** What is shown of the hits of a map. @param {SpaceName} name */
  #offered(name) {
    return offered(this.hits[name], this.#settled, this.#all, this.#example !== null);
  }

  /** Filters that nobody has applied. @returns {string[]} */
  #unapplied() {
    if (this.context.store.link === 'live') return [];
    return daemonOnly(parseQuery(this.#q)).map((raw) => `${raw} needs the daemon`);
  }

  #showAll() {
    this.#all = true;
    this.#fill(true);
  }

  #withoutFilters() {
    this.change(
      parseQuery(this.#q)
        .filter(({ kind }) => kind !== 'filter')
        .map(({ raw }) => raw)
        .join(' '),
    );
  }

  /** All doors have answered: the camera moves by itself only when no hit is in view. */
  #settle() {
    const slots = this.slots();
    if (slots.length) this.context.lookAt(slots.slice(0, 200), false);
  }

  /** @param {SpaceName} space */
  async #toLand(space) {
    if (space !== this.context.space()) await this.context.showSpace(space);
    await this.search(this.#q);
  }

  #submit() {
    const slot = this.slots()[0] ?? -1;
    if (this.panel.q !== this.#q) void this.search(this.panel.q);
    else if (slot >= 0) this.context.items.open(slot);
  }

  /** @param {Token} token */
  #label(token) {
    return labelOf(token, (id) => this.#titles.get(id) ?? this.#nameExample(id));
  }

  /** @type {Map<string, string>} id → title */
  #titles = new Map();

  /** @param {string} id @returns {string} until its title is known */
  #nameExample(id) {
    for (const name of SPACES) {
      const space = this.context.store.spaces[name];
      const slot = space.columns.slotOf(Number(id));
      if (slot < 0) continue;
      void space.detail(slot).then((detail) => {
        this.#titles.set(id, titleOf(detail));
        this.panel.understood(this.#q, (token) => this.#label(token));
      });
    }
    this.#titles.set(id, `item ${id}`);
    return `item ${id}`;
  }

  /** Items came or went: what is found may differ. */
  follow() {
    if (!this.open || !this.#q || this.#followTimer) return;
    this.#followTimer = window.setTimeout(() => {
      this.#followTimer = 0;
      if (this.open && this.panel.gallery.active < 0) void this.search(this.#q);
    }, FOLLOW_MS);
  }
}
