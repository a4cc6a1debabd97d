/** What items are coloured by: their regions, or something else; and the legend, whose rows filter. */
import { byMembers, byValue, byYear, NONE, OTHER } from '../hands/categories.js';
import { LegendPanel } from '../ui/legend.js';
import { inkOf, rgb } from './theme.js';

/** @typedef {import('../hands/categories.js').Grouping} Grouping */
/** @typedef {import('../site/space.js').Space} Space */
/** @typedef {'region' | 'year' | 'folder' | 'kind' | 'tag' | 'language' | 'camera' | 'new' | 'collection' | 'duplicates'} By */
/**
 * @typedef {{
 *   atlas: import('./atlas.js').Atlas, client: import('../hands/client.js').HandsClient,
 *   dock: import('../ui/dock.js').Dock, live: () => boolean,
 *   unseen: (space: SpaceName) => ReadonlySet<number>,
 *   valuesOf: (space: SpaceName, key: import('../find/facets.js').Facet) => Promise<import('../find/facets.js').Facets>,
 *   collections: () => Promise<{name: string, colour: string, ids: number[]}[]>,
 *   shown: (on: boolean) => void, changed: () => void, say: (text: string) => void,
 * }} ColoursContext
 * `changed`: other items step back now
 */

const MOST_REGIONS = 60;
const DOUBTFUL = 16; // of flags: a clock that was never set
const MINUTES_MS = 60_000;

export class Colours {
  /** @type {By} */
  by = 'region';
  /** Groups that alone show; none: all do. @type {Set<number>} */
  only = new Set();
  /** @type {Grouping | null} */
  #grouping = null;
  #turn = 0;

  /** @param {ColoursContext} context */
  constructor(context) {
    this.context = context;
    this.panel = new LegendPanel({
      choose: (by) => void this.choose(by),
      pick: (group) => this.#pick(group),
      all: () => this.#all(),
      close: () => this.show(false),
    });
  }

  get open() {
    return !this.panel.node.hidden;
  }

  /** @param {boolean} on */
  show(on) {
    this.panel.node.hidden = !on;
    document.documentElement.classList.toggle('with-legend', on);
    this.context.shown(on);
    if (on) {
      this.panel.live(this.context.live());
      void this.choose(this.by);
      this.panel.focus();
    } else void this.choose('region');
  }

  /** @param {By} by */
  async choose(by) {
    if (by !== this.by) this.only = new Set();
    this.by = by;
    await this.refresh();
  }

