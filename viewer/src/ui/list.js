/** What is in sight as a plain list: the way of screen readers, and of people who like lists. */
import { viewBox } from '../geometry/camera.js';
import { el } from './element.js';
import { count, counted, day, titleOf } from './words.js';

const MOST = 200;

export class ListView {
  #timer = 0;
  #key = '';
  /** Slots, a row each. @type {number[]} */
  #shown = [];

  /**
   * @param {import('../map/scene.js').Scene} scene
   * @param {{open: (slot: number) => void, hover: (slot: number) => void, drawThumb: (canvas: HTMLCanvasElement, slot: number, px: number) => Promise<boolean>}} context
   */
  constructor(scene, context) {
    this.scene = scene;
    this.context = context;
    this.head = el('h2', { text: 'In view', attrs: { tabindex: '-1' } });
    this.meta = el('p', { class: 'meta' });
    this.items = el('ol', { class: 'list-items' });
    this.node = el(
      'section',
      { class: 'list panel', id: 'list', hidden: true, attrs: { 'aria-label': 'Items in view' } },
      this.head,
      this.meta,
      this.items,
    );
  }

  /** The view moved: fill the list when it rests. */
  moved() {
    if (this.node.hidden || this.#timer) return;
    this.#timer = window.setTimeout(() => {
      this.#timer = 0;
      this.fill();
    }, 250);
  }

  /** Slots in sight, the important ones first. @returns {number[]} */
  inSight() {
    const { scene } = this;
    const { plane, gatherer, relax } = scene;
    if (!plane) return [];
    const [x0, y0, x1, y1] = viewBox(scene.camera, scene.size);
    const { places, slots, count } = gatherer.out;
    const found = [];
    for (let k = 0; k < count; k++) {
      const i = gatherer.byRank[k];
      const x = places[i * 6] + (places[i * 6 + 2] - places[i * 6]) * relax;
      const y = places[i * 6 + 1] + (places[i * 6 + 3] - places[i * 6 + 1]) * relax;
      if (x < x0 || x > x1 || y < y0 || y > y1) continue;
      if (!scene.passes(slots[i])) continue;
      if (plane.space.columns.present(slots[i])) found.push(slots[i]);
    }
    return found;
  }

  fill() {
    const space = this.scene.plane?.space;
    if (!space || this.node.hidden) return;
    const found = this.inSight();
    const shown = found.slice(0, MOST);
    const key = `${space.name} ${found.length} ${shown.join()}`;
    if (key === this.#key) return;
    this.#key = key;
    const focused = this.#focused();
    this.meta.textContent =
      found.length > MOST
        ? `${count(found.length)} items, the ${MOST} most prominent listed`
        : counted(found.length, 'item');
    this.items.replaceChildren(
      ...shown.map((slot) => {
        const title = el('b', { attrs: { dir: 'auto' } });
        const region = space.regionById.get(space.columns.finest(slot))?.name ?? 'between regions';
        const button = el('button', { class: 'list-item', on: {
          click: () => this.context.open(slot),
          pointerenter: () => this.context.hover(slot),
          pointerleave: () => this.context.hover(-1),
        } }); // prettier-ignore
        if (space.name === 'image') {
          const canvas = el('canvas', { attrs: { 'aria-hidden': 'true' } });
          button.append(canvas);
          void this.context.drawThumb(canvas, slot, 64);
        }
        button.append(
          el(
            'span',
            { class: 'list-text' },
            title,
            el('span', {
              class: 'meta',
              text: `${day(space.columns.time[slot], space.columns.flags[slot])} · ${region}`,
            }),
          ),
        );
        void space.detail(slot).then((detail) => (title.textContent = titleOf(detail)));
        return el('li', {}, button);
      }),
    );
    this.#shown = shown;
    if (focused) this.#focusAgain(focused);
  }

  /** Which row has the focus. @returns {{slot: number, row: number} | null} */
  #focused() {
    const row = Array.prototype.indexOf.call(
      this.items.children,
      document.activeElement?.parentElement,
    );
    return row < 0 ? null : { slot: this.#shown[row], row };
  }

  /** New rows must not throw a keyboard back to the start of the page. @param {{slot: number, row: number}} before */
  #focusAgain({ slot, row }) {
    const now = this.#shown.indexOf(slot);
    const button =
      this.items.children[now < 0 ? Math.min(row, this.#shown.length - 1) : now]?.firstElementChild;
    /** @type {HTMLElement} */ (button ?? this.head).focus({ preventScroll: now < 0 });
  }

  /** What the list says may differ, even of the same items. */
  stale() {
    this.#key = '';
    this.moved();
  }

  /** @param {boolean} on */
  toggle(on) {
    this.node.hidden = !on;
    this.#key = '';
    if (on) this.fill();
    else this.items.replaceChildren();
  }
}
