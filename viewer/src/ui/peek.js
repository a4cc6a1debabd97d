/** On a phone: the card of an item that was tapped; a tap on it opens the item, a swipe walks on. */
import { el } from './element.js';
import { swipes } from './swipes.js';
import { day, isolated, titleOf } from './words.js';

/** @typedef {import('../site/space.js').Space} Space */

export class PeekCard {
  slot = -1;

  /** @param {{dock: import('./dock.js').Dock, open: (slot: number) => void, walk: (slot: number, by: number) => void, closed: () => void, drawThumb: (canvas: HTMLCanvasElement, slot: number, px: number) => Promise<boolean>}} context */
  constructor(context) {
    this.context = context;
    this.canvas = el('canvas', { attrs: { 'aria-hidden': 'true' } });
    this.title = el('b', { attrs: { dir: 'auto' } });
    this.meta = el('span', { class: 'meta' });
    this.node = el(
      'button',
      { class: 'peek', on: { click: () => context.open(this.slot) } },
      this.canvas,
      el('span', { class: 'peek-text' }, this.title, this.meta),
    );
    swipes(this.node, {
      left: () => context.walk(this.slot, 1),
      right: () => context.walk(this.slot, -1),
      up: () => context.open(this.slot),
      down: () => this.close(),
      upright: () => true,
    });
  }

  /** @param {Space} space @param {number} slot */
  async show(space, slot) {
    this.slot = slot;
    const { dock } = this.context;
    dock.open({
      name: 'peek',
      node: this.node,
      width: '0px',
      height: 'peek',
      close: () => this.close(),
    });
    this.canvas.hidden = space.name !== 'image';
    if (space.name === 'image') void this.context.drawThumb(this.canvas, slot, 128);
    const detail = await space.detail(slot);
    if (this.slot !== slot) return;
    this.title.textContent = titleOf(detail);
    const region = space.regionById.get(space.columns.finest(slot))?.name;
    this.meta.textContent = [
      day(space.columns.time[slot], space.columns.flags[slot]),
      isolated(region ?? ''),
    ]
      .filter(Boolean)
      .join(' · ');
  }

  close() {
    if (this.slot < 0) return;
    this.slot = -1;
    this.context.dock.remove('peek');
    this.context.closed();
  }
}
