/** The land in Canvas2D: paths made once, in map units, and a shade picture over them. */

/** @typedef {import('../frame.js').Frame} Frame */

export class CanvasLand {
  /** @type {{band: number, path: Path2D}[]} */
  #bands = [];
  #thin = new Path2D();
  #strong = new Path2D();
  /** @type {HTMLCanvasElement | null} */
  #shade = null;
  /** @type {Land | null} */
  land = null;

  /** @param {Land | null} land */
  set(land) {
    this.land = land;
    this.#bands = [];
    this.#thin = new Path2D();
    this.#strong = new Path2D();
    this.#shade = null;
    if (!land) return;
    for (const level of land.levels) {
      const path = outline(land.points, level.start, level.end);
      if (level.band >= 0) this.#bands.push({ band: level.band, path });
      (level.strong ? this.#strong : this.#thin).addPath(path);
    }
    this.#shade = shadeOf(land);
  }

  /** @param {CanvasRenderingContext2D} c @param {Frame} frame @param {number} alpha */
  draw(c, frame, alpha) {
    const { land } = this;
    if (!land || alpha <= 0.004) return;
    const { camera, size, dpr, theme, space } = frame;
    const s = camera.scale * dpr;
    c.setTransform(s, 0, 0, -s, (size.width * dpr) / 2 - camera.x * s, (size.height * dpr) / 2 + camera.y * s);
    c.globalAlpha = alpha;
    for (const { band, path } of this.#bands) {
      c.fillStyle = theme.bands[space][band];
      c.fill(path, 'evenodd');
    }
    if (this.#shade) {
      const [x0, y0, x1, y1] = land.bounds;
      c.save();
      if (this.#bands[0]) c.clip(this.#bands[0].path, 'evenodd');
      c.globalCompositeOperation = 'soft-light';
      c.globalAlpha = alpha * Math.min(1, theme.shade * 1.6);
      c.transform(1, 0, 0, -1, 0, y0 + y1);
      c.drawImage(this.#shade, x0, y0, x1 - x0, y1 - y0);
      c.restore();
    }
    c.strokeStyle = theme.line[space];
    c.lineWidth = frame.lineWidth / camera.scale;
    c.globalAlpha = alpha * theme.lineAlpha;
    c.stroke(this.#thin);
    c.lineWidth *= 1.6;
    c.globalAlpha = alpha * theme.strongAlpha;
    c.stroke(this.#strong);
  }
}

/** @param {Float32Array} points @param {number} start @param {number} end */
function outline(points, start, end) {
  const path = new Path2D();
  let open = false;
  for (let i = start; i < end; i++) {
    const k = i * 3;
    if (open) path.lineTo(points[k], points[k + 1]);
    else path.moveTo(points[k], points[k + 1]);
    open = points[k + 2] !== 0;
    if (!open) path.closePath();
  }
  return path;
}

/** The hillshade as a small grey picture, top row highest y. @param {Land} land */
function shadeOf(land) {
  const step = Math.max(1, Math.round(land.size / 512));
  const side = Math.floor(land.size / step);
  const canvas = document.createElement('canvas');
  canvas.width = side;
  canvas.height = side;
  const context = canvas.getContext('2d');
  if (!context) return null;
  const image = context.createImageData(side, side);
  for (let j = 0; j < side; j++) {
    for (let i = 0; i < side; i++) {
      const grey = 128 + land.shade[j * step * land.size + i * step] * 150;
      const k = ((side - 1 - j) * side + i) * 4;
      image.data.fill(grey, k, k + 3);
      image.data[k + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}
