/** Notes on the map: titles beside their dots, and cards when close. */
import { thumbShare } from '../geometry/lod.js';
import { toScreen } from '../geometry/camera.js';
import { el } from './element.js';
import { breakable, day, titleOf } from './words.js';

const MOST = 70;
const CARD_FROM_PX = 96; // of a cell; below it there are only titles

/** @typedef {{node: HTMLElement, title: HTMLElement, meta: HTMLElement, text: HTMLElement, slot: number, filled: boolean}} Card */

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
   * @param {import('../map/scene.js').Scene} scene @param {import('../render/frame.js').Frame} frame
   */
  update(scene, frame) {
    const plane = scene.plane;
    if (!plane || plane.space.entry.thumbs || frame.morph < 1) {
      if (this.#cards.size) this.clear();
      return;
    }
    const small = frame.cellPx < CARD_FROM_PX;
    const { columns } = plane.space;
    const { out } = scene.gatherer;
    const { size } = frame;
    const wanted = [];
    for (let i = 0; i < out.count; i++) {
      const slot = out.slots[i];
      const rank = columns.rank[slot];
      const zoom = small ? frame.zoom - 1.1 : frame.zoom;
      if (frame.cellPx < 74 && thumbShare(rank, zoom, 0) < 0.5) continue;
      const [mx, my] = plane.place(slot, frame.relax);
      const [x, y] = toScreen(frame.camera, size, mx, my);
      if (x < -80 || y < -60 || x > size.width + 80 || y > size.height + 60) continue;
      wanted.push({ slot, rank, x, y });
    }
    wanted.sort((a, b) => a.rank - b.rank || a.slot - b.slot);
    const kept = small
      ? apart(
          wanted.filter(({ x, y }) => !scene.thumbs.covers(x, y + 12, 60, 9)),
          150,
          22,
        )
      : wanted.slice(0, MOST);
    const keep = new Set(kept.map(({ slot }) => slot));
    for (const [slot, card] of this.#cards) {
      if (keep.has(slot)) continue;
      this.#cards.delete(slot);
      this.#retire(card);
    }
    for (const { slot, x, y } of kept) this.#put(plane, slot, x, y, small, frame);
  }

  /** @param {import('../map/plane.js').Plane} plane @param {number} slot @param {number} x @param {number} y @param {boolean} small @param {import('../render/frame.js').Frame} frame */
  #put(plane, slot, x, y, small, frame) {
    let card = this.#cards.get(slot);
    if (!card) {
      card = this.#make();
      card.slot = slot;
      card.title.textContent = card.meta.textContent = card.text.textContent = '';
      this.#cards.set(slot, card);
      this.node.append(card.node);
      void this.#fill(card, plane.space);
    }
    const side = frame.thumbSize;
    const width = small ? 150 : side;
    const height = small ? 18 : side * 0.8;
    card.node.classList.toggle('small', small);
    card.node.style.width = `${Math.round(width)}px`;
    card.node.style.height = small ? '' : `${Math.round(height)}px`;
    const top = small ? y + frame.dotRadius + 4 : y - height / 2;
    card.node.style.transform = `translate(${(x - width / 2).toFixed(1)}px, ${top.toFixed(1)}px)`;
    const bright = frame.dim > 0.95 || false;
    card.node.style.opacity = bright ? '' : '0.25';
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

/** Those that keep their distance, the first ones first. @param {{slot: number, rank: number, x: number, y: number}[]} places @param {number} dx @param {number} dy */
function apart(places, dx, dy) {
  /** @type {typeof places} */
  const kept = [];
  for (const one of places) {
    if (kept.length >= MOST) break;
    if (kept.every((other) => Math.abs(other.x - one.x) > dx || Math.abs(other.y - one.y) > dy))
      kept.push(one);
  }
  return kept;
}