  /** Another space, another theme, other items. */
  async refresh() {
    const turn = ++this.#turn;
    if (!this.open && this.by === 'region') {
      this.#grouping = null;
      this.only = new Set();
      this.#paint();
      return;
    }
    let trouble = '';
    const grouping = await this.#group().catch((/** @type {Error} */ error) => {
      trouble = error.message;
      return null;
    });
    if (turn !== this.#turn) return;
    this.#grouping = grouping;
    this.only = new Set([...this.only].filter((group) => group >= OTHER || group < (grouping?.groups.length ?? 0))); // prettier-ignore
    this.panel.fill(this.by, grouping, this.only, (colour) => this.#css(colour), trouble);
    this.#paint();
  }

  /** The other map shows: what was switched off there means nothing here. */
  forget() {
    this.only = new Set();
    void this.refresh();
  }

  /** @returns {Promise<Grouping | null>} */
  async #group() {
    const { context, by } = this;
    const space = context.atlas.current;
    const { columns } = space;
    const present = (/** @type {number} */ slot) => columns.present(slot);
    const { slots } = columns;
    switch (by) {
      case 'region':
        return byMembers(regionsOf(space), present, slots, MOST_REGIONS);
      case 'year':
        return byYear((slot) => yearOf(space, slot), present, slots);
      case 'new': {
        const unseen = context.unseen(space.name);
        return byValue((slot) => (unseen.has(columns.id[slot]) ? 'new since the last visit' : 'known'), present, slots); // prettier-ignore
      }
      case 'folder':
      case 'kind':
      case 'tag': {
        const { values, of } = await context.valuesOf(space.name, by);
        return byValue((slot) => values[of[slot] ?? -1] ?? null, present, slots);
      }
      default:
        return byMembers(await this.#told(by, space), present, slots);
    }
  }

  /** Groups that only the daemon knows. @param {By} by @param {Space} space @returns {Promise<{name: string, colour?: string, slots: number[]}[]>} */
  async #told(by, space) {
    const { client } = this.context;
    const slots = slotsOf(space);
    if (by === 'collection')
      return (await this.context.collections()).map(({ name, colour, ids }) => ({ name, colour, slots: slots(ids) })); // prettier-ignore
    if (by === 'duplicates') {
      /** @type {Record<string, string>} */
      const names = { 'same-shot': 'the same shot', alike: 'alike', draft: 'drafts of one note' };
      const groups = await client.duplicates();
      return Object.entries(names)
        .map(([kind, name]) => ({
          name,
          slots: slots(
            groups
              .filter((group) => group.kind === kind)
              .flatMap(({ items }) => items.map(({ id }) => id)),
          ),
        })) // prettier-ignore
        .filter((group) => group.slots.length);
    }
    const groups = await client.groups(by === 'language' ? 'lang' : by, space.name);
    return groups.map(({ value, items }) => ({ name: value, slots: slots(items) }));
  }

  /** @param {number} group */
  #pick(group) {
    if (this.only.has(group)) this.only.delete(group);
    else this.only.add(group);
    this.#paint();
    this.panel.mark(this.only);
  }

  #all() {
    this.only = new Set();
    this.#paint();
    this.panel.mark(this.only);
  }

  #paint() {
    const { atlas, changed } = this.context;
    const grouping = this.#grouping;
    const plain = !grouping || (this.by === 'region' && !this.only.size);
    const inks = grouping?.groups.map(({ colour }) => inkOf(colour, this.#dark)) ?? [];
    if (grouping) inks[OTHER] = rgb(this.#dark ? '#8a97a1' : '#5d666d');
    /** @type {Set<number>} */
    const off = new Set();
    if (grouping && this.only.size)
      for (const group of [...grouping.groups.keys(), OTHER, NONE])
        if (!this.only.has(group)) off.add(group);
    atlas.scene.paintBy(plain ? null : { of: grouping.of, inks: inks.map(([r, g, b]) => r | (g << 8) | (b << 16)), off }); // prettier-ignore
    const badges = inks.map((ink) => ink?.map((c) => c / 255));
    atlas.marks.badge = plain || this.by === 'region' ? null : (slot) => badges[grouping.of[slot] ?? NONE] ?? null; // prettier-ignore
    changed();
  }

  get #dark() {
    return this.context.atlas.theme === 'dark';
  }

  /** @param {string} colour */
  #css(colour) {
    return `rgb(${inkOf(colour, this.#dark).join(' ')})`;
  }
}

/** @param {Space} space @returns {{name: string, colour: string, slots: number[]}[]} the largest first */
function regionsOf(space) {
  const { columns, regionById } = space;
  /** @type {Map<number, number[]>} */
  const members = new Map();
  for (let slot = 0; slot < columns.slots; slot++) {
    const id = columns.region[slot * 3];
    if (!columns.present(slot) || id < 0) continue;
    const list = members.get(id);
    if (list) list.push(slot);
    else members.set(id, [slot]);
  }
  return [...members]
    .sort((a, b) => b[1].length - a[1].length)
    .map(([id, slots]) => ({ name: regionById.get(id)?.name ?? 'Unnamed', colour: regionById.get(id)?.colour ?? '', slots })); // prettier-ignore
}

/** @param {Space} space @param {number} slot @returns {number | null} */
function yearOf({ columns }, slot) {
  if (columns.flags[slot] & DOUBTFUL) return null;
  const year = new Date(columns.time[slot] * MINUTES_MS).getUTCFullYear();
  return Number.isFinite(year) ? year : null;
}

/** @param {Space} space @returns {(ids: number[]) => number[]} */
export function slotsOf({ columns }) {
  /** @type {Map<number, number>} */
  const slots = new Map();
  for (let slot = 0; slot < columns.slots; slot++)
    if (columns.present(slot)) slots.set(columns.id[slot], slot);
  return (ids) => ids.flatMap((id) => slots.get(id) ?? []);
}
