/** The find box: regions, titles, names and tags, and what is alike in meaning while live. */
import { plain, score } from '../find/fuzzy.js';
import { Remote } from '../work/rpc.js';
import { el } from './element.js';
import { count, day } from './words.js';

/** @typedef {import('../site/space.js').Space} Space */
/** @typedef {{kind: 'region', region: Region} | {kind: 'item', slot: number, title: string, cosine?: number}} Hit */

const SHOWN = 24;
const WAIT_MS = 130;

export class FindBox {
  /** @type {Hit[]} */
  hits = [];
  #active = -1;
  #timer = 0;
  #turn = 0;
  /** @type {Remote | null} */
  #remote = null;
  #loaded = '';

  /**
   * @param {{space: () => Space, live: () => boolean, base: string, go: (hit: Hit) => void, query: (q: string) => void}} context
   */
  constructor(context) {
    this.context = context;
    this.input = el('input', {
      type: 'search',
      attrs: {
        placeholder: 'Find titles, names, tags, regions',
        'aria-label': 'Find',
        role: 'combobox',
        'aria-expanded': 'false',
        'aria-controls': 'find-hits',
        'aria-autocomplete': 'list',
        autocomplete: 'off',
        spellcheck: 'false',
      },
    });
    this.list = el('ul', {
      class: 'find-hits',
      id: 'find-hits',
      attrs: { role: 'listbox', 'aria-label': 'Found' },
    });
    this.note = el('p', { class: 'meta find-note', attrs: { role: 'status' } });
    this.node = el(
      'search',
      { class: 'find panel', hidden: true },
      this.input,
      this.list,
      this.note,
    );
    this.input.addEventListener('input', () => {
      clearTimeout(this.#timer);
      this.#timer = window.setTimeout(() => void this.search(), WAIT_MS);
    });
    this.input.addEventListener('keydown', (event) => this.#key(event));
  }

  get open() {
    return !this.node.hidden;
  }

  /** @param {string} [q] */
  show(q = '') {
    this.node.hidden = false;
    this.input.value = q || this.input.value;
    this.input.focus();
    this.input.select();
    this.#load();
    if (this.input.value) void this.search();
  }

  close() {
    this.node.hidden = true;
    this.input.blur();
  }

  /** Titles of the whole space, once it is wanted. */
  #load() {
    const space = this.context.space();
    const urls = space.entry.details.map((path) => new URL(path, this.context.base).href);
    const key = urls.join(' ');
    if (key === this.#loaded) return;
    this.#loaded = key;
    this.#remote ??= new Remote(
      new Worker(new URL('../work/find.worker.js', import.meta.url), { type: 'module' }),
    );
    this.#remote.call('load', { urls }).then(
      () => this.input.value && void this.search(),
      () => (this.#loaded = ''),
    );
  }

  /** Items came or went: what is found may differ. */
  follow() {
    if (this.open && this.input.value && this.#active <= 0) void this.search();
  }

  async search() {
    const turn = ++this.#turn;
    const q = this.input.value.trim();
    this.context.query(q);
    if (!q) {
      this.#fill([], '');
      return;
    }
    this.#load();
    const space = this.context.space();
    const words = plain(q).split(' ').filter(Boolean);
    /** @type {Hit[]} */
    const regions = space.regions
      .map((region) => ({
        region,
        points: score(words, plain(`${region.name} ${region.terms.join(' ')}`)),
      }))
      .filter(({ points }) => points > 0)
      .sort(
        (a, b) =>
          b.points - a.points || a.region.level - b.region.level || a.region.id - b.region.id,
      )
      .slice(0, 5)
      .map(({ region }) => ({ kind: 'region', region }));
    const found = await this.#remote
      ?.call('query', { q, limit: SHOWN, extra: space.freshTitles() })
      .catch(() => []);
    if (turn !== this.#turn) return;
    /** @type {Hit[]} */
    const items = (found ?? [])
      .filter((/** @type {any} */ hit) => space.columns.present(hit.slot))
      .map((/** @type {any} */ hit) => ({ kind: 'item', slot: hit.slot, title: hit.title }));
    const near = [...regions, ...items];
    this.#fill(near, near.length ? '' : 'Nothing by that name.');
    if (this.context.live()) await this.#byMeaning(q, near, turn);
  }

  /** @param {string} q @param {Hit[]} before @param {number} turn */
  async #byMeaning(q, before, turn) {
    const space = this.context.space();
    const url = new URL('api/search', this.context.base);
    url.searchParams.set('q', q);
    url.searchParams.set('space', space.name);
    url.searchParams.set('limit', '12');
    try {
      const answer = await fetch(url);
      if (!answer.ok) return;
      const raw = await answer.json();
      if (turn !== this.#turn) return;
      const seen = new Set(before.map((hit) => (hit.kind === 'item' ? hit.slot : -1)));
      const hits = [];
      for (const one of raw.hits ?? raw.results ?? raw.items ?? []) {
        const slot = Number.isInteger(one.slot) ? one.slot : space.columns.slotOf(one.id);
        if (slot < 0 || seen.has(slot) || !space.columns.present(slot)) continue;
        const detail = await space.detail(slot);
        hits.push({
          kind: /** @type {const} */ ('item'),
          slot,
          title: detail?.title || detail?.name || 'Untitled',
          cosine: one.cosine ?? one.score,
        });
      }
      if (turn === this.#turn && hits.length) this.#fill([...before, ...hits], '');
    } catch {
      // Without the daemon there are still the titles.
    }
  }

  /** @param {Hit[]} hits @param {string} note */
  #fill(hits, note) {
    this.hits = hits;
    this.#active = hits.length ? 0 : -1;
    this.note.textContent = note;
    const space = this.context.space();
    this.list.replaceChildren(
      ...hits.map((hit, i) => {
        const text = el('b', {
          attrs: { dir: 'auto' },
          text: hit.kind === 'region' ? hit.region.name : hit.title.replace(/\s+/g, ' '),
        });
        const about =
          hit.kind === 'region'
            ? `region · ${count(hit.region.count)}`
            : [
                day(space.columns.time[hit.slot], space.columns.flags[hit.slot]),
                space.regionById.get(space.columns.finest(hit.slot))?.name ?? '',
                hit.cosine !== undefined ? 'alike in meaning' : '',
              ]
                .filter(Boolean)
                .join(' · ');
        const row = el(
          'li',
          { id: `hit-${i}`, attrs: { role: 'option' } },
          text,
          el('span', { class: 'meta', text: about }),
        );
        row.addEventListener('pointerdown', (event) => event.preventDefault());
        row.addEventListener('click', () => this.context.go(hit));
        return row;
      }),
    );
    this.input.setAttribute('aria-expanded', String(hits.length > 0));
    this.#mark();
  }

  #mark() {
    [...this.list.children].forEach((row, i) =>
      row.setAttribute('aria-selected', String(i === this.#active)),
    );
    if (this.#active >= 0) {
      this.input.setAttribute('aria-activedescendant', `hit-${this.#active}`);
      this.list.children[this.#active]?.scrollIntoView({ block: 'nearest' });
    } else this.input.removeAttribute('aria-activedescendant');
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === 'Enter' && this.hits[this.#active]) this.context.go(this.hits[this.#active]);
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const n = this.hits.length;
      if (!n) return;
      this.#active = (this.#active + (event.key === 'ArrowDown' ? 1 : -1) + n) % n;
      this.#mark();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
