/** What lies under the pointer on the timeline: six pictures and a sentence. */
import { el } from './element.js';
import { counted, day, titleOf } from './words.js';

/** @typedef {import('../site/space.js').Space} Space */

const PICTURES = 6;
const WAIT_MS = 90;
const SHARE = 1 / 60; // of the span, to both sides

export class TimeTip {
  #timer = 0;
  #turn = 0;
  #key = '';

  /** @param {{drawThumb: (canvas: HTMLCanvasElement, slot: number, px: number) => Promise<boolean>, found: () => Set<number> | null}} context */
  constructor(context) {
    this.context = context;
    this.text = el('p');
    this.pictures = el('div', { class: 'tip-pictures' });
    this.node = el('div', { class: 'time-tip panel', hidden: true, attrs: { 'aria-hidden': 'true' } }, this.pictures, this.text); // prettier-ignore
  }

  hide() {
    clearTimeout(this.#timer);
    this.#turn++;
    this.#key = '';
    this.node.hidden = true;
  }

  /** @param {Space} space @param {[number, number]} span minutes @param {number} px @param {number} width of the field */
  show(space, span, px, width) {
    const tip = Math.min(324, width);
    this.node.style.left = `${Math.round(Math.min(Math.max(px - tip / 2, 0), width - tip))}px`;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#fill(space, span, px / width), WAIT_MS);
  }

  /** @param {Space} space @param {[number, number]} span @param {number} share */
  async #fill(space, [low, high], share) {
    const middle = low + share * (high - low);
    const reach = (high - low) * SHARE;
    const { columns } = space;
    const found = this.context.found();
    /** @type {number[]} */
    const slots = [];
    for (let s = 0; s < columns.slots; s++)
      if (columns.present(s) && Math.abs(columns.time[s] - middle) <= reach && (!found || found.has(s))) slots.push(s); // prettier-ignore
    const key = `${space.name} ${slots.length} ${slots[0]} ${slots.at(-1)}`;
    if (key === this.#key) return;
    this.#key = key;
    const turn = ++this.#turn;
    slots.sort((a, b) => columns.rank[a] - columns.rank[b] || a - b);
    this.text.textContent = sentence(space, slots, middle - reach, middle + reach);
    this.node.hidden = !slots.length;
    const best = slots.slice(0, PICTURES);
    if (space.name === 'image') {
      this.pictures.replaceChildren(
        ...best.map((slot) => {
          const canvas = el('canvas');
          void this.context.drawThumb(canvas, slot, 64);
          return canvas;
        }),
      );
      return;
    }
    const details = await Promise.all(best.slice(0, 3).map((slot) => space.detail(slot)));
    if (turn !== this.#turn) return;
    this.pictures.replaceChildren(
      ...details.map((detail) => el('span', { text: titleOf(detail) })),
    );
  }
}

/** @param {Space} space @param {number[]} slots @param {number} from minutes @param {number} to */
function sentence(space, slots, from, to) {
  /** @type {Map<number, number>} */
  const counts = new Map();
  for (const slot of slots) {
    const region = space.columns.region[slot * 3];
    if (region >= 0) counts.set(region, (counts.get(region) ?? 0) + 1);
  }
  const [first] = [...counts].sort((a, b) => b[1] - a[1]);
  const name = first ? space.regionById.get(first[0])?.name : '';
  const what = counted(slots.length, space.name === 'image' ? 'picture' : 'note');
  const most = name && first[1] > slots.length / 4 ? `, most in ${name}` : '';
  return `${day(from).slice(0, 7)} to ${day(to).slice(0, 7)}: ${what}${most}`;
}
