/**
 * Items as a gallery: pictures in a grid, notes as cards with their snippet, under headings. One
 * tab stop; arrow keys move in two dimensions, Enter opens, X selects, E asks for more like it.
 */
import { icon } from './icons.js';
import { el } from './element.js';
import { breakable, count, day, titleOf } from './words.js';

/** @typedef {import('../site/space.js').Space} Space */
/** @typedef {'score' | 'region' | 'year'} Heading */
/**
 * @typedef {{slot: number, unsure?: boolean, why?: string, snippet?: string, marks?: [number, number][], terms?: string[],
 *   section?: {title: string, when: string} | null}} Shown
 * `terms`: words to mark in the title
 */
/**
 * @typedef {{
 *   open: (slot: number) => void, preview: (slot: number) => void, like: (slot: number) => void,
 *   select: (slot: number, how: 'toggle' | 'range', from: number[]) => void,
 *   selected: (slot: number) => boolean,
 *   drawThumb: (canvas: HTMLCanvasElement, slot: number, px: number) => Promise<boolean>,
 *   leave?: () => void,
 * }} GalleryContext
 */

const MOST = 400;
const NOTE_LETTERS = 260;

export class Gallery {
  /** @type {Shown[]} in the order shown */
  items = [];
  #active = -1;
  #anchor = -1;
  #side = 96;
  #most = MOST;
  /** @type {Space | null} */
  #space = null;
  #given = { items: /** @type {Shown[]} */ ([]), heading: /** @type {Heading} */ ('score') };
  /** @type {Map<Element, number>} what is drawn when it comes into sight → its slot */
  #undrawn = new Map();
  /** @type {Map<string, HTMLElement>} */
  #cells = new Map();
  #name = '';

