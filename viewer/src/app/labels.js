/** Names, cards and counts over the map, and what of the new has been seen. */
import { Arrangement } from '../map/arrangement.js';
import { CardLayer } from '../ui/cards.js';
import { FigureLayer } from '../ui/rings.js';
import { HeatLayer } from '../ui/heat.js';
import { HoverCard } from '../ui/hovercard.js';
import { LostLayer } from '../ui/lost.js';
import { NameLayer, lettersLoaded } from '../ui/names.js';
import { recall } from './settings.js';

/**
 * @typedef {{
 *   atlas: import('./atlas.js').Atlas, visits: Record<SpaceName, import('./visits.js').Visits>,
 *   openRegion: (region: Region) => void, inSight: () => number[],
 *   drawThumb: (canvas: HTMLCanvasElement, slot: number, px: number) => Promise<boolean>,
 * }} LabelsContext
 */

const SEEN_AFTER_MS = 1800;
const SEEN_FROM_PX = 28;

export class Labels {
  #seeTimer = 0;

  /** @param {LabelsContext} context */
  constructor(context) {
    this.context = context;
    this.names = new NameLayer(context.openRegion, context.drawThumb);
    this.lost = new LostLayer({
      scene: context.atlas.scene,
      regions: () => context.atlas.current.regions,
      go: (region) => void context.atlas.flyToRegion(region),
      drawThumb: context.drawThumb,
    });
    this.cards = new CardLayer();
    this.figures = new FigureLayer();
    this.hover = new HoverCard();
    this.heat = new HeatLayer();
    context.atlas.scene.thumbs.leaveFree(this.names.boxes);
    this.arrangement = new Arrangement(context.atlas.store.data, (plane) => this.#arranged(plane));
    context.atlas.scene.waitFor(() => this.arrangement.busy);
  }

  /** What lies over the map, the lowest first. */
  get nodes() {
    return [this.heat.canvas, this.cards.node, this.figures.node, this.names.node, this.lost.node];
  }

  /** The letters are there by which names are measured: places of names and pictures depend on it. */
  lettered() {
    return lettersLoaded();
  }

  /** Regions, counts or the size of the view changed. */
  relabel() {
    const { atlas, visits } = this.context;
    const fresh = visits[atlas.space].perRegion(atlas.current.columns);
    this.names.terms = atlas.space === 'text';
    this.names.set(
      atlas.current.regions,
      atlas.scene.fit().scale,
      (region) => fresh.get(region.id) ?? 0,
      atlas.scene.size.width,
    );
    this.#arrange();
    atlas.scene.refresh();
  }

  /** See to it that pictures have their sizes and places. */
  #arrange() {
    const { scene } = this.context.atlas;
    const { plane, size } = scene;
    if (!plane || plane.kind !== 'map') return;
    const names = { key: this.names.key, list: this.names.obstacles() };
    this.arrangement.tend(plane, size, scene.fit().scale, names);
  }

  /** Pictures have other sizes, and names wait for them. @param {import('../map/plane.js').Plane} plane */
  #arranged(plane) {
    const { scene } = this.context.atlas;
    if (plane !== scene.plane) return;
    if (plane.ranges) this.names.defer(plane.ranges.nameFrom);
    scene.stale();
  }

  /** Another land shows. Heights on its contours are for those who want them. */
  land() {
    const wanted = recall('heights', 'off') === 'on';
    this.figures.heights(wanted ? this.context.atlas.current.land : null);
  }

  /** Years on the rings of the phylogeny. */
  years() {
    const { tree, plane } = this.context.atlas.phylogeny;
    if (tree && plane)
      this.figures.years(
        tree.rings,
        (plane.frame[0] + plane.frame[2]) / 2,
        (plane.frame[1] + plane.frame[3]) / 2,
      );
  }

  clear() {
    this.names.clear();
    this.cards.clear();
    this.hover.hide();
  }

  /** @param {import('../render/frame.js').Frame} frame */
  update(frame) {
    const { atlas } = this.context;
    const { scene } = atlas;
    if (this.names.update(frame, frame.landAlpha)) scene.refresh();
    this.cards.update(scene, frame);
    this.heat.update(frame);
    this.lost.moved();
    this.figures.update(frame, atlas.view, (x, y) => scene.thumbs.taken(x, y));
    this.#see();
  }

  /** New items that one has had in good sight for a while are no longer new. */
  #see() {
    const { atlas, visits, inSight } = this.context;
    if (!visits[atlas.space].unseen.size || this.#seeTimer) return;
    this.#seeTimer = window.setTimeout(() => {
      this.#seeTimer = 0;
      if (document.hidden || atlas.scene.cellPx < SEEN_FROM_PX) return;
      const { columns } = atlas.current;
      if (visits[atlas.space].see(inSight().map((slot) => columns.id[slot]))) {
        atlas.scene.stale();
        this.relabel();
      }
    }, SEEN_AFTER_MS);
  }
}
