/** Notes on the map: titles beside their dots, and cards when close. */
import { CARD } from '../geometry/notes.js';
import { STEPS, pxOf, sizeAt } from '../geometry/ranges.js';
import { toScreen } from '../geometry/camera.js';
import { el } from './element.js';
import { breakable, day, titleOf } from './words.js';

const MOST = 90;
const FULL_PX = 200; // wide: from there a card has date, tags and six lines

/** @typedef {{node: HTMLElement, title: HTMLElement, meta: HTMLElement, text: HTMLElement, slot: number, filled: boolean}} Card */
/** @typedef {{x: number, y: number, width: number, height: number, size: number}} Place px; `size`: index into the sizes of the ranges */

export class CardLayer {
  /** @type {Map<number, Card>} */
  #cards = new Map();
  /** @type {Card[]} */
  #spare = [];

  constructor() {
    this.node = el('div', { class: 'cards', attrs: { 'aria-hidden': 'true' } });
  }

  clear() {
    for (const card of this.#cards.values()) this.#retire(card);
    this.#cards.clear();
  }

  /** @param {Card} card */
  #retire(card) {
    card.node.classList.remove('shown');
    card.node.remove();
    this.#spare.push(card);
  }

  /** @returns {Card} */
  #make() {
    const spare = this.#spare.pop();
    if (spare) return { ...spare, filled: false };
    const title = el('b');
    const meta = el('div', { class: 'meta' });
    const text = el('p');
    title.dir = text.dir = 'auto';
    return {
      node: el('div', { class: 'note-card' }, title, meta, text),
      title,
      meta,
      text,
      slot: -1,
      filled: false,
    };
  }

  /**
   * Titles and cards of what is in sight, by the ranges of the plane.
   * @param {import('../map/scene.js').Scene} scene @param {import('../render/frame.js').Frame} frame
   */
  update(scene, frame) {
    const plane = scene.plane;
    const ranges = plane?.kind === 'map' ? plane.ranges : null;
    if (
      !plane ||
      !ranges ||
      plane.space.entry.thumbs ||
      frame.morph < 1 ||
      frame.mode === 'quiet'
    ) {
      if (this.#cards.size) this.clear();
      return;
    }
    const { out, ranks, byRank } = scene.gatherer;
    const shrink = Math.min(1, 2 ** (frame.step / STEPS));
    const last = Math.min(256, Math.max(0, Math.floor(frame.step)) + 1);
    /** @type {Map<number, Place>} */
    const kept = new Map();
    // From afar there is no room; from near by, the first ones that came have the cards.
    for (let k = 0; k < Math.min(ranks[last], out.count) && shrink === 1 && kept.size < MOST; k++) {
      const slot = out.slots[byRank[k]];
      const size = sizeAt(ranges, slot, frame.step);
      if (size < 0) continue;
      const [mx, my] = plane.place(slot, frame.relax);
      const [x, y] = toScreen(frame.camera, frame.size, mx, my);
      const { width, height } = pxOf(ranges.sizes, size);
      if (x < -width || y < -height || x > frame.size.width + width || y > frame.size.height + height) continue;
      const off = 1 - frame.relax;
      const place = { x: x + ranges.ox[slot] * off, y: y + ranges.oy[slot] * off, width, height, size };
      kept.set(slot, place);
    } // prettier-ignore
    for (const [slot, card] of this.#cards) {
      if (kept.has(slot)) continue;
      this.#cards.delete(slot);
      this.#retire(card);
    }
    for (const [slot, place] of kept) this.#put(plane, slot, place, frame);
  }

  /** @param {import('../map/plane.js').Plane} plane @param {number} slot @param {Place} place @param {import('../render/frame.js').Frame} frame */
  #put(plane, slot, { x, y, width, height, size }, frame) {
    let card = this.#cards.get(slot);
    if (!card) {
      card = this.#make();
      card.slot = slot;
      card.title.textContent = card.meta.textContent = card.text.textContent = '';
      this.#cards.set(slot, card);
      this.node.append(card.node);
      void this.#fill(card, plane.space);
    }
    const { style, classList } = card.node;
    // Between a title and a card there is nothing that could be read: it turns when a card has room.
    const small = size < CARD - 0.25;
    classList.toggle('small', small);
    classList.toggle('full', width >= FULL_PX);
    style.width = `${Math.round(width)}px`;
    style.height = small ? '' : `${Math.round(height)}px`;
    const top = small ? y + frame.dotRadius + 2 : y - height / 2;
    style.transform = `translate(${(x - width / 2).toFixed(1)}px, ${top.toFixed(1)}px)`;
    style.opacity = frame.dim > 0.95 ? '' : '0.25';
  }

  /** @param {Card} card @param {import('../site/space.js').Space} space */
  async #fill(card, space) {
    const slot = card.slot;
    const detail = await space.detail(slot);
    if (this.#cards.get(slot)?.node !== card.node) return;
    card.title.textContent = breakable(titleOf(detail));
    card.meta.textContent = day(space.columns.time[slot], space.columns.flags[slot]);
    card.text.textContent = detail?.excerpt ?? '';
    card.node.style.setProperty('--region', space.colourOf(slot) || 'var(--line-strong)');
    card.node.classList.add('shown');
  }
}