  /** @param {string} label @param {GalleryContext} context */
  constructor(label, context) {
    this.context = context;
    this.#name = `cell-${label.toLowerCase()}`;
    this.node = el('div', { class: 'gallery', attrs: { role: 'listbox', 'aria-label': label, 'aria-multiselectable': 'true' } }); // prettier-ignore
    this.node.addEventListener('keydown', (event) => this.#key(event));
    this.node.addEventListener('click', (event) => this.#click(event));
    this.node.addEventListener('focusin', (event) => this.#focused(event.target));
    this.watcher = new IntersectionObserver((entries) => this.#seen(entries), {
      rootMargin: '240px',
    });
  }

  /** Side of a picture. @param {number} px */
  size(px) {
    this.#side = px;
    this.node.style.setProperty('--cell', `${px}px`);
  }

  /**
   * @param {Space} space @param {Shown[]} items the best first @param {Heading} heading
   * @param {boolean} [keep] more of the same: the place stays
   */
  show(space, items, heading, keep = false) {
    if (!keep) {
      this.#most = MOST;
      this.node.scrollTop = 0;
      this.#active = -1;
    }
    const active = this.items[this.#active]?.slot ?? -1;
    const focused = this.node.contains(document.activeElement);
    this.#space = space;
    this.#given = { items, heading };
    const groups = grouped(space, items.slice(0, this.#most), heading);
    this.items = groups.flatMap((group) => group.items);
    const before = keep ? this.#cells : new Map();
    if (!keep) {
      this.watcher.disconnect();
      this.#undrawn.clear();
    }
    this.#cells = new Map();
    let index = 0;
    const nodes = groups.map(({ name, items: members }) => {
      const cells = members.map((item) => this.#kept(space, item, index++, before));
      const grid = el('div', { class: `gallery-grid ${space.name}` }, ...cells);
      if (!name) return grid;
      return el(
        'div',
        { class: 'gallery-group', attrs: { role: 'group', 'aria-label': name } },
        el('h3', { attrs: { 'aria-hidden': 'true' } }, name, el('span', { class: 'meta', text: ` ${count(members.length)}` })), // prettier-ignore
        grid,
      );
    });
    if (items.length > this.#most) nodes.push(this.#moreButton(items.length - this.#most));
    this.node.replaceChildren(...nodes);
    this.#active = this.items.findIndex(({ slot }) => slot === active);
    if (focused) this.focus(Math.max(0, this.#active));
    else this.#mark();
  }

  /** @param {number} more */
  #moreButton(more) {
    return /** @type {any} */ (
      el('button', {
        class: 'plain gallery-more',
        text: `${count(more)} more`,
        on: {
          click: () => {
            this.#most += MOST;
            if (this.#space) this.show(this.#space, this.#given.items, this.#given.heading, true);
          },
        },
      })
    );
  }

  /**
   * The cell of an item, that of before if it says the same: nothing flickers while hits come in.
   * @param {Space} space @param {Shown} item @param {number} index @param {Map<string, HTMLElement>} before
   */
  #kept(space, item, index, before) {
    const { slot, unsure, why, snippet } = item;
    const key = [space.name, slot, space.columns.id[slot], unsure, space.name === 'text' ? `${why} ${snippet}` : ''].join(); // prettier-ignore
    const old = before.get(key);
    const node = old ?? this.#cell(space, item);
    node.id = `${this.#name}-${index}`;
    node.dataset.index = String(index);
    node.tabIndex = -1;
    node.setAttribute('aria-selected', String(this.context.selected(slot)));
    this.#cells.set(key, node);
    return node;
  }

  /** @param {Space} space @param {Shown} item */
  #cell(space, item) {
    const { slot } = item;
    const node = el('div', {
      class: `cell${item.unsure ? ' unsure' : ''}`,
      attrs: { role: 'option' },
    });
    node.append(el('span', { class: 'tick' }, icon('check')));
    if (space.name === 'image') {
      node.append(el('canvas', { attrs: { 'aria-hidden': 'true' } }));
      this.#undrawn.set(node, slot);
      this.watcher.observe(node);
      void space.detail(slot).then((detail) => {
        const title = titleOf(detail);
        node.setAttribute('aria-label', [title, item.why].filter(Boolean).join(', '));
        node.title = [title, item.why].filter(Boolean).join(' · ');
      });
    } else this.#note(node, space, item);
    return node;
  }

  /** @param {HTMLElement} node @param {Space} space @param {Shown} item */
  #note(node, space, item) {
    const title = el('b', { attrs: { dir: 'auto' } });
    const text = el('p', { attrs: { dir: 'auto' } });
    const meta = [day(space.columns.time[item.slot], space.columns.flags[item.slot]), item.why]
      .filter(Boolean)
      .join(' · ');
    node.style.setProperty('--region', space.colourOf(item.slot) || 'var(--line-strong)');
    node.append(title, el('span', { class: 'meta', text: meta }), text);
    if (item.section) text.append(el('b', { text: sectionLine(item.section) }), ' ');
    if (item.snippet) text.append(...marked(item.snippet, item.marks ?? []));
    void space.detail(item.slot).then((detail) => {
      const name = titleOf(detail);
      title.append(...marked(breakable(name), termMarks(breakable(name), item.terms ?? [])));
      if (!item.snippet) text.textContent = (detail?.excerpt ?? '').slice(0, NOTE_LETTERS);
    });
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #seen(entries) {
    for (const { target, isIntersecting } of entries) {
      const slot = this.#undrawn.get(target);
      const canvas = target.querySelector('canvas');
      if (!isIntersecting || slot === undefined || !canvas) continue;
      this.#undrawn.delete(target);
      this.watcher.unobserve(target);
      void this.context.drawThumb(canvas, slot, this.#side * devicePixelRatio > 128 ? 256 : 128);
    }
  }

  /** What is selected changed. */
  reselect() {
    for (const node of this.node.querySelectorAll('.cell')) {
      const item = this.items[Number(/** @type {HTMLElement} */ (node).dataset.index)];
      if (item) node.setAttribute('aria-selected', String(this.context.selected(item.slot)));
    }
  }

  get active() {
    return this.items[this.#active]?.slot ?? -1;
  }

  /** @param {number} index */
  focus(index) {
    const node = this.#cellAt(index);
    if (!node) return;
    node.focus({ preventScroll: true });
    node.scrollIntoView({ block: 'nearest' });
  }

  /** @param {number} index @returns {HTMLElement | null} */
  #cellAt(index) {
    return this.node.querySelector(`[data-index="${index}"]`);
  }

  /** Where one was, e.g. after an item that was opened is closed. @param {number} [slot] */
  refocus(slot = this.active) {
    const index = this.items.findIndex((item) => item.slot === slot);
    this.focus(index < 0 ? Math.max(0, this.#active) : index);
  }

  /** @param {EventTarget | null} target */
  #focused(target) {
    const cell = /** @type {HTMLElement | null} */ (target)?.closest?.('.cell');
    if (!cell) return;
    const index = Number(/** @type {HTMLElement} */ (cell).dataset.index);
    if (index === this.#active) return;
    this.#active = index;
    this.#mark();
    this.context.preview(this.active);
  }

  #mark() {
    for (const node of this.node.querySelectorAll('.cell[tabindex="0"]'))
      /** @type {HTMLElement} */ (node).tabIndex = -1;
    const node = this.#cellAt(Math.max(0, this.#active));
    if (node) node.tabIndex = 0;
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const cell = /** @type {HTMLElement} */ (event.target).closest?.('.cell');
    if (!cell) return;
    const index = Number(/** @type {HTMLElement} */ (cell).dataset.index);
    const ticks = /** @type {HTMLElement} */ (event.target).closest('.tick') !== null;
    if (event.shiftKey) this.#range(index);
    else if (event.ctrlKey || event.metaKey || ticks) this.#toggle(index);
    else this.context.open(this.items[index].slot);
  }

  /** @param {number} index */
  #toggle(index) {
    const item = this.items[index];
    if (!item) return;
    this.#anchor = index;
    this.context.select(item.slot, 'toggle', [item.slot]);
  }

  /** From the last one toggled to this one. @param {number} index */
  #range(index) {
    const from = this.#anchor < 0 ? Math.max(0, this.#active) : this.#anchor;
    const [low, high] = [Math.min(from, index), Math.max(from, index)];
    const slots = this.items.slice(low, high + 1).map(({ slot }) => slot);
    this.context.select(this.items[index].slot, 'range', slots);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.target instanceof HTMLButtonElement) return;
    const at = Math.max(0, this.#active);
    const to = this.#target(event.key, at);
    if (to !== null) {
      if (to < 0) this.context.leave?.();
      else {
        this.focus(to);
        if (event.shiftKey) this.#range(to);
      }
    } else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (event.key === 'Enter') this.context.open(this.items[at].slot);
    else if (event.key === 'x' || event.key === 'X') this.#toggle(at);
    else if (event.key === 'e' || event.key === 'E') this.context.like(this.items[at].slot);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {string} key @param {number} at @returns {number | null} an index; −1: out at the top; null: no move */
  #target(key, at) {
    const last = this.items.length - 1;
    if (key === 'ArrowRight') return Math.min(at + 1, last);
    if (key === 'ArrowLeft') return Math.max(at - 1, 0);
    if (key === 'Home') return 0;
    if (key === 'End') return last;
    if (key !== 'ArrowDown' && key !== 'ArrowUp') return null;
    const here = this.#cellAt(at)?.getBoundingClientRect();
    if (!here) return 0;
    const down = key === 'ArrowDown';
    // The nearest cell of the next row: rows are as the browser has laid them.
    let best = -1;
    let bestGap = Infinity;
    for (let i = at; i >= 0 && i <= last; i += down ? 1 : -1) {
      const box = this.#cellAt(i)?.getBoundingClientRect();
      if (!box || (down ? box.top < here.bottom - 1 : box.bottom > here.top + 1)) continue;
      const gap = Math.abs(box.left - here.left) + Math.abs(box.top - here.top) * 8;
      if (gap < bestGap) [best, bestGap] = [i, gap];
      else if (best >= 0 && Math.abs(box.top - here.top) > 3 * here.height) break;
    }
    return best < 0 ? (down ? at : -1) : best;
  }
}

/** Which of the notes in a file. @param {{title: string, when: string}} section */
function sectionLine({ title, when }) {
  return [title, when.slice(0, 10)].filter(Boolean).join(' · ');
}

/** @param {Space} space @param {Shown[]} items @param {Heading} heading @returns {{name: string, items: Shown[]}[]} */
function grouped(space, items, heading) {
  if (heading === 'score') {
    const sure = items.filter(({ unsure }) => !unsure);
    const unsure = items.filter((item) => item.unsure);
    if (!unsure.length) return [{ name: '', items: sure }];
    return [{ name: '', items: sure }, { name: 'Less certain', items: unsure }].filter((group) => group.items.length); // prettier-ignore
  }
  /** @type {Map<string, Shown[]>} */
  const groups = new Map();
  for (const item of items) {
    const name =
      heading === 'year'
        ? day(space.columns.time[item.slot], space.columns.flags[item.slot]).slice(0, 4)
        : (space.regionById.get(space.columns.region[item.slot * 3])?.name ?? 'Between regions');
    groups.set(name, [...(groups.get(name) ?? []), item]);
  }
  const found = [...groups].map(([name, members]) => ({ name, items: members }));
  if (heading === 'year') found.sort((a, b) => (a.name < b.name ? 1 : -1));
  return found;
}

/** Text with some of its letters marked. @param {string} text @param {[number, number][]} marks in order @returns {Node[]} */
export function marked(text, marks) {
  const nodes = [];
  let at = 0;
  for (const [from, to] of marks) {
    if (from < at || to <= from) continue;
    nodes.push(document.createTextNode(text.slice(at, from)), el('mark', { text: text.slice(from, to) })); // prettier-ignore
    at = to;
  }
  nodes.push(document.createTextNode(text.slice(at)));
  return nodes;
}

/** Where words begin in a text. @param {string} text @param {string[]} terms @returns {[number, number][]} */
export function termMarks(text, terms) {
  const low = text.toLowerCase();
  /** @type {[number, number][]} */
  const found = [];
  for (const term of terms) {
    if (!term) continue;
    for (let at = low.indexOf(term); at >= 0; at = low.indexOf(term, at + term.length))
      if (at === 0 || !/[\p{L}\d]/u.test(low[at - 1])) found.push([at, at + term.length]);
  }
  return found.sort((a, b) => a[0] - b[0]);
}
