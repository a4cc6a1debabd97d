/** Regions: opened, and walked one after the other. */
import { RegionView } from '../ui/region.js';
import { announce } from '../ui/element.js';

/**
 * @typedef {{
 *   atlas: import('./atlas.js').Atlas, store: import('./store/store.js').Store,
 *   narrator: import('./narrator.js').Narrator, hover: import('../ui/hovercard.js').HoverCard,
 *   items: import('../ui/gallery.js').GalleryContext,
 *   select: (slots: number[]) => void, keeping: () => import('./keeping.js').Keeping, route: (region: number | null) => void, openItem: (slot: number) => void, focusMap: () => void,
 *   drawThumb: (canvas: HTMLCanvasElement, slot: number, px: number) => Promise<boolean>,
 * }} RegionsContext
 */

export class Regions {
  /** @type {Region | null} the last one that was stepped to */
  #stepped = null;
  #turn = 0;

  /** @param {RegionsContext} context */
  constructor(context) {
    this.context = context;
    const { atlas, store } = context;
    this.view = new RegionView({
      remote: store.data,
      openItem: context.openItem,
      select: (region) => context.select(this.slotsOf(region)),
      collect: () => context.keeping().collections.show(),
      export: () => context.keeping().exports.show('region'),
      items: context.items,
      rename: (region, name) => context.keeping().rename(region, name),
      live: () => store.link === 'live',
      closed: () => this.#closed(),
      drawThumb: context.drawThumb,
      still: () => atlas.scene.still,
    });
  }

  /** @param {Region} region @returns {number[]} */
  slotsOf(region) {
    const { columns } = this.context.atlas.current;
    const slots = [];
    for (let slot = 0; slot < columns.slots; slot++)
      if (columns.present(slot) && columns.within(slot, region.id)) slots.push(slot);
    return slots;
  }

  /** @param {Region} region */
  async open(region) {
    const turn = ++this.#turn;
    const { atlas, store, narrator, hover } = this.context;
    hover.hide();
    narrator.title.hide();
    this.context.route(region.id);
    await store.load(atlas.space); // names come before the items they name
    await atlas.flyToRegion(region);
    if (turn !== this.#turn) return;
    document.body.classList.add('in-region');
    atlas.scene.showItems(false);
    narrator.stampRegion(region);
    await this.view.show(atlas.current, region);
  }

  close() {
    this.#turn++;
    this.view.close();
  }

  #closed() {
    document.body.classList.remove('in-region');
    this.context.atlas.scene.showItems(true);
    this.context.route(null);
    this.context.focusMap();
  }

  /** Previous or next region of those whose names show. @param {number} by */
  step(by) {
    const { atlas, narrator } = this.context;
    const level = Math.max(0, narrator.level());
    const regions = atlas.current.regions.filter((region) => region.level === level).sort((a, b) => a.id - b.id); // prettier-ignore
    if (!regions.length) return;
    const { camera } = atlas.scene;
    const far = (/** @type {Region} */ one) => Math.hypot(one.x - camera.x, one.y - camera.y);
    const nearest = regions.reduce((best, one) => (far(one) < far(best) ? one : best));
    const at = this.#stepped && regions.includes(this.#stepped) ? this.#stepped : nearest;
    const next = regions[(regions.indexOf(at) + by + regions.length) % regions.length];
    this.#stepped = next;
    void atlas.flyToRegion(next).then(() => announce(next.name));
    if (this.view.open) void this.open(next);
  }
}
