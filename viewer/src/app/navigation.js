/** Where one looks and what is open: items, the other map, what is found or selected on it. */
import { announce } from '../ui/element.js';

/**
 * @typedef {{
 *   atlas: import('./atlas.js').Atlas, store: import('./store/store.js').Store,
 *   address: import('./address.js').Address, narrator: import('./narrator.js').Narrator,
 *   visits: Record<SpaceName, import('./visits.js').Visits>, stage: import('../map/stage.js').Stage,
 *   dock: import('../ui/dock.js').Dock, bar: import('../ui/bar.js').Bar, phoneBar: import('../ui/bar.js').PhoneBar,
 *   item: import('../ui/item.js').ItemView, peek: import('../ui/peek.js').PeekCard,
 *   regions: import('./regions.js').Regions, labels: import('./labels.js').Labels,
 *   tree: import('./treeview.js').TreeView, finding: import('./finding.js').Finding,
 *   picking: import('./picking.js').Picking, pointer: import('./pointer.js').Pointer,
 *   arrivals: import('./arrivals.js').Arrivals, messages: import('../ui/messages.js').Messages,
 *   landed: () => void,
 * }} NavigationContext
 * `landed`: another space shows, with all its files
 */

export class Navigation {
  /** Slots that are found, the best first; null: nothing is looked for. @type {number[] | null} */
  #found = null;

  /** @param {NavigationContext} context */
  constructor(context) {
    this.context = context;
  }

  /** @param {number} slot @param {boolean} [walking] from the item that is open */
  openItem(slot, walking = false) {
    const { atlas, labels, visits, dock, item, address } = this.context;
    labels.hover.hide();
    atlas.select(slot);
    const id = atlas.current.columns.id[slot];
    visits[atlas.space].see([id]);
    dock.remove('peek');
    void item.show(atlas.current, slot, walking);
    if (item.beside) atlas.lookAt([slot], false);
    address.set({ item: id }, !walking);
  }

  /** An item of either map. @param {SpaceName} space @param {number} slot */
  async visit(space, slot) {
    const { atlas } = this.context;
    if (atlas.space !== space) await this.showSpace(space);
    if (atlas.space === space && atlas.current.columns.present(slot)) this.openItem(slot, true);
  }

  /** The item was closed. */
  closedItem() {
    const { atlas, finding, regions, address } = this.context;
    void atlas.hover(-1);
    if (finding.open) finding.panel.gallery.refocus(atlas.scene.selected);
    else if (!regions.view.open) this.focusMap();
    address.set({ item: null });
  }

  focusMap() {
    this.context.stage.node.focus({ preventScroll: true });
  }

  /** What ← → go through from an item: what is found, in its order. @param {number} slot @returns {number[] | null} null: its neighbours */
  walkOf(slot) {
    const { finding } = this.context;
    if (!finding.open) return null;
    const { items } = finding.panel.gallery;
    return items.some((one) => one.slot === slot) ? items.map((one) => one.slot) : null;
  }

  /** Look at an item that the gallery has come to. @param {number} slot */
  preview(slot) {
    const { atlas, item } = this.context;
    atlas.select(slot);
    atlas.lookAt([slot], false);
    if (item.beside) void item.show(atlas.current, slot, true);
  }

  /** On a phone: the card of an item. @param {number} slot */
  peekAt(slot) {
    const { atlas, peek } = this.context;
    atlas.select(slot);
    void peek.show(atlas.current, slot);
  }

  /** The next or previous neighbour of what is peeked at. @param {number} slot @param {number} by */
  async walkPeek(slot, by) {
    const { atlas } = this.context;
    const near = await atlas.current.neighbours(slot);
    const next = near[by > 0 ? 0 : near.length - 1]?.slot;
    if (next === undefined) return;
    this.peekAt(next);
    atlas.lookAt([next], false);
  }

  /** Close what lies over the map, and fly to an item. @param {number} slot */
  async findOnMap(slot) {
    this.context.item.close();
    this.context.regions.close();
    await this.showOnMap(slot);
  }

  /** Fly to an item and say where one is. @param {number} slot */
  async showOnMap(slot) {
    const { atlas, bar, narrator } = this.context;
    atlas.showMap();
    bar.pressed('tree', false);
    atlas.select(slot);
    await atlas.flyTo(slot);
    void narrator.stampItem(slot);
  }

  /** @param {Region} region */
  async showRegion(region) {
    const { atlas, narrator } = this.context;
    atlas.showMap();
    await atlas.flyToRegion(region);
    narrator.stampRegion(region);
  }

  /** More like some items. @param {number[]} slots */
  like(slots) {
    const { atlas, item, finding } = this.context;
    const { id } = atlas.current.columns;
    item.close();
    finding.like(slots.map((slot) => id[slot]));
  }

  /** The item under the pointer, or the selected one; −1: none. */
  get here() {
    const { pointer, atlas } = this.context;
    return pointer.hovered >= 0 ? pointer.hovered : atlas.scene.selected;
  }

  /** What is found stands out on the map. @param {number[] | null} slots null: nothing is looked for */
  highlight(slots) {
    this.#found = slots;
    this.bringOut();
    this.heat();
  }

  /** How densely what is found lies on the land. */
  heat() {
    this.context.labels.heat.set(this.context.atlas.current, this.#found);
    this.context.atlas.scene.refresh();
  }

  /** What stands out: what is found, else what is selected. */
  bringOut() {
    const { atlas, picking } = this.context;
    atlas.keepOut(this.#found ? (this.#found.length ? this.#found : [-1]) : picking.slots());
  }

  /** Slots that are found, if anything is. @returns {Set<number> | null} */
  get found() {
    return this.#found?.length ? new Set(this.#found) : null;
  }

  /** The map of the other kind. */
  async switch() {
    const other = this.context.atlas.space === 'image' ? 'text' : 'image';
    await this.showSpace(other, this.context.finding.open);
  }

  /** @param {SpaceName} space @param {boolean} [keep] what is looked for stays */
  async showSpace(space, keep = false) {
    const { atlas, store, address, finding, labels, arrivals, messages } = this.context;
    atlas.leave();
    this.context.regions.close();
    this.context.item.close();
    this.context.peek.close();
    const { q } = finding.panel;
    if (!keep) finding.close();
    this.context.tree.held = false;
    this.context.bar.space(space);
    this.context.phoneBar.space(space);
    this.context.bar.pressed('tree', false);
    address.set({ space, view: 'map' });
    labels.clear();
    arrivals.shown = false;
    this.highlight(null);
    atlas.space = space;
    messages.hide();
    const held = atlas.planes[space].camera.map ?? null;
    await store.load(space);
    arrivals.shown = true;
    if (atlas.space !== space) return;
    atlas.show(space, held);
    this.context.narrator.survey();
    arrivals.describe(true);
    this.context.landed();
    if (keep && finding.open) void finding.search(q);
    else if (!held) this.context.narrator.stampSpace();
    announce(space === 'image' ? 'Map of pictures' : 'Map of notes');
  }
}
