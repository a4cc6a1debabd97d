/** Dots in Canvas2D: set into the pixels of one picture, ten times faster than as many paths or small pictures. */
import { COVER_FLOATS, STATE } from '../frame.js';

/** @typedef {import('../frame.js').Frame} Frame */
/** @typedef {import('../frame.js').Gathered} Gathered */
/** @typedef {{side: number, cover: Uint8Array, heart: Uint8Array}} Mask 0 … 255 per pixel; `heart`: share of white */

const PHASES = 4; // parts of a pixel at which a dot may stand, along each side
const SHAPES = STATE.outlier | STATE.provisional | STATE.ghost | STATE.fresh | STATE.out;
const LARGER = 1.35;
const GLOW = 2.7; // radii
const SQUARE = 4; // px: how finely it is known where pictures hide dots

export class DotRaster {
  #canvas = document.createElement('canvas');
  #context = this.#canvas.getContext('2d');
  /** @type {ImageData | null} */
  #image = null;
  #pixels = new Uint32Array(0);
  /** @type {Map<number, Mask>} */
  #masks = new Map();
  #key = '';
  /** Rows that hold something: from, to. */
  #top = 0;
  #bottom = 0;

  /** @param {CanvasRenderingContext2D} c in css px @param {Frame} frame @param {Gathered} dots @param {{data: Float32Array, count: number}} covers see COVER_FLOATS */
  draw(c, frame, dots, covers) {
    const { camera, size, dpr, morph, relax } = frame;
    this.#clear(
      Math.max(1, Math.round(size.width * dpr)),
      Math.max(1, Math.round(size.height * dpr)),
    );
    this.#shape(frame);
    const { places, looks, count } = dots;
    const hidden = this.#hidden(frame, covers);
    const scale = camera.scale * dpr;
    const [mx, my] = [this.#canvas.width / 2, this.#canvas.height / 2];
    for (let i = 0; i < count; i++) {
      const k = i * 6;
      const x = places[k] + (places[k + 2] - places[k]) * relax;
      const y = places[k + 1] + (places[k + 3] - places[k + 1]) * relax;
      const px = (places[k + 4] + (x - places[k + 4]) * morph - camera.x) * scale + mx;
      const py = (camera.y - places[k + 5] - (y - places[k + 5]) * morph) * scale + my;
      if (!(px > -20 && py > -20 && px < 2 * mx + 20 && py < 2 * my + 20)) continue;
      const state = looks[i * 8 + 4];
      if (hidden.at(px / dpr, py / dpr)) continue;
      const opacity =
        frame.theme.dotAlpha *
        (state & STATE.filtered ? 0.07 : 1) *
        (state & STATE.out ? 1 : frame.dim);
      this.#set(px, py, looks[i * 8], looks[i * 8 + 1], looks[i * 8 + 2], state, opacity);
    }
    const tall = this.#bottom - this.#top;
    if (!this.#context || !this.#image || tall <= 0) return;
    this.#context.putImageData(this.#image, 0, 0, 0, this.#top, this.#canvas.width, tall);
    c.globalAlpha = 1;
    c.drawImage(this.#canvas, 0, 0, size.width, size.height);
  }

  #squares = new Uint8Array(0);

  /** Where pictures hide dots, in squares of some pixels. @param {Frame} frame @param {{data: Float32Array, count: number}} covers */
  #hidden({ size }, { data, count }) {
    const columns = Math.ceil(size.width / SQUARE) + 1;
    const rows = Math.ceil(size.height / SQUARE) + 1;
    if (this.#squares.length < columns * rows) this.#squares = new Uint8Array(columns * rows);
    const squares = this.#squares.fill(0);
    for (let n = 0; n < count; n++) {
      const [x, y, w, h] = data.subarray(n * COVER_FLOATS, (n + 1) * COVER_FLOATS);
      const left = Math.max(0, Math.ceil((x - w) / SQUARE));
      const right = Math.min(columns - 1, Math.floor((x + w) / SQUARE) - 1);
      const low = Math.min(rows - 1, Math.floor((y + h) / SQUARE) - 1);
      for (let j = Math.max(0, Math.ceil((y - h) / SQUARE)); j <= low; j++)
        if (right >= left) squares.fill(1, j * columns + left, j * columns + right + 1);
    }
    return {
      at: (/** @type {number} */ px, /** @type {number} */ py) =>
        px >= 0 &&
        py >= 0 &&
        px < size.width &&
        py < size.height &&
        squares[Math.floor(py / SQUARE) * columns + Math.floor(px / SQUARE)] === 1,
    };
  }

  /** @param {number} width device px @param {number} height */
  #clear(width, height) {
    const tall = this.#bottom - this.#top;
    if (!this.#image || this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width;
      this.#canvas.height = height;
      this.#image = new ImageData(width, height);
      this.#pixels = new Uint32Array(this.#image.data.buffer);
    } else if (tall > 0) {
      this.#pixels.fill(0, this.#top * width, this.#bottom * width);
      this.#context?.clearRect(0, this.#top, width, tall);
    }
    this.#top = height;
    this.#bottom = 0;
  }

  /** Masks are made anew when the size changes by what can be seen. @param {Frame} frame */
  #shape({ dotRadius, dpr, glow }) {
    const key = `${Math.round(dotRadius * dpr * 8)} ${Math.round(glow * 20)}`;
    if (key === this.#key) return;
    this.#key = key;
    this.#masks.clear();
    this.radius = dotRadius * dpr;
    this.glow = glow;
  }
  radius = 1;
  glow = 0;

  /** @param {number} x device px @param {number} y @param {number} r 0 … 255 @param {number} g @param {number} b @param {number} state @param {number} opacity 0 … 1 */
  #set(x, y, r, g, b, state, opacity) {
    const { width, height } = this.#canvas;
    const fx = Math.floor((x - Math.floor(x)) * PHASES);
    const fy = Math.floor((y - Math.floor(y)) * PHASES);
    const { side, cover, heart } = this.#mask(state & SHAPES, fx, fy);
    const left = Math.floor(x) - (side >> 1);
    const top = Math.floor(y) - (side >> 1);
    const pixels = this.#pixels;
    const rows = Math.min(side, height - top);
    const columns = Math.min(side, width - left);
    for (let j = Math.max(0, -top); j < rows; j++) {
      for (let i = Math.max(0, -left); i < columns; i++) {
        const a = cover[j * side + i] * opacity;
        if (a < 1) continue;
        const white = heart[j * side + i];
        const at = (top + j) * width + left + i;
        pixels[at] = over(
          pixels[at],
          a,
          r + ((255 - r) * white) / 255,
          g + ((255 - g) * white) / 255,
          b + ((255 - b) * white) / 255,
        );
      }
    }
    this.#top = Math.max(0, Math.min(this.#top, top));
    this.#bottom = Math.max(this.#bottom, top + rows);
  }

