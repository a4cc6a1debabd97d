/** One item in full: a lightbox for pictures, a reader for notes. */
import { el, iconButton } from './element.js';
import { relations } from '../site/links.js';
import { fillFacts, noticeOf } from './facts.js';
import { fillLinks } from './links.js';
import { pages, player } from './media.js';
import { swipes } from './swipes.js';
import { breakable, titleOf } from './words.js';

/** @typedef {import('../site/space.js').Space} Space */
/**
 * @typedef {{
 *   close: () => void, hop: (slot: number) => void, lineage: (slot: number) => void,
 *   findOnMap: (slot: number) => void, like: (slot: number) => void, select: (slot: number) => void,
 *   selected: (slot: number) => boolean,
 *   drawThumb: (canvas: HTMLCanvasElement, slot: number, px: number) => Promise<boolean>,
 *   live: () => boolean, base: string, dock: import('./dock.js').Dock,
 *   walk: (slot: number) => number[] | null, edit: (slot: number, how: 'open' | 'reveal') => void,
 *   linked: (slot: number, others: number[]) => void,
 *   visit: (space: SpaceName, slot: number) => void, section: (slot: number) => number,
 * }} Context
 * `walk`: what ← → go through; null: the neighbours. `edit`: open its file, or show it in the file manager
 * `linked`: others of its map that it links to, or that link to it
 * `visit`: open an item of either map. `section`: of a file that holds several notes the one that was found, or −1
 */

const WIDTH = 'min(560px, 45vw)';

export class ItemView {
  slot = -1;
  /** @type {Space | null} */
  space = null;
  /** What ← → go through. @type {number[]} */
  #walk = [];
  #turn = 0;
  /** What leads to the other map. @type {import('../site/links.js').Edge | null} */
  #bridge = null;
  /** A note fills the page instead of standing beside the map. */
  #wide = false;

  /** @param {Context} context */
  constructor(context) {
    this.context = context;
    this.title = el('h2', { class: 'item-title', attrs: { dir: 'auto', tabindex: '-1' } });
    this.body = el('div', { class: 'item-body' });
    this.facts = el('dl', { class: 'facts' });
    this.near = el('div', { class: 'near', attrs: { role: 'group', 'aria-label': 'Most similar' } }); // prettier-ignore
    this.links = el('section', { class: 'links', hidden: true });
    this.side = el('aside', { class: 'item-side' }, this.links, this.facts, el('h3', { text: 'Most similar' }), this.near); // prettier-ignore
    this.original = el('a', { class: 'tool', text: 'Original', attrs: { target: '_blank', rel: 'noopener' } }); // prettier-ignore
    this.content = el(
      'div',
      { class: 'item-content' },
      this.#head(),
      el('div', { class: 'item-main' }, this.body, this.side),
    );
    this.sheet = el('section', { class: 'item-sheet', attrs: { 'aria-label': 'Note' } });
    this.node = el('dialog', { class: 'item', attrs: { 'aria-label': 'Item' } });
    this.node.addEventListener('cancel', (event) => {
      event.preventDefault();
      this.close();
    });
    this.node.addEventListener('click', (event) => {
      if (event.target === this.node) this.close();
    });
    swipes(this.content, {
      left: () => this.step(1),
      right: () => this.step(-1),
      down: () => this.close(),
      up: () => this.toggleFacts(),
      // A note is scrolled up and down.
      upright: () => this.space?.name === 'image',
    });
  }

