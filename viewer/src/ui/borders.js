/** The borders of collections that grow: lines on the map, in the colour of each. */
import { toScreen } from '../geometry/camera.js';
import { el } from './element.js';

const NS = 'http://www.w3.org/2000/svg';

export class BorderLayer {
  /** @type {{path: SVGPathElement, border: [number, number][]}[]} */
  #lines = [];

  constructor() {
    this.svg = document.createElementNS(NS, 'svg');
    this.node = el('div', { class: 'borders', attrs: { 'aria-hidden': 'true' } });
    this.node.append(this.svg);
  }

  /** @param {{colour: string, border: [number, number][]}[]} layers map units */
  set(layers) {
    this.#lines = layers.map(({ colour, border }) => {
      const path = document.createElementNS(NS, 'path');
      path.style.stroke = path.style.fill = colour;
      return { path, border };
    });
    this.svg.replaceChildren(...this.#lines.map(({ path }) => path));
  }

  /** @param {import('../render/frame.js').Frame} frame */
  update({ camera, size, landAlpha }) {
    if (!this.#lines.length) return;
    this.node.style.opacity = String(landAlpha);
    for (const { path, border } of this.#lines) {
      const points = border.map(([x, y]) => toScreen(camera, size, x, y).map((px) => px.toFixed(1)).join(' ')); // prettier-ignore
      path.setAttribute('d', `M${points.join('L')}Z`);
    }
  }
}
