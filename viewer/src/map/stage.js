/** The map's element: canvas, layers over it, size, gestures, and a painter that can be replaced. */
import { CanvasPainter } from '../render/canvas/painter.js';
import { GlPainter } from '../render/gl/painter.js';
import { el } from '../ui/element.js';

/** @typedef {import('./scene.js').Painter} Painter */

export class Stage {
  /** @type {Painter} */
  painter;
  /** @type {(painter: Painter) => void} */
  onPainter = () => {};

  /**
   * @param {HTMLElement} host
   * @param {{webgl: 'auto' | 'always' | 'never'}} options `auto`: not where it is emulated, since Canvas2D is faster there
   */
  constructor(host, options) {
    this.node = el('div', {
      class: 'map',
      attrs: {
        tabindex: '0', role: 'application', 'aria-roledescription': 'map',
        'aria-label': 'Map of items. Arrow keys pan, plus and minus zoom, L lists what is in view, question mark shows all keys.',
      },
    }); // prettier-ignore
    host.append(this.node);
    this.options = options;
    this.painter = this.#make();
  }

  /** @returns {Painter} */
  #make() {
    this.canvas?.remove();
    this.canvas = el('canvas', { attrs: { 'aria-hidden': 'true' } });
    this.node.prepend(this.canvas);
    const { webgl } = this.options;
    if (webgl !== 'never') {
      try {
        const painter = new GlPainter(this.canvas, webgl === 'always');
        this.canvas.addEventListener('webglcontextlost', (event) => {
          event.preventDefault();
          this.#replace();
        });
        return painter;
      } catch (error) {
        console.info('no WebGL2, painting with Canvas2D:', /** @type {Error} */ (error).message);
        this.canvas.remove();
        this.canvas = el('canvas', { attrs: { 'aria-hidden': 'true' } });
        this.node.prepend(this.canvas);
      }
    }
    return new CanvasPainter(this.canvas);
  }

  /** A context is lost: a new canvas gets a new one, or Canvas2D takes over. */
  #losses = 0;
  #replace() {
    this.#losses++;
    if (this.#losses > 2) this.options.webgl = 'never';
    this.painter = this.#make();
    this.onPainter(this.painter);
  }

  /** @returns {Size} */
  size() {
    const { width, height } = this.node.getBoundingClientRect();
    return { width: Math.max(1, width), height: Math.max(1, height) };
  }
}
