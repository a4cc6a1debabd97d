/**
 * Going through duplicates, a group at a time: the best one is proposed with its reason, another can
 * be chosen, the others are selected. Nothing is deleted here.
 */
import { el, iconButton } from './element.js';
import { bytes, count, harmless } from './words.js';

/** @typedef {import('../hands/client.js').TwinGroup} TwinGroup */
/** @typedef {import('../site/space.js').Space} Space */
/**
 * @typedef {{
 *   placed: (id: number) => {space: Space, slot: number} | null,
 *   draw: (canvas: HTMLCanvasElement, space: Space, slot: number, px: number) => Promise<boolean>,
 *   open: (space: Space, slot: number) => void, select: (ids: number[]) => void,
 *   decide: (ids: number[], verdict: 'not-duplicates' | 'later') => Promise<void>,
 *   selected: () => number, export: () => void, close: () => void,
 * }} DuplicatesContext
 */

const KINDS = { 'same-shot': 'the same shot', alike: 'much alike', draft: 'drafts of one note' };

export class DuplicatesPanel {
  /** @type {TwinGroup[]} */
  #groups = [];
  #at = 0;
  /** The one to keep. */
  #kept = -1;

  /** @param {DuplicatesContext} context */
  constructor(context) {
    this.context = context;
    this.title = el('h2', { text: 'Duplicates', attrs: { tabindex: '-1' } });
    this.meta = el('span', { class: 'meta' });
    this.state = el('p', { class: 'duplicates-state', attrs: { role: 'status' } });
    this.cards = el('div', { class: 'twins', attrs: { role: 'radiogroup', 'aria-label': 'Keep which' } }); // prettier-ignore
    this.acts = el(
      'div',
      { class: 'duplicates-acts' },
      el('button', { class: 'plain primary', text: 'Keep it, select the others (K)', on: { click: () => this.#keep() } }), // prettier-ignore
      el('button', { class: 'plain', text: 'Not duplicates (N)', on: { click: () => void this.#decide('not-duplicates') } }), // prettier-ignore
      el('button', { class: 'plain', text: 'Later (L)', on: { click: () => void this.#decide('later') } }), // prettier-ignore
      iconButton('back', 'Previous group (←)', () => this.#step(-1)),
      iconButton('forth', 'Next group (→)', () => this.#step(1)),
    );
    this.done = el('div', { class: 'duplicates-done' });
    this.node = el(
      'section',
      { class: 'duplicates', attrs: { 'aria-label': 'Duplicates' }, on: { keydown: (/** @type {KeyboardEvent} */ event) => this.#key(event) } }, // prettier-ignore
      el('header', { class: 'panel-head' }, this.title, this.meta, iconButton('close', 'Close (Esc)', () => context.close())), // prettier-ignore
      this.state,
      this.cards,
      this.acts,
      this.done,
    );
  }

  /** @param {string} text instead of groups */
  say(text) {
    this.state.textContent = text;
    this.cards.replaceChildren();
    this.acts.hidden = true;
    this.meta.textContent = '';
  }

  /** @param {TwinGroup[]} groups */
  fill(groups) {
    this.#groups = groups;
    this.#at = 0;
    this.#show();
  }

  get #group() {
    return this.#groups[this.#at];
  }

  #show() {
    const group = this.#group;
    this.#finish();
    if (!group) {
      this.say('Nothing here is there twice.');
      return;
    }
    this.acts.hidden = false;
    this.#kept = (group.items.find(({ best }) => best) ?? group.items[0]).id;
    this.meta.textContent = `${count(this.#at + 1)} of ${count(this.#groups.length)}`;
    const why = group.items.find(({ best }) => best)?.why;
    this.state.textContent = [KINDS[group.kind], group.kind === 'same-shot' ? '' : `${Math.round(group.score * 100)} % alike`, why ? `proposed: ${why}` : ''].filter(Boolean).join(' · '); // prettier-ignore
    this.cards.replaceChildren(...group.items.map((twin) => this.#card(twin)));
    this.#mark();
  }

  /** @param {import('../hands/client.js').Twin} twin */
  #card(twin) {
    const place = this.context.placed(twin.id);
    const facts = el('span', { class: 'meta' });
    const face = el('span', { class: 'twin-face' });
    const node = el(
      'div',
      { class: 'twin', attrs: { role: 'radio', tabindex: '-1' }, data: { id: String(twin.id) } },
      face,
      el('b', { text: twin.title, attrs: { dir: 'auto' } }),
      facts,
      el('span', { class: 'meta twin-path', text: harmless(twin.paths[0] ?? '') }),
      twin.paths.length > 1 ? el('span', { class: 'meta', text: `in ${twin.paths.length} places` }) : null, // prettier-ignore
    );
    node.addEventListener('click', () => {
      this.#kept = twin.id;
      this.#mark();
    });
    node.addEventListener('dblclick', () => {
      if (place) this.context.open(place.space, place.slot);
    });
    if (!place) {
      facts.textContent = 'not on the map';
      return node;
    }
    if (place.space.name === 'image') {
      const canvas = el('canvas', { attrs: { 'aria-hidden': 'true' } });
      face.append(canvas);
      void this.context.draw(canvas, place.space, place.slot, 256);
    }
    void place.space.detail(place.slot).then((detail) => {
      const size = detail?.width ? `${detail.width} × ${detail.height}` : '';
      facts.textContent = [size, bytes(detail?.size ?? 0)].filter(Boolean).join(' · ');
      if (place.space.name === 'text') face.textContent = (detail?.excerpt ?? '').slice(0, 280);
    });
    return node;
  }

  #mark() {
    for (const card of this.cards.children) {
      const on = Number(/** @type {HTMLElement} */ (card).dataset.id) === this.#kept;
      card.setAttribute('aria-checked', String(on));
      /** @type {HTMLElement} */ (card).tabIndex = on ? 0 : -1;
    }
  }

  #keep() {
    const group = this.#group;
    if (!group) return;
    this.context.select(group.items.map(({ id }) => id).filter((id) => id !== this.#kept));
    this.#next();
  }

  /** @param {'not-duplicates' | 'later'} verdict */
  async #decide(verdict) {
    const group = this.#group;
    if (!group) return;
    try {
      await this.context.decide(group.items.map(({ id }) => id), verdict); // prettier-ignore
    } catch (error) {
      this.state.textContent = /** @type {Error} */ (error).message;
      return;
    }
    if (this.#group === group) this.#next();
  }

  /** This group is dealt with. */
  #next() {
    this.#groups = this.#groups.filter((group) => group !== this.#group);
    this.#at = Math.min(this.#at, Math.max(0, this.#groups.length - 1));
    this.#show();
    this.#focus();
  }

  /** @param {number} by */
  #step(by) {
    if (!this.#groups.length) return;
    this.#at = (this.#at + by + this.#groups.length) % this.#groups.length;
    this.#show();
    this.#focus();
  }

  /** What was selected can be taken away. */
  #finish() {
    const n = this.context.selected();
    this.done.hidden = !n;
    this.done.replaceChildren(
      el('span', { text: `${count(n)} selected. Their paths can be exported, and moved to the trash by ` }), // prettier-ignore
      el('code', { text: 'muserctl trash --from FILE' }),
      el('button', { class: 'plain', text: 'Export …', on: { click: () => this.context.export() } }), // prettier-ignore
    );
  }

  focus() {
    this.title.focus({ preventScroll: true });
  }

  #focus() {
    const card = /** @type {HTMLElement | null} */ (this.cards.querySelector('[tabindex="0"]'));
    (card ?? this.title).focus({ preventScroll: true });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const ids = this.#group?.items.map(({ id }) => id) ?? [];
    const beside = (/** @type {number} */ by) => {
      this.#kept = ids[(ids.indexOf(this.#kept) + by + ids.length) % ids.length];
      this.#mark();
      this.#focus();
    };
    const inCards = this.cards.contains(/** @type {Node} */ (event.target));
    const key = event.key.toLowerCase();
    if (key === 'k' || (key === 'enter' && inCards)) this.#keep();
    else if (key === 'n') void this.#decide('not-duplicates');
    else if (key === 'l') void this.#decide('later');
    else if (key === 'arrowright' && !inCards) this.#step(1);
    else if (key === 'arrowleft' && !inCards) this.#step(-1);
    else if (inCards && (key === 'arrowright' || key === 'arrowdown')) beside(1);
    else if (inCards && (key === 'arrowleft' || key === 'arrowup')) beside(-1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