  /** @param {number} state @param {number} fx phase @param {number} fy phase */
  #mask(state, fx, fy) {
    const key = (state * PHASES + fx) * PHASES + fy;
    let mask = this.#masks.get(key);
    if (!mask)
      this.#masks.set(
        key,
        (mask = maskOf(state, (fx + 0.5) / PHASES, (fy + 0.5) / PHASES, this.radius, this.glow)),
      );
    return mask;
  }
}

/**
 * As the shader of the dots draws them.
 * @param {number} state @param {number} dx of the middle from its pixel's corner @param {number} dy @param {number} size radius, px @param {number} glow
 * @returns {Mask}
 */
export function maskOf(state, dx, dy, size, glow) {
  const outlier = (state & STATE.outlier) !== 0;
  const fresh = (state & STATE.fresh) !== 0;
  const hollow = (state & (STATE.outlier | STATE.provisional | STATE.ghost)) !== 0;
  const radius = size * (outlier ? 0.8 : 1) * (state & (STATE.out | STATE.fresh) ? LARGER : 1);
  const half = Math.ceil(fresh ? radius * GLOW : outlier ? radius * 1.2 + 1 : radius + 1) + 1;
  const side = 2 * half + 1;
  const cover = new Uint8Array(side * side);
  const heart = new Uint8Array(side * side);
  for (let j = 0; j < side; j++) {
    for (let i = 0; i < side; i++) {
      const x = i - half + 0.5 - dx;
      const y = j - half + 0.5 - dy;
      const d = Math.hypot(x, y);
      const r = outlier ? (Math.abs(x) + Math.abs(y)) * 0.84 : d;
      let a = clip(hollow ? 1.12 - Math.abs(r - Math.max(radius - 0.5, 0.6)) : radius + 0.5 - r);
      if (state & STATE.ghost) a *= 0.45;
      const white = fresh ? clip(radius * 0.5 + 0.5 - d) : 0;
      if (fresh) a = Math.max(a, glow * clip(1 - d / (radius * GLOW)), white);
      cover[j * side + i] = 255 * a;
      heart[j * side + i] = 255 * white;
    }
  }
  return { side, cover, heart };
}

/** @param {number} value */
function clip(value) {
  return Math.min(Math.max(value, 0), 1);
}

/**
 * A colour over a pixel that is not premultiplied.
 * @param {number} below 0xaabbggrr @param {number} a 0 … 255 @param {number} r @param {number} g @param {number} b
 */
function over(below, a, r, g, b) {
  const left = ((below >>> 24) * (255 - a)) / 255;
  if (left < 1) return ((a << 24) | (b << 16) | (g << 8) | r) >>> 0;
  const sum = a + left;
  const mix = (/** @type {number} */ top, /** @type {number} */ under) =>
    Math.round((top * a + under * left) / sum);
  return (
    ((Math.round(sum) << 24) |
      (mix(b, (below >> 16) & 255) << 16) |
      (mix(g, (below >> 8) & 255) << 8) |
      mix(r, below & 255)) >>>
    0
  );
}
