/** What the pointer does on the map: hover, click, double click, box zoom. */
import { listen } from '../map/gestures.js';
import { toMap } from '../geometry/camera.js';
import { el } from '../ui/element.js';

/** @typedef {import('./app.js').App} App */

const HOVER_MS = 120;

export class Pointer {
  #hoverTimer = 0;
  #hovered = -1;
  #tapTimer = 0;

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    const { scene, stage } = app;
    this.boxZoom = el('div', { class: 'box-zoom', hidden: true });
    stage.node.append(this.boxZoom);
    listen(stage.node, {
      touch: () => {
        scene.halt();
        stage.node.focus({ preventScroll: true });
      },
      // What the pointer was over goes off with the map: its card may not stay behind.
      pan: (dx, dy) => {
        this.#hoverAt(-1, -1);
        scene.pan(dx, dy);
      },
      zoom: (factor, x, y) => {
        this.#hoverAt(-1, -1);
        scene.zoom(factor, x, y);
      },
      fling: (vx, vy) => scene.fling(vx, vy),
      box: (x0, y0, x1, y1, done) => this.#box(x0, y0, x1, y1, done),
      hover: (x, y) => this.#hoverAt(x, y),
      leave: () => this.#hoverAt(-1, -1),
      tap: (x, y, touch) => this.#tap(x, y, touch),
      twice: (x, y) => {
        clearTimeout(this.#tapTimer);
        this.zoomTo(2, x, y);
      },
    });
  }

  /** @param {number} factor @param {number} [x] px @param {number} [y] px */
  zoomTo(factor, x = this.app.scene.size.width / 2, y = this.app.scene.size.height / 2) {
    const { camera, size } = this.app.scene;
    const [mx, my] = toMap(camera, size, x, y);
    const scale = Math.min(
      Math.max(camera.scale * factor, this.app.scene.scales.min),
      this.app.scene.scales.max,
    );
    const to = {
      x: mx - (x - size.width / 2) / scale,
      y: my + (y - size.height / 2) / scale,
      scale,
    };
    void this.app.scene.fly(to, 260);
  }

  /** @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1 @param {boolean} done */
  #box(x0, y0, x1, y1, done) {
    const [left, top] = [Math.min(x0, x1), Math.min(y0, y1)];
    const [width, height] = [Math.abs(x1 - x0), Math.abs(y1 - y0)];
    this.boxZoom.hidden = done;
    this.boxZoom.style.left = `${left}px`;
    this.boxZoom.style.top = `${top}px`;
    this.boxZoom.style.width = `${width}px`;
    this.boxZoom.style.height = `${height}px`;
    if (!done || width < 8 || height < 8) return;
    const { camera, size } = this.app.scene;
    const [x, y] = toMap(camera, size, left + width / 2, top + height / 2);
    void this.app.scene.fly(
      { x, y, scale: camera.scale * Math.min(size.width / width, size.height / height) },
      700,
    );
  }

  /** @param {number} x px; −1: nowhere @param {number} y px */
  #hoverAt(x, y) {
    const slot = x < 0 || this.app.scene.flying ? -1 : this.app.scene.pick(x, y);
    if (slot === this.#hovered) return;
    this.#hovered = slot;
    this.app.stage.node.style.cursor = slot >= 0 ? 'pointer' : '';
    clearTimeout(this.#hoverTimer);
    this.app.hover.hide();
    if (slot < 0) {
      if (!this.app.heldPath) void this.app.atlas.hover(-1);
      return;
    }
    this.#hoverTimer = window.setTimeout(() => {
      if (!this.app.heldPath) void this.app.atlas.hover(slot);
      void this.app.hover.show(this.app.atlas.current, slot, [x, y], this.app.scene.size);
    }, HOVER_MS);
  }

  /** @param {number} x @param {number} y @param {boolean} touch */
  #tap(x, y, touch) {
    const slot = this.app.scene.pick(x, y, touch ? 16 : 6);
    if (this.app.heldPath) this.app.dropPath();
    if (slot >= 0) {
      // In the tree a click shows where an item lives; on the map, the item.
      if (this.app.atlas.view === 'tree') void this.app.views.fly(slot);
      else this.app.openItem(slot);
      return;
    }
    this.app.atlas.select(-1);
    const [mx, my] = toMap(this.app.scene.camera, this.app.scene.size, x, y);
    const region =
      this.app.atlas.view === 'map' && this.app.narrator.level() >= 0
        ? this.app.narrator.regionAt(mx, my)
        : null;
    clearTimeout(this.#tapTimer);
    // A second tap would zoom in: wait for it.
    if (region) this.#tapTimer = window.setTimeout(() => void this.app.openRegion(region), 320);
  }
}
