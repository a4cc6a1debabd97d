/** The tray: what is selected, and what can be done with it. There while something is. */
import { el, iconButton } from './element.js';
import { bytes, count, counted } from './words.js';

/** @typedef {import('../site/space.js').Space} Space */
/**
 * @typedef {{
 *   space: () => Space, other: () => {name: SpaceName, size: number},
 *   slots: () => number[], open: (slot: number) => void, gallery: () => void, fit: () => void,
 *   like: () => void, invert: () => void, view: () => void, clear: () => void, toOther: () => void,
 *   collect: () => void, export: () => void, say: (text: string) => void,
 *   drawThumb: (canvas: HTMLCanvasElement, slot: number, px: number) => Promise<boolean>,
 * }} TrayContext
 */

const MOST_PICTURES = 24;
const MOST_PATHS = 20_000;

export class Tray {
  #turn = 0;
  #key = '';

  /** @param {TrayContext} context */
  constructor(context) {
    this.context = context;
    this.number = el('b', { class: 'tray-count' });
    this.size = el('span', { class: 'meta' });
    this.pictures = el('div', { class: 'tray-pictures', attrs: { role: 'group', 'aria-label': 'Selected' } }); // prettier-ignore
    this.other = el('button', { class: 'plain', on: { click: () => context.toOther() } });
    const tools = el(
      'div',
      { class: 'tray-tools' },
      this.other,
      iconButton('gallery', 'Look at them as a gallery (V)', () => context.gallery()),
      iconButton('fit', 'Show them on the map', () => context.fit()),
      iconButton('example', 'More like these (E)', () => context.like()),
      iconButton('plus', 'Add everything in view (Ctrl A)', () => context.view()),
      iconButton('invert', 'Everything else', () => context.invert()),
      iconButton('bookmark', 'Gather them in a collection (C)', () => context.collect()),
      iconButton('download', 'Export them', () => context.export()),
      iconButton('copy', 'Copy their paths', () => void this.#copy()),
      iconButton('close', 'Select nothing (Esc)', () => context.clear()),
    );
    this.node = el(
      'section',
      { class: 'tray panel', hidden: true, attrs: { 'aria-label': 'Selection' } },
      el('div', { class: 'tray-head' }, this.number, this.size),
      this.pictures,
      tools,
    );
  }

  /** The selection or the space in sight changed. */
  update() {
    const slots = this.context.slots();
    const other = this.context.other();
    const total = slots.length + other.size;
    this.node.hidden = total === 0;
    document.documentElement.classList.toggle('with-tray', total > 0);
    const space = this.context.space();
    const key = `${space.name} ${slots.length} ${slots.slice(0, MOST_PICTURES).join()} ${other.size}`;
    if (key === this.#key) return;
    this.#key = key;
    const turn = ++this.#turn;
    this.number.textContent = count(slots.length);
    this.other.hidden = !other.size;
    this.other.textContent = `+ ${counted(other.size, other.name === 'image' ? 'picture' : 'note')}`;
    this.pictures.replaceChildren(...slots.slice(0, MOST_PICTURES).map((slot) => this.#picture(space, slot))); // prettier-ignore
    this.size.textContent = space.name === 'image' ? 'pictures' : 'notes';
    void this.#measure(space, slots, turn);
  }

  /** @param {Space} space @param {number} slot */
  #picture(space, slot) {
    const node = el('button', { class: `tray-item ${space.name}`, on: { click: () => this.context.open(slot) } }); // prettier-ignore
    if (space.name === 'image') {
      const canvas = el('canvas', { attrs: { 'aria-hidden': 'true' } });
      node.append(canvas);
      void this.context.drawThumb(canvas, slot, 64);
    }
    void space.detail(slot).then((detail) => {
      const title = detail?.title || detail?.name || 'Untitled';
      node.title = title;
      node.setAttribute('aria-label', title);
      if (space.name === 'text') node.textContent = title;
    });
    return node;
  }

  /** Bytes on the disk, once all details are there. @param {Space} space @param {number[]} slots @param {number} turn */
  async #measure(space, slots, turn) {
    let sum = 0;
    for (let i = 0; i < slots.length; i += 512) {
      const part = await Promise.all(slots.slice(i, i + 512).map((slot) => space.detail(slot)));
      if (turn !== this.#turn) return;
      for (const detail of part) sum += detail?.size ?? 0;
    }
    const what = space.name === 'image' ? 'pictures' : 'notes';
    this.size.textContent = [what, bytes(sum)].filter(Boolean).join(' · ');
  }

  async #copy() {
    const space = this.context.space();
    const slots = this.context.slots().slice(0, MOST_PATHS);
    const paths = [];
    for (const slot of slots) {
      const detail = await space.detail(slot);
      if (detail) paths.push(detail.path || detail.name);
    }
    try {
      await navigator.clipboard.writeText(paths.join('\n'));
      this.context.say(`${counted(paths.length, 'path')} copied`);
    } catch {
      this.context.say('The browser does not let this page copy.');
    }
  }
}
