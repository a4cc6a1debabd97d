/** Years on the rings of the phylogeny, and heights on the strong contours of the map. */
import { toScreen } from '../geometry/camera.js';
import { el } from './element.js';

const MOST_HEIGHTS = 26;

export class FigureLayer {
  /** @type {{x: number, y: number, text: string, width: number, kind: 'year' | 'height', node: HTMLElement}[]} */
  #figures = [];

  constructor() {
    this.node = el('div', { class: 'notes', attrs: { 'aria-hidden': 'true' } });
  }

  /** @param {Land | null} land null: no heights are written */
  heights(land) {
    this.#clear('height');
    if (!land) return;
    for (const figure of heightFigures(land)) this.#add({ ...figure, kind: 'height' });
  }

  /** @param {{year: number, radius: number}[]} rings @param {number} cx @param {number} cy */
  years(rings, cx, cy) {
    this.#clear('year');
    for (const { year, radius } of rings)
      this.#add({ x: cx, y: cy - radius, text: String(year), width: radius, kind: 'year' });
  }

  /** @param {{x: number, y: number, text: string, width: number, kind: 'year' | 'height'}} figure */
  #add(figure) {
    const node = el('span', {
      class: figure.kind === 'year' ? 'height-value year' : 'height-value',
      text: figure.text,
      hidden: true,
    });
    this.node.append(node);
    this.#figures.push({ ...figure, node });
  }

  /** @param {'year' | 'height'} kind */
  #clear(kind) {
    for (const figure of this.#figures) if (figure.kind === kind) figure.node.remove();
    this.#figures = this.#figures.filter((figure) => figure.kind !== kind);
  }

  /**
   * @param {import('../render/frame.js').Frame} frame @param {'map' | 'tree'} view
   * @param {(x: number, y: number) => boolean} taken whether something else lies there, px
   */
  update(frame, view, taken) {
    const { camera, size } = frame;
    /** @type {[number, number][]} */
    const written = [];
    const clear = (/** @type {number} */ x, /** @type {number} */ y) =>
      written.length < MOST_HEIGHTS &&
      !taken(x, y) &&
      written.every(([x0, y0]) => Math.abs(x - x0) > 26 || Math.abs(y - y0) > 16);
    for (const { x, y, text, width, kind, node } of this.#figures) {
      const [px, py] = toScreen(camera, size, x, y);
      const here = kind === (view === 'tree' ? 'year' : 'height');
      const inSight = px > 0 && py > 56 && px < size.width && py < size.height - 6;
      const shows =
        here &&
        inSight &&
        frame.morph === 1 &&
        (kind === 'year' ? width * camera.scale > 24 : width * camera.scale > 90 && clear(px, py));
      node.hidden = !shows;
      if (!shows) continue;
      if (kind === 'height') written.push([px, py]);
      node.style.transform = `translate(${(px - text.length * 2.9).toFixed(1)}px, ${(py - 5).toFixed(1)}px)`;
    }
  }
}

/**
 * Where to write the heights: at the lowest point of a ring the slope rises straight up the
 * screen, so that upright figures have their tops uphill. Pure.
 * @param {Land} land @returns {{x: number, y: number, text: string, width: number}[]} the widest rings first
 */
export function heightFigures(land) {
  const found = [];
  for (const level of land.levels) {
    if (!level.strong) continue;
    let begin = level.start;
    for (let p = level.start; p < level.end; p++) {
      if (land.points[p * 3 + 2] !== 0) continue;
      let low = begin;
      let left = Infinity;
      let right = -Infinity;
      for (let q = begin; q <= p; q++) {
        if (land.points[q * 3 + 1] < land.points[low * 3 + 1]) low = q;
        left = Math.min(left, land.points[q * 3]);
        right = Math.max(right, land.points[q * 3]);
      }
      begin = p + 1;
      const text = level.value >= 10 ? String(Math.round(level.value)) : level.value.toPrecision(2);
      found.push({
        x: land.points[low * 3],
        y: land.points[low * 3 + 1],
        text,
        width: right - left,
      });
    }
  }
  return found.sort((a, b) => b.width - a.width || a.x - b.x).slice(0, 400);
}
