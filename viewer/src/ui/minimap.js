/** The whole land in a corner, with the view on it. */
import { viewBox } from '../geometry/camera.js';
import { pictureOf } from '../render/picture.js';
import { el } from './element.js';

const SIDE = 148; // px, of the longer side
const SHARP = 2; // device pixels per px
const PICTURE_PX = 256;

export class Minimap {
  /** @type {Land | null} */
  #land = null;
  /** @type {Box} */
  #box = [0, 0, 1, 1];

  /** @param {(x: number, y: number) => void} onGo map units */
  constructor(onGo) {
    this.canvas = el('canvas', { attrs: { 'aria-hidden': 'true' } });
    this.frame = el('div', { class: 'minimap-view' });
    this.node = el(
      'div',
      { class: 'minimap panel', attrs: { 'aria-hidden': 'true' } },
      this.canvas,
      this.frame,
    );
    const go = (/** @type {PointerEvent} */ event) => {
      const box = this.node.getBoundingClientRect();
      const [x0, y0, x1, y1] = this.#box;
      onGo(
        x0 + ((event.clientX - box.left) / box.width) * (x1 - x0),
        y1 - ((event.clientY - box.top) / box.height) * (y1 - y0),
      );
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
    const picture = land && pictureOf(land, theme, space, PICTURE_PX);
    const context = this.canvas.getContext('2d');
    if (!land || !picture || !context) return;
    const [x0, y0, x1, y1] = (this.#box = around(land));
    const aspect = (y1 - y0) / (x1 - x0);
    const [width, height] = aspect > 1 ? [SIDE / aspect, SIDE] : [SIDE, SIDE * aspect];
    this.node.style.width = `${Math.round(width)}px`;
    this.node.style.height = `${Math.round(height)}px`;
    this.canvas.width = width * SHARP;
    this.canvas.height = height * SHARP;
    const scale = this.canvas.width / (x1 - x0);
    context.setTransform(scale, 0, 0, -scale, -x0 * scale, y1 * scale);
    const [left, low, right, high] = land.bounds;
    context.drawImage(picture, left, low, right - left, high - low);
    context.strokeStyle = theme.line[space];
    context.lineWidth = SHARP / scale;
    context.globalAlpha = theme.strongAlpha;
    context.stroke(coastOf(land));
  }

  /** Whether all of the land is in view: there is nothing to tell then. @param {import('../render/frame.js').Frame} frame */
  #whole({ camera, size }) {
    const [x0, y0, x1, y1] = this.#box;
    const [a, b, c, d] = viewBox(camera, size);
    const slack = 0.04 * Math.max(x1 - x0, y1 - y0);
    return a <= x0 + slack && b <= y0 + slack && c >= x1 - slack && d >= y1 - slack;
  }

  /** @param {import('../render/frame.js').Frame} frame */
  update(frame) {
    const shown = this.#land !== null && frame.landAlpha > 0.5 && !this.#whole(frame);
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

/** The coast, and some sea around it. @param {Land} land @returns {Box} */
function around({ points, levels, bounds }) {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let p = levels[0].start; p < levels[0].end; p++) {
    x0 = Math.min(x0, points[p * 3]);
    x1 = Math.max(x1, points[p * 3]);
    y0 = Math.min(y0, points[p * 3 + 1]);
    y1 = Math.max(y1, points[p * 3 + 1]);
  }
  if (x0 >= x1 || y0 >= y1) return bounds;
  const margin = 0.07 * Math.max(x1 - x0, y1 - y0);
  return [x0 - margin, y0 - margin, x1 + margin, y1 + margin];
}

/** @param {Land} land */
function coastOf({ points, levels }) {
  const path = new Path2D();
  let open = false;
  for (let p = levels[0].start; p < levels[0].end; p++) {
    if (open) path.lineTo(points[p * 3], points[p * 3 + 1]);
    else path.moveTo(points[p * 3], points[p * 3 + 1]);
    open = points[p * 3 + 2] !== 0;
  }
  return path;
}
