/** Collections: made from what is selected, found, drawn or a region; as layers on the map. */
import { CollectionsPanel } from '../ui/collections.js';
import { counted } from '../ui/words.js';
import { slotsOf } from './colours.js';
import { recall, remember } from './settings.js';
import { rgb } from './theme.js';

/** @typedef {import('../hands/client.js').Collection} Collection */
/** @typedef {import('../hands/client.js').Source} Source */
/** @typedef {{key: string, label: string, living: boolean, source: () => Source}} Offer `living`: later arrivals can join */
/**
 * @typedef {{
 *   atlas: import('./atlas.js').Atlas, store: import('./store/store.js').Store,
 *   client: import('../hands/client.js').HandsClient, dock: import('../ui/dock.js').Dock,
 *   selection: import('./store/selection.js').Selection, picking: import('./picking.js').Picking,
 *   found: () => {q: string, slots: number[]}, region: () => Region | null,
 *   regionSlots: (region: Region) => number[],
 *   gallery: (name: string, slots: number[]) => void, export: (preset: string) => void,
 *   drawn: (layers: {colour: string, border: [number, number][]}[]) => void,
 *   say: (text: string) => void, shown: (on: boolean) => void, changed: () => void,
 * }} CollectionsContext
 */

const FOLLOW_MS = 1500;
/** Of a collection that has no colour of its own, by its number. */
export const COLOURS = ['#e0803a', '#4f8fd6', '#3fa873', '#cf5aa6', '#d9b63c', '#8f78d8', '#4fb9c4', '#d65b5b']; // prettier-ignore

export class Collections {
  /** @type {Collection[]} */
  list = [];
  /** @type {Map<number, number[]>} collection → ids of its members, of those that show */
  #members = new Map();
  /** Numbers of those that show on the map. @type {Set<number>} */
  layers = new Set(recall('layers').split(' ').filter(Boolean).map(Number));
  #timer = 0;
  #turn = 0;

  /** @param {CollectionsContext} context */
  constructor(context) {
    this.context = context;
    this.panel = new CollectionsPanel({
      offers: () => this.offers(),
      make: (name, offer, living) => this.#make(name, offer, living),
      draw: () => context.picking.use('lasso'),
      layer: (one, on) => void this.#layer(one, on),
      change: (one, change) => void this.#do(() => context.client.change(one.name, change)),
      remove: (one) => void this.#do(() => context.client.remove(one.name), `“${one.name}” is no more; its files stay`), // prettier-ignore
      look: (one) => void this.#look(one),
      fit: (one) => void this.#withSlots(one, (slots) => context.atlas.lookAt(slots, true)),
      select: (one) => void this.#withSlots(one, (slots) => context.picking.take(slots, 'replace')),
      take: (one) => void this.#take(one),
      mirror: (one, kept) => void this.#do(() => context.client.mirror(one.name, kept), kept ? `“${one.name}” is kept as a folder of links` : 'Its folder of links is gone'), // prettier-ignore
      copy: (text) => void copied(text).then(context.say),
      export: (one) => context.export(one ? `collection ${one.name}` : ''),
      close: () => this.close(),
    });
  }

  get open() {
    return this.context.dock.has('collections');
  }

  get live() {
    return this.context.store.link === 'live';
  }

  show() {
    const { dock } = this.context;
    dock.open({ name: 'collections', node: this.panel.node, width: 'min(400px, 45vw)', height: 'half', close: () => this.close() }); // prettier-ignore
    this.context.shown(true);
    this.panel.refreshOffers();
    this.panel.focus();
    void this.refresh();
  }

  close() {
    if (!this.open) return;
    this.context.dock.remove('collections');
    this.context.shown(false);
  }

  /** The page is there: what showed the last time shows again. */
  begin() {
    if (this.layers.size && this.live) void this.refresh();
  }

