/**
 * What lies beside the map: a panel at the right, or on a phone a sheet that rises from below to
 * one of three heights. One layer shows at a time; closing it uncovers the one below.
 */
import { el } from './element.js';

/** @typedef {{name: string, node: HTMLElement, width: string, close: () => void, height: Height}} Layer */
/** @typedef {'peek' | 'half' | 'full'} Height */

const HEIGHTS = /** @type {const} */ (['peek', 'half', 'full']);
export const PHONE = '(max-width: 640px)';

export class Dock {
  /** @type {Layer[]} the top one last */
  #layers = [];
  #phone = matchMedia(PHONE);
  /** @type {Height} */
  #height = 'half';
  /** The map's share of the page changed. @type {() => void} */
  onResize = () => {};

  constructor() {
    this.grip = el('button', {
      class: 'grip',
      attrs: { 'aria-label': 'Height of the sheet' },
      on: { click: () => this.#nextHeight() },
    });
    this.body = el('div', { class: 'dock-body' });
    this.node = el('aside', { class: 'dock', hidden: true }, this.grip, this.body);
    this.#drag();
    this.#phone.addEventListener('change', () => this.#lay());
  }

  get phone() {
    return this.#phone.matches;
  }

  /** @returns {string} the layer in sight, or '' */
  get top() {
    return this.#layers.at(-1)?.name ?? '';
  }

  /** @param {string} name */
  has(name) {
    return this.#layers.some((layer) => layer.name === name);
  }

  /** @param {Layer} layer put on top, or brought there */
  open(layer) {
    const known = this.has(layer.name);
    this.#layers = [...this.#layers.filter(({ name }) => name !== layer.name), layer];
    if (!known || this.top !== layer.name) this.#height = layer.height;
    this.#lay();
  }

  /** @param {string} name */
  remove(name) {
    const gone = this.#layers.find((layer) => layer.name === name);
    if (!gone) return;
    gone.node.hidden = true;
    this.#layers = this.#layers.filter((layer) => layer !== gone);
    const below = this.#layers.at(-1);
    if (below) this.#height = below.height;
    this.#lay();
  }

  /** Close the layer in sight. @returns {boolean} whether there was one */
  closeTop() {
    const layer = this.#layers.at(-1);
    layer?.close();
    return layer !== undefined;
  }

  /** @param {Height} height */
  rise(height) {
    this.#height = height;
    this.#lay();
  }

  #dragged = false;

  #nextHeight() {
    if (this.#dragged) {
      this.#dragged = false;
      return;
    }
    const at = HEIGHTS.indexOf(this.#height);
    this.rise(at === 2 ? 'peek' : HEIGHTS[at + 1]);
  }

  #lay() {
    const layer = this.#layers.at(-1);
    this.node.hidden = !layer;
    for (const one of this.#layers) one.node.hidden = one !== layer;
    if (layer && layer.node.parentElement !== this.body) this.body.append(layer.node);
    this.node.dataset.layer = layer?.name ?? '';
    const root = document.documentElement;
    root.classList.toggle('docked', Boolean(layer));
    root.style.setProperty('--dock-width', layer && !this.phone ? layer.width : '0px');
    root.dataset.sheet = layer && this.phone ? this.#height : '';
    if (layer) layer.height = this.#height;
    this.onResize();
  }

  /** The grip follows the finger and falls to the nearest height; below the lowest it closes. */
  #drag() {
    /** @type {{y: number, height: number} | null} */
    let start = null;
    this.grip.addEventListener('pointerdown', (event) => {
      start = { y: event.clientY, height: this.node.getBoundingClientRect().height };
      this.grip.setPointerCapture(event.pointerId);
    });
    this.grip.addEventListener('pointermove', (event) => {
      if (!start) return;
      this.node.style.height = `${Math.max(48, start.height + start.y - event.clientY)}px`;
    });
    const end = (/** @type {PointerEvent} */ event) => {
      if (!start) return;
      const moved = start.y - event.clientY;
      const share = (start.height + moved) / innerHeight;
      start = null;
      this.node.style.height = '';
      if (Math.abs(moved) < 6) return;
      this.#dragged = true; // the click that follows is no tap
      if (share < 0.1) this.closeTop();
      else this.rise(share < 0.3 ? 'peek' : share < 0.72 ? 'half' : 'full');
    };
    this.grip.addEventListener('pointerup', end);
    this.grip.addEventListener('pointercancel', end);
  }
}
