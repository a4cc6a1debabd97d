/** The way back to land: tabs at the edges where few items are in view, and a line where none is. */
import { bearings, nearestPlace } from '../geometry/bearings.js';
import { inView } from '../map/sight.js';
import { announce, el } from './element.js';
import { count } from './words.js';

/** @typedef {import('../geometry/bearings.js').Bearing<Region>} Bearing */

const AFTER_MS = 300;
const FEW = 3;
const PICTURE_PX = 64;

export class LostLayer {
  #timer = 0;
  #key = '';
  /** @type {Region | null} */
  #nearest = null;

  /**
   * @param {{
   *   scene: import('../map/scene.js').Scene, regions: () => Region[], go: (region: Region) => void,
   *   drawThumb: (canvas: HTMLCanvasElement, slot: number, px: number) => Promise<boolean>,
   * }} context
   */
  constructor(context) {
    this.context = context;
    this.node = el('div', {
      class: 'lost',
      attrs: { role: 'group', 'aria-label': 'Out of sight' },
    });
    window.addEventListener('keydown', (event) => {
      const { target } = event;
      const elsewhere = target instanceof HTMLElement && target.matches('button, input, textarea, a, select');
      if (event.key !== 'Enter' || !this.#nearest || elsewhere) return;
      event.preventDefault();
      context.go(this.#nearest);
    }); // prettier-ignore
  }

  /** A frame was drawn. While the map moves, or glows, one frame follows the other: nothing waits for a rest. */
  moved() {
    if (this.#seen() >= FEW) {
      clearTimeout(this.#timer);
      this.#timer = 0;
      if (this.#key) this.#show([], null);
    } else if (!this.#timer) {
      this.#timer = window.setTimeout(() => {
        this.#timer = 0;
        this.#look();
      }, AFTER_MS);
    }
  }

  /** Items in view; many while it is not known, or not yet. */
  #seen() {
    const { scene } = this.context;
    const { plane } = scene;
    const unknown = plane?.kind !== 'map' || scene.flying || scene.gatherer.busy || plane.space.missing > 0; // prettier-ignore
    return unknown ? FEW : inView(scene, FEW);
  }

  #look() {
    const { scene, regions } = this.context;
    const seen = this.#seen();
    const all = regions();
    if (seen >= FEW || !all.length) {
      this.#show([], null);
      return;
    }
    const parents = new Set(all.map((region) => region.parent));
    const finest = all.filter((region) => !parents.has(region.id));
    if (!seen) this.#show([], nearestPlace(finest, scene.camera));
    else this.#show(bearings(finest, scene.camera, scene.size), null);
  }

  /** @param {Bearing[]} tabs @param {Region | null} nearest where nothing is in view */
  #show(tabs, nearest) {
    const key = [...tabs.map((tab) => `${tab.place.id}${tab.side}`), nearest?.id ?? ''].join(' ');
    tabs.forEach((tab, n) => place(/** @type {HTMLElement} */ (this.node.children[n]), tab));
    if (key.trim() === this.#key) return;
    this.#key = key.trim();
    this.#nearest = nearest;
    this.node.replaceChildren(...tabs.map((tab) => this.#tab(tab)));
    if (!nearest) return;
    const button = el('button', { class: 'open-sea', text: `Open sea · nearest: ${nearest.name} (Enter)` }); // prettier-ignore
    button.addEventListener('click', () => this.context.go(nearest));
    this.node.append(button);
    announce(`Open sea. Nearest: ${nearest.name}. Enter goes there.`);
  }

  /** @param {Bearing} tab */
  #tab(tab) {
    const { place: region, side } = tab;
    const arrow = { left: '←', right: '→', top: '↑', bottom: '↓' }[side];
    const canvas = el('canvas', { attrs: { 'aria-hidden': 'true' } });
    const node = el(
      'button',
      { class: 'edge-tab', attrs: { 'data-side': side } },
      canvas,
      el('span', { text: `${count(region.count)} ${arrow} ${region.name}` }),
    );
    node.addEventListener('click', () => this.context.go(region));
    void this.context.drawThumb(canvas, region.medoid, PICTURE_PX).then((drawn) => {
      canvas.hidden = !drawn;
    });
    place(node, tab);
    return node;
  }
}

/** @param {HTMLElement | undefined} node @param {Bearing} tab */
function place(node, { side, along }) {
  if (!node) return;
  node.style.setProperty(side === 'left' || side === 'right' ? 'top' : 'left', `${along}px`);
}