  /** Items came, went or were placed anew: members and counts may differ. */
  follow() {
    if (!this.open && !this.layers.size) return;
    if (this.#timer) return;
    this.#timer = window.setTimeout(() => {
      this.#timer = 0;
      void this.refresh();
    }, FOLLOW_MS);
  }

  async refresh() {
    const turn = ++this.#turn;
    if (!this.live) {
      this.panel.trouble('Collections are kept by the daemon, which is not running.');
      return;
    }
    try {
      const list = await this.context.client.collections();
      const shown = list.filter(({ id }) => this.layers.has(id));
      const members = await Promise.all(shown.map(({ name }) => this.context.client.members(name)));
      if (turn !== this.#turn) return;
      this.list = list;
      this.#members = new Map(shown.map(({ id }, i) => [id, members[i]]));
      this.panel.fill(list, this.layers, (one) => colourOf(one));
      this.draw();
    } catch (error) {
      if (turn === this.#turn) this.panel.trouble(/** @type {Error} */ (error).message);
    }
  }

  /** Every collection with its members, for colours. @returns {Promise<{name: string, colour: string, ids: number[]}[]>} */
  async all() {
    const list = await this.context.client.collections();
    const members = await Promise.all(list.map(({ name }) => this.context.client.members(name)));
    return list.map((one, i) => ({ name: one.name, colour: colourOf(one), ids: members[i] }));
  }

  /** Show the layers of the space in sight. */
  draw() {
    const { atlas } = this.context;
    const space = atlas.current;
    const shown = this.list.filter(({ id }) => this.layers.has(id) && this.#members.has(id));
    const of = new Uint8Array(shown.length ? space.columns.slots : 0);
    const slots = slotsOf(space);
    shown.slice(0, 254).forEach(({ id }, n) => {
      for (const slot of slots(this.#members.get(id) ?? [])) of[slot] ||= n + 1;
    });
    const inks = shown.map((one) => /** @type {[number, number, number]} */ (rgb(colourOf(one)).map((c) => c / 255))); // prettier-ignore
    atlas.marks.layer = shown.length ? { of, inks } : null;
    this.context.drawn(
      shown
        .filter((one) => one.border.length && one.space === space.name)
        .map((one) => ({ colour: colourOf(one), border: one.border })),
    );
    atlas.scene.refresh();
  }

  /** What a collection can be made of now, the likeliest first. @returns {Offer[]} */
  offers() {
    const { atlas, selection, picking, found, region, regionSlots } = this.context;
    const ids = (/** @type {number[]} */ slots) => slots.map((slot) => atlas.current.columns.id[slot]); // prettier-ignore
    /** @type {Offer[]} */
    const offers = [];
    const selected = [...selection.of('image'), ...selection.of('text')];
    const { drawn } = picking;
    const what = (/** @type {number} */ n) => counted(n, 'item');
    if (selected.length)
      offers.push({
        key: 'selection',
        label: `what is selected: ${what(selected.length)}`,
        living: drawn !== null && drawn.space === atlas.space && selection.of(atlas.space).size > 0,
        source: () => ({ items: selected }),
      });
    const { q, slots } = found();
    if (slots.length)
      offers.push({
        key: 'found',
        label: `what is found: ${what(slots.length)}`,
        living: q !== '' && !/(^|\s)-?like:/.test(q),
        source: () => ({ items: ids(slots), space: atlas.space }),
      });
    const open = region();
    if (open) {
      const inside = regionSlots(open);
      offers.push({ key: 'region', label: `the region ${open.name}: ${what(inside.length)}`, living: false, source: () => ({ items: ids(inside) }) }); // prettier-ignore
    }
    return offers;
  }

  /** @param {string} name @param {Offer} offer @param {boolean} living @returns {Promise<boolean>} */
  async #make(name, offer, living) {
    const { atlas, picking, found } = this.context;
    const source = offer.source();
    if (living && offer.key === 'selection' && picking.drawn)
      Object.assign(source, { space: picking.drawn.space, border: picking.drawn.points });
    else if (living && offer.key === 'found')
      Object.assign(source, { space: atlas.space, query: found().q });
    else delete source.space;
    try {
      const made = await this.context.client.add(name, source);
      this.context.say(`${counted(made.added, 'item')} gathered in “${made.name}”, ${counted(made.count, 'item')} in all`); // prettier-ignore
      const list = await this.context.client.collections();
      const one = list.find((each) => each.name === made.name);
      if (one) this.layers.add(one.id);
      this.#keep();
      await this.refresh();
      this.context.changed();
      return true;
    } catch (error) {
      this.panel.trouble(/** @type {Error} */ (error).message);
      return false;
    }
  }

  /** @param {() => Promise<void>} change @param {string} [said] */
  async #do(change, said) {
    try {
      await change();
      if (said) this.context.say(said);
    } catch (error) {
      this.panel.trouble(/** @type {Error} */ (error).message);
      return;
    }
    await this.refresh();
    this.context.changed();
  }

  /** @param {Collection} one @param {boolean} on */
  async #layer({ id }, on) {
    if (on) this.layers.add(id);
    else this.layers.delete(id);
    this.#keep();
    await this.refresh();
  }

  #keep() {
    remember('layers', [...this.layers].join(' '));
  }

  /** @param {Collection} one @param {(slots: number[]) => void} does with those of the space in sight */
  async #withSlots(one, does) {
    const { atlas, client, say } = this.context;
    try {
      const ids = await client.members(one.name);
      const slots = slotsOf(atlas.current)(ids);
      if (slots.length) does(slots);
      else if (ids.length)
        say(`None of “${one.name}” lies on this map; the other one has them (M)`); // prettier-ignore
      else say(`“${one.name}” is empty`);
    } catch (error) {
      this.panel.trouble(/** @type {Error} */ (error).message);
    }
  }

  /** As a gallery; its newcomers have been seen. @param {Collection} one */
  async #look(one) {
    await this.#withSlots(one, (slots) => this.context.gallery(one.name, slots));
    if (one.new) await this.#do(() => this.context.client.change(one.name, { seen: true }));
  }

  /** What is selected leaves it. @param {Collection} one */
  async #take(one) {
    const { selection, client } = this.context;
    const items = [...selection.of('image'), ...selection.of('text')];
    if (items.length)
      await this.#do(() => client.take(one.name, items), `Taken out of “${one.name}”`); // prettier-ignore
    else this.context.say('Select first what is to be taken out');
  }
}

/** @param {Collection} one */
export function colourOf({ colour, id }) {
  return colour || COLOURS[id % COLOURS.length];
}

/** @param {string} text @returns {Promise<string>} how it went */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return 'Folder copied';
  } catch {
    return 'The browser does not let this page copy.';
  }
}