  #head() {
    const { context } = this;
    this.editor = iconButton('edit', 'Open with its program (O)', () => this.edit());
    this.folder = iconButton('folder', 'Show in the file manager', () => context.edit(this.slot, 'reveal')); // prettier-ignore
    this.widen = iconButton('wide', 'Full width (Z)', () => this.toggleWide());
    this.tick = iconButton('check', 'Select (X)', () => this.toggleSelected());
    return el(
      'div',
      { class: 'item-head' },
      this.title,
      iconButton('back', 'Previous (←)', () => this.step(-1)),
      iconButton('forth', 'Next (→)', () => this.step(1)),
      this.original,
      this.editor,
      this.folder,
      this.tick,
      iconButton('example', 'More like this (E)', () => context.like(this.slot)),
      iconButton('pin', 'Show on the map', () => context.findOnMap(this.slot)),
      iconButton('lineage', 'Lineage of this item', () => context.lineage(this.slot)),
      iconButton('info', 'Facts (I)', () => this.toggleFacts()),
      this.widen,
      iconButton('close', 'Close (Esc)', () => this.close()),
    );
  }

  get open() {
    return this.node.open || this.beside;
  }

  /** It stands beside the map, which stays alive. */
  get beside() {
    return this.context.dock.has('item');
  }

  toggleFacts() {
    this.content.classList.toggle('without-facts');
  }

  /** Picture at its own size, or fitted. */
  toggleZoom() {
    this.body.classList.toggle('zoomed');
  }

  /** A note over the whole page, or beside the map. */
  toggleWide() {
    if (!this.open || this.space?.name !== 'text') return;
    this.#wide = !this.#wide;
    this.#place();
    this.title.focus({ preventScroll: true });
  }

  /** Go to the nearest item of the other map, if anything leads there. */
  cross() {
    if (!this.open || !this.#bridge) return false;
    this.context.visit(this.#bridge.space, this.#bridge.slot);
    return true;
  }

  edit() {
    if (this.context.live() && this.slot >= 0) this.context.edit(this.slot, 'open');
  }

  toggleSelected() {
    this.context.select(this.slot);
    this.selectionChanged();
  }

  selectionChanged() {
    this.tick?.setAttribute('aria-pressed', String(this.context.selected(this.slot)));
  }

  close() {
    if (!this.open) return;
    this.#turn++;
    this.slot = -1;
    this.node.close();
    this.context.dock.remove('item');
    this.body.replaceChildren();
    this.context.linked(-1, []);
    this.context.close();
  }

  /** Where it belongs: pictures over everything, notes beside the map. */
  #place() {
    const beside = this.space?.name === 'text' && !this.#wide;
    if (this.widen) this.widen.hidden = this.space?.name !== 'text' || this.context.dock.phone;
    if (beside) {
      if (this.content.parentElement !== this.sheet) this.sheet.append(this.content);
      this.node.close();
      this.context.dock.open({ name: 'item', node: this.sheet, width: WIDTH, height: 'full', close: () => this.close() }); // prettier-ignore
    } else {
      if (this.content.parentElement !== this.node) this.node.append(this.content);
      this.context.dock.remove('item');
      if (!this.node.open) this.node.showModal();
    }
  }

  /** The item was deleted while one looks at it. */
  gone() {
    this.facts.prepend(
      el('dt', { class: 'warn', text: 'Gone' }),
      el('dd', {
        class: 'warn',
        text: 'This item is no longer in the folders.',
        attrs: { role: 'status' },
      }),
    );
    this.original.hidden = true;
  }

  /** @param {number} by */
  step(by) {
    // Those that were deleted meanwhile are passed over, the one in sight kept as the place to go from.
    const walk = this.#walk.filter(
      (slot) => slot === this.slot || this.space?.columns.present(slot),
    );
    if (walk.length < 2) return;
    this.context.hop(walk[(walk.indexOf(this.slot) + by + walk.length) % walk.length]);
  }

  /** @param {Space} space @param {number} slot @param {boolean} [walking] keep the neighbours that ←/→ walk */
  async show(space, slot, walking = false) {
    const turn = ++this.#turn;
    this.space = space;
    this.slot = slot;
    this.#place();
    this.selectionChanged();
    const given = this.context.walk(slot);
    const keep = !given && walking && this.#walk.includes(slot);
    if (given) this.#walk = given;
    else if (!keep) this.#walk = [slot];
    const detail = await space.detail(slot);
    if (turn !== this.#turn) return;
    this.title.textContent = titleOf(detail);
    this.node.setAttribute('aria-label', titleOf(detail));
    this.sheet.setAttribute('aria-label', titleOf(detail));
    const id = space.columns.id[slot];
    this.original.hidden = !this.context.live();
    for (const button of [this.editor, this.folder]) if (button) button.hidden = !this.context.live(); // prettier-ignore
    this.original.href = new URL(`original?id=${id}`, this.context.base).href;
    this.links.hidden = true;
    this.context.linked(slot, []);
    this.#bridge = null;
    fillFacts(this.facts, space, slot, detail);
    if (space.name === 'image') this.#showPicture(space, slot, detail);
    else void this.#showNote(slot, detail, turn);
    this.title.focus({ preventScroll: true });
    const near = await space.neighbours(slot);
    if (turn !== this.#turn) return;
    if (!keep && !given) this.#walk = [slot, ...near.map((one) => one.slot)];
    this.#fillNear(space, near);
    const found = await relations(space, slot, this.context.live());
    if (turn !== this.#turn) return;
    fillLinks(this.links, found, space, slot, this.context.visit);
    const own = found.edges.filter((edge) => edge.kind !== 'day' && edge.space === space.name);
    this.context.linked(slot, own.map((edge) => edge.slot)); // prettier-ignore
    this.#bridge = found.edges.find((edge) => edge.space !== space.name) ?? null;
  }

  /** @param {Space} space @param {number} slot @param {Detail | null} detail */
  #showPicture(space, slot, detail) {
    if (detail?.frames && this.context.live()) {
      const frame = player(space, slot, detail, titleOf(detail));
      frame.style.setProperty('--ratio', String(detail.width / detail.height || 1));
      this.body.className = 'item-body';
      this.body.replaceChildren(frame);
      return;
    }
    const canvas = el('canvas', { class: 'placeholder', attrs: { 'aria-hidden': 'true' } });
    const ratio =
      detail?.width && detail?.height ? detail.width / detail.height : space.columns.ratio(slot);
    const frame = el('div', { class: 'picture' }, canvas);
    frame.style.setProperty('--ratio', String(ratio));
    if (detail?.width) frame.style.setProperty('--natural', `${detail.width}px`);
    this.body.className = 'item-body';
    this.body.replaceChildren(frame);
    void this.context.drawThumb(canvas, slot, 256);
    if (!this.context.live()) return;
    const id = space.columns.id[slot];
    const image = el('img', { attrs: { alt: titleOf(detail), decoding: 'async' } });
    image.addEventListener('load', () => frame.append(image), { once: true });
    image.src = new URL(`preview?id=${id}&size=2048`, this.context.base).href;
  }

  /** @param {number} slot @param {Detail | null} detail @param {number} turn */
  async #showNote(slot, detail, turn) {
    this.body.className = 'item-body reader';
    const text = el('div', {
      class: 'note-text',
      attrs: { dir: 'auto', tabindex: '0', 'aria-label': 'Text of the note' },
    });
    text.textContent = detail?.excerpt ?? '';
    this.body.replaceChildren(text);
    const notice = noticeOf(detail);
    if (notice) this.body.prepend(el('p', { class: 'meta notice', text: notice }));
    if (!this.context.live() || !this.space) return;
    if (detail?.pages) this.body.prepend(pages(this.space, slot, detail.pages));
    const id = this.space.columns.id[slot];
    try {
      const answer = await fetch(new URL(`api/note?id=${id}`, this.context.base));
      if (!answer.ok) throw new Error(String(answer.status));
      /** @type {import('../note/note.js').NoteText} */
      const note = await answer.json();
      const links = {
        links: note.links ?? {},
        open: (/** @type {import('../note/links.js').Target} */ target) =>
          this.context.visit(target.space, target.slot),
        picture: (/** @type {number} */ picture) =>
          new URL(`preview?id=${picture}&size=1024`, this.context.base).href,
      };
      // What sets notes is as large as the rest of the page: it comes with the first one.
      const { setNote } = await import('../note/note.js');
      if (turn !== this.#turn) return;
      text.replaceChildren(...setNote(note, titleOf(detail), links));
      const found = this.context.section(slot); // of a file that holds several notes
      if (found >= 0) text.querySelector(`[data-section="${found}"]`)?.scrollIntoView({ block: 'start' }); // prettier-ignore
    } catch {
      if (turn === this.#turn)
        text.append(el('p', { class: 'meta', text: 'The rest of this note cannot be read now.' }));
    }
  }

  /** @param {Space} space @param {{slot: number, cosine: number}[]} near */
  #fillNear(space, near) {
    this.near.replaceChildren(
      ...near.slice(0, 12).map(({ slot, cosine }) => {
        const label = el('span', { class: 'near-title', attrs: { dir: 'auto' } });
        const button = el('button', {
          class: 'near-item',
          on: { click: () => this.context.hop(slot) },
        });
        if (space.name === 'image') {
          const canvas = el('canvas', { attrs: { 'aria-hidden': 'true' } });
          button.append(canvas);
          void this.context.drawThumb(canvas, slot, 128);
        }
        button.append(label, el('span', { class: 'meta', text: `${Math.round(cosine * 100)} %` }));
        void space.detail(slot).then((detail) => {
          label.textContent = breakable(titleOf(detail));
          button.title = titleOf(detail);
        });
        return button;
      }),
    );
  }
}
