/** One item in full: a lightbox for pictures, a reader for notes. */
import { el, icon } from './element.js';
import { isMarkdown, prose } from './prose.js';
import { breakable, bytes, count, harmless, stamp, timeSource, titleOf } from './words.js';

/** @typedef {import('../site/space.js').Space} Space */
/**
 * @typedef {{
 *   close: () => void, hop: (slot: number) => void, lineage: (slot: number) => void,
 *   findOnMap: (slot: number) => void, drawThumb: (canvas: HTMLCanvasElement, slot: number, px: number) => Promise<boolean>,
 *   live: () => boolean, base: string,
 * }} Context
 */

export class ItemView {
  slot = -1;
  /** @type {Space | null} */
  space = null;
  /** @type {number[]} neighbours of where the walk began */
  #walk = [];
  #turn = 0;

  /** @param {Context} context */
  constructor(context) {
    this.context = context;
    this.title = el('h2', { class: 'item-title', attrs: { dir: 'auto', tabindex: '-1' } });
    this.body = el('div', { class: 'item-body' });
    this.facts = el('dl', { class: 'facts' });
    this.near = el('div', {
      class: 'near',
      attrs: { role: 'group', 'aria-label': 'Most similar' },
    });
    this.side = el(
      'aside',
      { class: 'item-side' },
      this.facts,
      el('h3', { text: 'Most similar' }),
      this.near,
    );
    const tool = (
      /** @type {string} */ path,
      /** @type {string} */ label,
      /** @type {() => void} */ act,
    ) => {
      const button = el('button', {
        class: 'tool',
        title: label,
        attrs: { 'aria-label': label },
        on: { click: act },
      });
      button.append(icon(path));
      return button;
    };
    this.original = el('a', {
      class: 'tool',
      text: 'Original',
      attrs: { target: '_blank', rel: 'noopener' },
    });
    const head = el(
      'div',
      { class: 'item-head' },
      this.title,
      tool('M12 4 6 10l6 6', 'Previous neighbour (←)', () => this.step(-1)),
      tool('m8 4 6 6-6 6', 'Next neighbour (→)', () => this.step(1)),
      this.original,
      tool(
        'M10 18s6-5.500 6-10a6 6 0 1 0-12 0c0 4.500 6 10 6 10zM10 8h.01',
        'Show on the map',
        () => this.context.findOnMap(this.slot),
      ),
      tool('M4 4v5a3 3 0 0 0 3 3h6a3 3 0 0 1 3 3v1M10 4v8', 'Lineage of this item', () =>
        this.context.lineage(this.slot),
      ),
      tool('M10 9v5M10 6h.01M10 18a8 8 0 1 0 0-16 8 8 0 0 0 0 16z', 'Facts (I)', () =>
        this.toggleFacts(),
      ),
      tool('M5 5l10 10M15 5 5 15', 'Close (Esc)', () => this.close()),
    );
    this.node = el(
      'dialog',
      { class: 'item', attrs: { 'aria-label': 'Item' } },
      head,
      el('div', { class: 'item-main' }, this.body, this.side),
    );
    this.node.addEventListener('cancel', (event) => {
      event.preventDefault();
      this.close();
    });
    this.node.addEventListener('click', (event) => {
      if (event.target === this.node) this.close();
    });
  }

  get open() {
    return this.node.open;
  }

  toggleFacts() {
    this.node.classList.toggle('without-facts');
  }

  /** Picture at its own size, or fitted. */
  toggleZoom() {
    this.body.classList.toggle('zoomed');
  }

  close() {
    if (!this.open) return;
    this.node.close();
    this.#turn++;
    this.slot = -1;
    this.body.replaceChildren();
    this.context.close();
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
    if (!this.open) this.node.showModal();
    const keep = walking && this.#walk.includes(slot);
    if (!keep) this.#walk = [slot];
    const detail = await space.detail(slot);
    if (turn !== this.#turn) return;
    this.title.textContent = titleOf(detail);
    this.node.setAttribute('aria-label', titleOf(detail));
    const id = space.columns.id[slot];
    this.original.hidden = !this.context.live();
    this.original.href = new URL(`original?id=${id}`, this.context.base).href;
    this.#fillFacts(space, slot, detail);
    if (space.name === 'image') this.#showPicture(space, slot, detail);
    else void this.#showNote(slot, detail, turn);
    this.title.focus({ preventScroll: true });
    const near = await space.neighbours(slot);
    if (turn !== this.#turn) return;
    if (!keep) this.#walk = [slot, ...near.map((one) => one.slot)];
    this.#fillNear(space, near);
  }

  /** @param {Space} space @param {number} slot @param {Detail | null} detail */
  #showPicture(space, slot, detail) {
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
    const name = detail?.name ?? '';
    text.classList.toggle('as-typed', !isMarkdown(name));
    text.textContent = detail?.excerpt ?? '';
    this.body.replaceChildren(text);
    if (!this.context.live() || !this.space) return;
    const id = this.space.columns.id[slot];
    try {
      const answer = await fetch(new URL(`api/note?id=${id}`, this.context.base));
      if (!answer.ok) throw new Error(String(answer.status));
      const { text: full } = await answer.json();
      if (turn === this.#turn) text.replaceChildren(...prose(String(full), name, titleOf(detail)));
    } catch {
      if (turn === this.#turn)
        text.append(el('p', { class: 'meta', text: 'The rest of this note cannot be read now.' }));
    }
  }

  /** @param {Space} space @param {number} slot @param {Detail | null} detail */
  #fillFacts(space, slot, detail) {
    const { columns } = space;
    const regions = [0, 1, 2]
      .map((level) => space.regionById.get(columns.region[slot * 3 + level])?.name)
      .filter(Boolean);
    const source = timeSource(detail?.time_source);
    const time = stamp(columns.time[slot], columns.flags[slot], detail?.time_precision);
    /** @type {[string, string][]} */
    const rows = [
      ['Time', source ? `${time}, ${source}` : time],
      ['Region', regions.join(' › ') || 'between regions'],
      [
        'Size',
        detail?.width
          ? `${count(detail.width)} × ${count(detail.height)} px · ${bytes(detail.size)}`
          : bytes(detail?.size ?? 0),
      ],
      ['Length', detail?.length ? `${count(detail.length)} characters` : ''],
      ['Tags', (detail?.tags ?? []).join(', ')],
      [
        'State',
        [
          columns.flags[slot] & 2 ? 'placed since the last fit' : '',
          columns.flags[slot] & 4 ? 'its folder is offline' : '',
        ]
          .filter(Boolean)
          .join(', '),
      ],
    ];
    const nodes = rows
      .filter(([, value]) => value)
      .flatMap(([key, value]) => [
        el('dt', { text: key }),
        el('dd', { text: value, attrs: { dir: 'auto' } }),
      ]);
    if (detail?.path) {
      const copy = el('button', { class: 'plain', text: 'Copy path' });
      copy.addEventListener('click', async () => {
        try {
          await navigator.clipboard.writeText(detail.path);
          copy.textContent = 'Copied';
        } catch {
          copy.textContent = 'Select and copy it above';
        }
      });
      nodes.push(
        el('dt', { text: 'Path' }),
        el('dd', { class: 'path', text: harmless(detail.path), attrs: { dir: 'auto' } }),
        el('dd', {}, copy),
      );
    }
    this.facts.replaceChildren(...nodes);
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
