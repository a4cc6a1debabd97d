/** The card beside the pointer. */
import { el } from './element.js';
import { clock, Strip } from './media.js';
import { counted, isolated, stamp, titleOf } from './words.js';

export class HoverCard {
  #slot = -1;

  constructor() {
    this.strip = new Strip();
    this.title = el('b');
    this.meta = el('div', { class: 'meta' });
    this.text = el('p');
    this.title.dir = this.text.dir = 'auto';
    this.node = el(
      'div',
      { class: 'hover-card panel', hidden: true, attrs: { 'aria-hidden': 'true' } },
      this.strip.node,
      this.title,
      this.meta,
      this.text,
    );
  }

  /**
   * @param {import('../site/space.js').Space} space @param {number} slot
   * @param {[number, number]} at px @param {Size} size
   */
  async show(space, slot, at, size) {
    this.#slot = slot;
    const detail = await space.detail(slot);
    if (this.#slot !== slot) return;
    this.title.textContent = titleOf(detail);
    this.strip.start(space, slot, detail);
    const region = space.regionById.get(space.columns.finest(slot));
    const facts = [
      stamp(space.columns.time[slot], space.columns.flags[slot], detail?.time_precision),
      isolated(region?.name ?? 'between regions'),
    ];
    if (detail?.seconds) facts.push(clock(detail.seconds));
    if (detail?.pages) facts.push(counted(detail.pages, 'page'));
    if (space.columns.flags[slot] & 2) facts.push('placed since the last fit');
    if (space.columns.flags[slot] & 4) facts.push('offline');
    this.meta.textContent = facts.join(' · ');
    this.text.textContent =
      detail?.excerpt || (detail?.tags ?? []).map((tag) => isolated(`#${tag}`)).join(' ');
    this.text.hidden = !this.text.textContent;
    this.node.hidden = false;
    const box = this.node.getBoundingClientRect();
    const x = at[0] + 18 + box.width > size.width ? at[0] - 18 - box.width : at[0] + 18;
    const y = Math.min(Math.max(at[1] - box.height / 2, 56), size.height - box.height - 12);
    this.node.style.transform = `translate(${Math.max(8, Math.round(x))}px, ${Math.round(y)}px)`;
  }

  hide() {
    this.#slot = -1;
    this.strip.stop();
    this.node.hidden = true;
  }
}
