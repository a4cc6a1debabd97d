/** What the pointer does on the map: hover, click, double click, and drawing a selection. */
import { listen } from '../map/gestures.js';
import { toMap } from '../geometry/camera.js';
import { aim } from '../map/sight.js';

/**
 * @typedef {{
 *   atlas: import('./atlas.js').Atlas, stage: import('../map/stage.js').Stage,
 *   hover: import('../ui/hovercard.js').HoverCard,
 *   pathHeld: () => boolean, dropPath: () => void,
 *   regionAt: (x: number, y: number) => Region | null,
 *   openItem: (slot: number, touch: boolean) => void, openRegion: (region: Region) => void,
 *   showOnMap: (slot: number) => void,
 *   picking: import('./picking.js').Picking,
 *   moved: () => void, tappedSea: () => void,
 * }} PointerContext
 * `moved`: the user has moved the map by hand
 */

const HOVER_MS = 120;
/** Fingers are wider than dots: what lies so near is meant, before a name is. */
const FINGER_PX = 24;

export class Pointer {
  #hoverTimer = 0;
  #hovered = -1;
  #tapTimer = 0;

  /** @param {PointerContext} context */
  constructor(context) {
    this.context = context;
    const { stage, picking } = context;
    const { scene } = context.atlas;
    stage.node.append(picking.node);
    listen(stage.node, {
      touch: () => {
        scene.halt();
        stage.node.focus({ preventScroll: true });
      },
      // What the pointer was over goes off with the map: its card may not stay behind.
      pan: (dx, dy) => {
        this.#hoverAt(-1, -1);
        context.moved();
        scene.pan(dx, dy);
      },
      zoom: (factor, x, y) => {
        this.#hoverAt(-1, -1);
        context.moved();
        scene.zoom(factor, x, y);
      },
      fling: (vx, vy) => scene.fling(vx, vy),
      draw: (x, y, phase, keys) => picking.draw(x, y, phase, keys),
      drawing: (event) => picking.wants(event),
      hover: (x, y) => this.#hoverAt(x, y),
      leave: () => this.#hoverAt(-1, -1),
      tap: (x, y, touch, keys) => this.#tap(x, y, touch, keys),
      twice: (x, y) => {
        clearTimeout(this.#tapTimer);
        context.moved();
        this.zoomTo(2, x, y);
      },
      hold: (x, y) => this.#hold(x, y),
    });
    stage.node.addEventListener('click', (event) => this.#overName(event), { capture: true });
  }

  /** A finger on a name means the picture or dot that lies below it. @param {MouseEvent} event */
  #overName(event) {
    const finger = event instanceof PointerEvent && event.pointerType === 'touch';
    if (!finger || !(event.target instanceof Element) || !event.target.closest('.region-name')) return; // prettier-ignore
    const { left, top } = this.context.stage.node.getBoundingClientRect();
    const slot = this.context.atlas.scene.pick(event.clientX - left, event.clientY - top, FINGER_PX); // prettier-ignore
    if (slot < 0) return;
    event.stopPropagation();
    this.context.openItem(slot, true);
  }

  /** @param {number} factor @param {number} [x] px @param {number} [y] px */
  zoomTo(factor, x, y) {
    const { scene } = this.context.atlas;
    const { camera, size } = scene;
    const middle = factor > 1 ? aim(scene) : [size.width / 2, size.height / 2];
    const [px, py] = [x ?? middle[0], y ?? middle[1]];
    const [mx, my] = toMap(camera, size, px, py);
    const scale = Math.min(Math.max(camera.scale * factor, scene.scales.min), scene.scales.max);
    const to = {
      x: mx - (px - size.width / 2) / scale,
      y: my + (py - size.height / 2) / scale,
      scale,
    };
    void scene.fly(to, 260);
  }

  /** The item under the pointer, or −1. */
  get hovered() {
    return this.#hovered;
  }

  /** @param {number} x px; −1: nowhere @param {number} y px */
  #hoverAt(x, y) {
    const { atlas, stage, hover } = this.context;
    const { scene } = atlas;
    const slot = x < 0 || scene.flying ? -1 : scene.pick(x, y);
    if (slot === this.#hovered) return;
    this.#hovered = slot;
    stage.node.style.cursor = slot >= 0 ? 'pointer' : '';
    clearTimeout(this.#hoverTimer);
    hover.hide();
    if (slot < 0) {
      if (!this.context.pathHeld()) void atlas.hover(-1);
      return;
    }
    this.#hoverTimer = window.setTimeout(() => {
      if (!this.context.pathHeld()) void atlas.hover(slot);
      void hover.show(atlas.current, slot, [x, y], scene.size);
    }, HOVER_MS);
  }

  /** @param {number} x @param {number} y @param {boolean} touch @param {import('../map/gestures.js').Keys} keys */
  #tap(x, y, touch, keys) {
    const { atlas, picking } = this.context;
    const { scene } = atlas;
    const slot = scene.pick(x, y, touch ? FINGER_PX : 6);
    if (this.context.pathHeld()) this.context.dropPath();
    if (slot >= 0) {
      if (picking.tap(slot, keys)) return;
      // In the tree a click shows where an item lives; on the map, the item.
      if (atlas.view === 'tree') this.context.showOnMap(slot);
      else this.context.openItem(slot, touch);
      return;
    }
    atlas.select(-1);
    this.context.tappedSea();
    const [mx, my] = toMap(scene.camera, scene.size, x, y);
    const region = atlas.view === 'map' ? this.context.regionAt(mx, my) : null;
    clearTimeout(this.#tapTimer);
    // A second tap would zoom in: wait for it.
    if (region) this.#tapTimer = window.setTimeout(() => this.context.openRegion(region), 320);
  }

  /** A finger rests on an item: it is selected. @param {number} x @param {number} y */
  #hold(x, y) {
    const slot = this.context.atlas.scene.pick(x, y, FINGER_PX);
    if (slot >= 0) this.context.picking.toggle(slot);
  }
}
