/** The whole land in a corner, with the view on it. */
import { bandEdges } from '../geometry/levels.js';
import { viewBox } from '../geometry/camera.js';
import { rgb } from '../app/theme.js';
import { el } from './element.js';

const SIDE = 148;

export class Minimap {
  /** @type {Land | null} */
  #land = null;
  /** @type {Box} */
  #box = [0, 0, 1, 1];

  /** @param {(x: number, y: number) => void} onGo map units */
  constructor(onGo) {
    this.canvas = el('canvas', { attrs: { 'aria-hidden': 'true' } });
    this.frame = el('div', { class: 'minimap-view' });
    this.node = el('div', { class: 'minimap panel', attrs: { 'aria-hidden': 'true' } }, this.canvas, this.frame);
    const go = (/** @type {PointerEvent} */ event) => {
      const box = this.node.getBoundingClientRect();
      const [x0, y0, x1, y1] = this.#box;
      onGo(x0 + ((event.clientX - box.left) / box.width) * (x1 - x0), y1 - ((event.clientY - box.top) / box.height) * (y1 - y0));
    };
    this.node.addEventListener('pointerdown', (event) => {
      go(event);
      try {
        this.node.setPointerCapture(event.pointerId);
      } catch {
        // A pointer that is already gone.
      }
    });
    this.node.addEventListener('pointermove', (event) => {
      if (event.buttons & 1) go(event);
    });
  }

  /** @param {Land | null} land @param {import('../app/theme.js').Theme} theme @param {SpaceName} space */
  set(land, theme, space) {
    this.#land = land;
    this.canvas.width = this.canvas.height = SIDE;
    const context = this.canvas.getContext('2d');
    if (!context || !land) return;
    this.#box = land.bounds;
    const image = context.createImageData(SIDE, SIDE);
    const edges = bandEdges(land.levels);
    const tints = theme.bands[space].map(rgb);
    const line = rgb(theme.line[space]);
    const band = (/** @type {number} */ i, /** @type {number} */ j) => {
      const x = Math.min(land.size - 1, Math.floor(((i + 0.5) / SIDE) * land.size));
      const y = Math.min(land.size - 1, Math.floor((1 - (j + 0.5) / SIDE) * land.size));
      const height = land.heights[y * land.size + x];
      let n = -1;
      while (n + 1 < edges.length && height >= edges[n + 1]) n++;
      return n;
    };
    for (let j = 0; j < SIDE; j++) {
      for (let i = 0; i < SIDE; i++) {
        const n = band(i, j);
        const edge = n !== band(Math.min(i + 1, SIDE - 1), j) || n !== band(i, Math.min(j + 1, SIDE - 1));
        const k = (j * SIDE + i) * 4;
        if (n < 0 && !edge) continue;
        const tint = n < 0 ? tints[0] : tints[n];
        for (let c = 0; c < 3; c++) image.data[k + c] = edge ? tint[c] * 0.45 + line[c] * 0.55 : tint[c];
        image.data[k + 3] = 255;
      }
    }
    context.putImageData(image, 0, 0);
  }

  /** @param {import('../render/frame.js').Frame} frame */
  update(frame) {
    const shown = this.#land !== null && frame.landAlpha > 0.5;
    this.node.classList.toggle('absent', !shown);
    if (!shown || this.node.hidden) return;
    const [x0, y0, x1, y1] = this.#box;
    const [a, b, c, d] = viewBox(frame.camera, frame.size);
    const cut = (/** @type {number} */ value) => Math.min(Math.max(value, 0), 100);
    const left = cut(((a - x0) / (x1 - x0)) * 100);
    const right = cut(((c - x0) / (x1 - x0)) * 100);
    const top = cut(((y1 - d) / (y1 - y0)) * 100);
    const bottom = cut(((y1 - b) / (y1 - y0)) * 100);
    this.frame.style.left = `${left}%`;
    this.frame.style.top = `${top}%`;
    this.frame.style.width = `${right - left}%`;
    this.frame.style.height = `${bottom - top}%`;
  }
}
