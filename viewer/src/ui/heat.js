/** The heat of what is found, lying on the land: drawn once, then only moved with the map. */
import { SIDE } from '../geometry/growth.js';
import { STEPS, heatOf } from '../geometry/heat.js';
import { toScreen } from '../geometry/camera.js';
import { el } from './element.js';

const MOST_ALPHA = 96; // of 255: pictures and contours are seen through it

export class HeatLayer {
  /** @type {Box | null} */
  #bounds = null;

  constructor() {
    this.canvas = el('canvas', { class: 'heat', hidden: true, attrs: { 'aria-hidden': 'true' } });
    this.canvas.width = this.canvas.height = SIDE;
  }

  /**
   * @param {import('../site/space.js').Space} space @param {number[] | null} slots null: nothing is looked for
   */
  set(space, slots) {
    const { x, y } = space.columns;
    const bounds = space.land?.bounds ?? space.entry.bounds;
    const steps = slots?.length ? heatOf(x, y, bounds, slots) : null;
    this.#bounds = steps ? bounds : null;
    this.canvas.hidden = !steps;
    const c = this.canvas.getContext('2d');
    if (!steps || !c) return;
    const ink = getComputedStyle(this.canvas)
      .color.match(/[\d.]+/g)
      ?.map(Number) ?? [255, 180, 90];
    const image = c.createImageData(SIDE, SIDE);
    for (let row = 0; row < SIDE; row++) {
      for (let column = 0; column < SIDE; column++) {
        const at = ((SIDE - 1 - row) * SIDE + column) * 4;
        image.data.set(ink.slice(0, 3), at);
        image.data[at + 3] = (steps[row * SIDE + column] / STEPS) * MOST_ALPHA;
      }
    }
    c.putImageData(image, 0, 0);
  }

  /** @param {import('../render/frame.js').Frame} frame */
  update({ camera, size, landAlpha }) {
    if (!this.#bounds) return;
    const [x0, y0, x1, y1] = this.#bounds;
    const [left, top] = toScreen(camera, size, x0, y1);
    const wide = (x1 - x0) * camera.scale;
    const tall = (y1 - y0) * camera.scale;
    this.canvas.style.transform = `translate(${left.toFixed(1)}px, ${top.toFixed(1)}px) scale(${(wide / SIDE).toFixed(4)}, ${(tall / SIDE).toFixed(4)})`;
    this.canvas.style.opacity = String(landAlpha);
  }
}
