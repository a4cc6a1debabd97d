/** The land in Canvas2D: one picture of tints and shade, made once, and the contours in sight over it. */
import { viewBox } from '../../geometry/camera.js';
import {
  HALF_FROM,
  cutRuns,
  partsFor,
  runsAt,
  selectRuns,
  smoothRuns,
  strideFor,
} from '../../geometry/outlines.js';
import { pictureOf } from '../picture.js';

/** @typedef {import('../frame.js').Frame} Frame */

const PICTURE_PX = 1024;
const COARSER = 2; // strides: every line costs, and the picture below shows the same edges

export class CanvasLand {
  /** @type {Land | null} */
  land = null;
  /** @type {HTMLCanvasElement | null} */
  #picture = null;
  #painted = '';
  /** @type {import('../../geometry/outlines.js').Run[]} */
  #runs = [];
  #chosen = new Float32Array(0);
  #thin = new Path2D();
  #strong = new Path2D();
  /** What the paths cover. @type {Box} */
  #box = [0, 0, 0, 0];
  #stride = 0;
  #halves = false;
  #half = new Path2D();

  /** @param {Land | null} land */
  set(land) {
    this.land = land;
    this.#picture = null;
    this.#painted = '';
    this.#stride = 0;
    this.#runs = land ? cutRuns(land.points) : [];
    this.#chosen = new Float32Array(land ? land.points.length + this.#runs.length * 3 : 0);
  }

  /** @param {CanvasRenderingContext2D} c @param {Frame} frame @param {number} alpha */
  draw(c, frame, alpha) {
    const { land } = this;
    if (!land || alpha <= 0.004) return;
    const { camera, size, dpr, theme } = frame;
    const s = camera.scale * dpr;
    this.#paint(land, frame);
    this.#choose(land, frame);
    c.setTransform(
      s,
      0,
      0,
      -s,
      (size.width * dpr) / 2 - camera.x * s,
      (size.height * dpr) / 2 + camera.y * s,
    );
    const [x0, y0, x1, y1] = land.bounds;
    c.globalAlpha = alpha;
    c.imageSmoothingEnabled = true;
    // Rows of the picture run upwards, as the map's do.
    if (this.#picture) c.drawImage(this.#picture, x0, y0, x1 - x0, y1 - y0);
    c.strokeStyle = theme.line[frame.space];
    c.lineWidth = frame.lineWidth / camera.scale;
    c.globalAlpha = alpha * theme.lineAlpha;
    c.stroke(this.#thin);
    c.globalAlpha = alpha * theme.lineAlpha * 0.55;
    c.stroke(this.#half);
    c.lineWidth *= 1.6;
    c.globalAlpha = alpha * theme.strongAlpha;
    c.stroke(this.#strong);
  }

  /** The picture in the colours of the theme. @param {Land} land @param {Frame} frame */
  #paint(land, { theme, space }) {
    const key = `${theme.bands[space]}`;
    if (key === this.#painted) return;
    this.#painted = key;
    this.#picture = pictureOf(land, theme, space, PICTURE_PX);
  }

  /** Contours in and around the view, unless those at hand still serve. @param {Land} land @param {Frame} frame */
  #choose(land, { camera, size, step }) {
    const node = ((land.bounds[2] - land.bounds[0]) / land.size) * camera.scale;
    const parts = partsFor(node);
    const stride = parts > 1 ? 1 / parts : strideFor(node) * COARSER;
    const view = viewBox(camera, size);
    const [x0, y0, x1, y1] = this.#box;
    const halves = step >= HALF_FROM;
    if (
      halves === this.#halves &&
      stride === this.#stride &&
      view[0] >= x0 &&
      view[1] >= y0 &&
      view[2] <= x1 &&
      view[3] <= y1
    )
      return;
    this.#stride = stride;
    this.#halves = halves;
    this.#box = viewBox(camera, size, 0.3);
    const runs = runsAt(this.#runs, step);
    const smooth = parts > 1 ? smoothRuns(land.points, runs, this.#box, parts) : null;
    const chosen = smooth ?? this.#chosen;
    const count = smooth
      ? smooth.length / 3
      : selectRuns(land.points, runs, this.#box, stride, this.#chosen);
    this.#thin = new Path2D();
    this.#strong = new Path2D();
    this.#half = new Path2D();
    let open = false;
    for (let k = 0, path = this.#thin; k < count * 3; k += 3) {
      const [x, y, kind] = [chosen[k], chosen[k + 1], chosen[k + 2]];
      if (!open) path = kind > 1.5 ? this.#strong : kind < 1 ? this.#half : this.#thin;
      if (open) path.lineTo(x, y);
      else path.moveTo(x, y);
      open = kind !== 0;
    }
  }
}
