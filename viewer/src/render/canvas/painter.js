/** The painter for machines without WebGL: the same picture from Canvas2D, with fewer dots. */
import { rgb } from '../../app/theme.js';
import { LINE_FLOATS, MARK_FLOATS, THUMB_FLOATS } from '../frame.js';
import { CanvasLand } from './land.js';
import { DotRaster } from './dots.js';

/** @typedef {import('../frame.js').Frame} Frame */
/** @typedef {import('../frame.js').Gathered} Gathered */

export class CanvasPainter {
  kind = /** @type {const} */ ('canvas2d');
  drawCalls = 0;
  dotLimit = 8_000;
  lost = false;
  /** @type {[CanvasLand, CanvasLand]} */
  #lands = [new CanvasLand(), new CanvasLand()];
  /** @type {Gathered | null} */
  #dots = null;
  #raster = new DotRaster();
  /** @type {{data: Float32Array, count: number}} */
  #covers = { data: new Float32Array(0), count: 0 };
  /** @type {Map<number, {data: Float32Array, count: number}>} */
  #thumbs = new Map();
  /** @type {Map<string, ImageBitmap>} */
  #bitmaps = new Map();
  /** @type {Record<"fixed" | "moving", {data: Float32Array, count: number}>} */
  #lines = {
    fixed: { data: new Float32Array(0), count: 0 },
    moving: { data: new Float32Array(0), count: 0 },
  };
  /** @type {{data: Float32Array, count: number}} */
  #marks = { data: new Float32Array(0), count: 0 };

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    const context = canvas.getContext('2d', { alpha: false });
    if (!context) throw new Error('no Canvas2D');
    this.canvas = canvas;
    this.context = context;
  }

  /** @param {Land | null} land @param {boolean} [crossfade] */
  setLand(land, crossfade = false) {
    this.#lands.reverse();
    this.#lands[0].set(land);
    if (!crossfade) this.#lands[1].set(null);
  }

  /** @param {number} _most */
  beginDots(_most) {}

  /** @param {Gathered} _gathered @param {number} _from @param {number} _to */
  putDots(_gathered, _from, _to) {}

  /** @param {Gathered} gathered */
  showDots(gathered) {
    this.#dots = gathered;
  }

  /** @param {Gathered} gathered */
  setLooks(gathered) {
    this.#dots = gathered;
  }

  /** @param {number} px @param {Float32Array} data @param {number} count */
  setThumbs(px, data, count) {
    this.#thumbs.set(px, { data, count });
  }

  /** @param {Float32Array} data @param {number} count of pictures under which no dots are drawn */
  setCovers(data, count) {
    this.#covers = { data, count };
  }

  /** @param {'fixed' | 'moving'} which @param {Float32Array} data @param {number} count */
  setLines(which, data, count) {
    this.#lines[which] = { data: data.slice(0, count * LINE_FLOATS), count };
  }

  /** @param {Float32Array} data @param {number} count */
  setMarks(data, count) {
    this.#marks = { data, count };
  }

  /** @param {number} px @param {number} cell @param {ImageBitmap} bitmap */
  upload(px, cell, bitmap) {
    const key = `${px}/${cell}`;
    this.#bitmaps.get(key)?.close();
    this.#bitmaps.set(key, bitmap);
  }

  get textureBytes() {
    let sum = 0;
    for (const bitmap of this.#bitmaps.values()) sum += bitmap.width * bitmap.height * 4;
    return sum;
  }

  /** @param {Frame} frame */
  draw(frame) {
    const { context: c, canvas } = this;
    const { size, dpr } = frame;
    const width = Math.max(1, Math.round(size.width * dpr));
    const height = Math.max(1, Math.round(size.height * dpr));
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    c.setTransform(dpr, 0, 0, dpr, 0, 0);
    c.globalAlpha = 1;
    c.fillStyle = frame.theme.ground;
    c.fillRect(0, 0, size.width, size.height);
    this.#lands[1].draw(c, frame, frame.landAlpha * (1 - frame.pageAlpha));
    this.#lands[0].draw(c, frame, frame.landAlpha * frame.pageAlpha);
    c.setTransform(dpr, 0, 0, dpr, 0, 0);
    this.#drawLines(frame, 'fixed', frame.edgeAlpha);
    if (this.#dots) this.#raster.draw(c, frame, this.#dots, this.#covers);
    this.#drawLines(frame, 'moving', 1);
    this.#drawThumbs(frame);
    this.#drawMarks(frame);
    c.globalAlpha = 1;
    this.drawCalls = 1;
  }

  /** @param {Frame} frame @param {'fixed' | 'moving'} which @param {number} alpha */
  #drawLines(frame, which, alpha) {
    const { context: c } = this;
    const { data, count } = this.#lines[which];
    if (alpha <= 0.004) return;
    const at = screenOf(frame);
    for (let i = 0; i < count; i++) {
      const k = i * LINE_FLOATS;
      const [x0, y0] = at(data[k], data[k + 1]);
      const [x1, y1] = at(data[k + 2], data[k + 3]);
      const { width, height } = frame.size;
      if (
        Math.max(x0, x1) < 0 ||
        Math.min(x0, x1) > width ||
        Math.max(y0, y1) < 0 ||
        Math.min(y0, y1) > height
      )
        continue;
      c.strokeStyle = css(data, k + 4);
      c.globalAlpha = data[k + 7] * alpha;
      c.lineWidth = Math.max(data[k + 8], 0.5);
      c.setLineDash(data[k + 9] > 0 ? [data[k + 9], data[k + 9]] : []);
      c.beginPath();
      c.moveTo(x0, y0);
      c.lineTo(x1, y1);
      c.stroke();
    }
    c.setLineDash([]);
  }

  /** @param {Frame} frame */
  #drawThumbs(frame) {
    const { context: c } = this;
    const at = placeOf(frame);
    for (const [px, { data, count }] of this.#thumbs) {
      for (let i = 0; i < count; i++) {
        const k = i * THUMB_FLOATS;
        const shown = data[k + 7];
        const strong = data[k + 15];
        const alpha =
          shown * data[k + 11] * (strong > 0.5 ? 1 : frame.dim) * (strong < -0.5 ? 0.07 : 1);
        const bitmap = this.#bitmaps.get(`${px}/${data[k + 8]}`);
        if (!bitmap || alpha < 0.01) continue;
        const [dotX, dotY] = at(data, k, k + 4);
        const [x, y] = [dotX + data[k + 17], dotY + data[k + 18]];
        const ratio = data[k + 6];
        const side = data[k + 16] * (0.55 + 0.45 * shown) * (strong > 0.5 ? 1.08 : 1);
        const w = ratio >= 1 ? side : side * ratio;
        const h = ratio >= 1 ? side / ratio : side;
        if (x + w < 0 || y + h < 0 || x - w > frame.size.width || y - h > frame.size.height)
          continue;
        const square = bitmap.width === px && bitmap.height === px;
        const sw = square ? (ratio >= 1 ? px : px * ratio) : bitmap.width;
        const sh = square ? (ratio >= 1 ? px / ratio : px) : bitmap.height;
        if (data[k + 19] > 0) this.#plate(frame, x - w / 2, y - h / 2, w, h, alpha);
        c.globalAlpha = alpha;
        c.drawImage(
          bitmap,
          (bitmap.width - sw) / 2,
          (bitmap.height - sh) / 2,
          sw,
          sh,
          x - w / 2,
          y - h / 2,
          w,
          h,
        );
        if (strong <= 0.5) continue;
        c.strokeStyle = `rgb(${data[k + 12]},${data[k + 13]},${data[k + 14]})`;
        c.lineWidth = 2;
        c.strokeRect(x - w / 2, y - h / 2, w, h);
      }
    }
  }

  /** @param {Frame} frame @param {number} x @param {number} y @param {number} w @param {number} h @param {number} alpha */
  #plate({ theme }, x, y, w, h, alpha) {
    const { context: c } = this;
    const [colour, strength] = theme.plate;
    const [r, g, b] = rgb(colour);
    c.globalAlpha = alpha * strength;
    c.fillStyle = `rgb(${r},${g},${b})`;
    c.beginPath();
    c.roundRect(x, y, w, h, Math.min(10, Math.min(w, h) * 0.16));
    c.fill();
  }

  /** @param {Frame} frame */
  #drawMarks(frame) {
    const { context: c } = this;
    const { data, count } = this.#marks;
    const at = screenOf(frame);
    for (let i = 0; i < count; i++) {
      const k = i * MARK_FLOATS;
      const [x, y] = at(data[k], data[k + 1]);
      c.globalAlpha = data[k + 7];
      c.beginPath();
      c.arc(x, y, Math.max(data[k + 2], 0.1), 0, 6.2832);
      if (data[k + 3] > 0) {
        c.strokeStyle = css(data, k + 4);
        c.lineWidth = data[k + 3];
        c.stroke();
      } else {
        c.fillStyle = css(data, k + 4);
        c.fill();
      }
    }
  }

  dispose() {
    for (const bitmap of this.#bitmaps.values()) bitmap.close();
    this.#bitmaps.clear();
  }
}

/** @param {ArrayLike<number>} data @param {number} k r, g, b in 0 … 1 */
function css(data, k) {
  return `rgb(${data[k] * 255},${data[k + 1] * 255},${data[k + 2] * 255})`;
}

/** @param {Frame} frame @returns {(x: number, y: number) => [number, number]} */
function screenOf({ camera, size }) {
  const w = size.width / 2;
  const h = size.height / 2;
  return (x, y) => [(x - camera.x) * camera.scale + w, (camera.y - y) * camera.scale + h];
}

/** @param {Frame} frame @returns {(data: Float32Array, k: number, before: number) => [number, number]} */
function placeOf(frame) {
  const at = screenOf(frame);
  const { morph, relax } = frame;
  return (data, k, before) => {
    const x = data[k] + (data[k + 2] - data[k]) * relax;
    const y = data[k + 1] + (data[k + 3] - data[k + 1]) * relax;
    return at(
      data[before] + (x - data[before]) * morph,
      data[before + 1] + (y - data[before + 1]) * morph,
    );
  };
}
