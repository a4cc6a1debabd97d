/** A region opened: its members as a network of thumbnails or cards over the same contours. */
import { recall, remember } from '../app/settings.js';
import { listen } from '../map/gestures.js';
import { el, iconButton } from './element.js';
import { Gallery } from './gallery.js';
import { central, sizeOf, tiesOf } from './members.js';
import { breakable, count, counted, day, titleOf, years } from './words.js';

/** @typedef {import('../site/space.js').Space} Space */
/** @typedef {{slot: number, node: HTMLButtonElement, x: number, y: number, width: number, height: number}} Member */
/**
 * @typedef {{remote: import('../work/rpc.js').Remote, openItem: (slot: number) => void, closed: () => void, select: (region: Region) => void,
 *   collect: () => void, export: () => void, rename: (region: Region, name: string) => Promise<boolean>, live: () => boolean,
 *   drawThumb: (canvas: HTMLCanvasElement, slot: number, px: number) => Promise<boolean>, still: () => boolean,
 *   items: import('./gallery.js').GalleryContext}} Context
 */

/** Members that a view can show: at most, at least, and px² that each takes. */
const ROOM = {
  image: { most: 188, least: 40, area: 4500 },
  text: { most: 64, least: 12, area: 40_000 },
};
/** Above what is shown: the bar and the region's name. */
const HEAD_PX = 112;
/** From here on cards show their excerpts; smaller ones show their titles in larger letters. */
const READABLE = 0.6;

export class RegionView {
  /** @type {Region | null} */
  region = null;
  /** @type {Member[]} */
  members = [];
  /** @type {{source: number, target: number, weight: number}[]} */
  ties = [];
  #camera = { x: 0, y: 0, scale: 1 };
  #bright = -1;
  #turn = 0;
  #frame = 0;
  #hoverTimer = 0;
  /** @type {Space | null} */
  #space = null;
  /** Members, the most central first. @type {number[]} */
  #all = [];
  /** So many of them have a place in the network. */
  #shown = 0;
  /** Count and years. */
  #facts = '';

  /** @param {Context} context */
  constructor(context) {
    this.context = context;
    this.title = el('h2', { attrs: { tabindex: '-1', dir: 'auto' } });
    this.meta = el('p', { class: 'meta' });
    const close = iconButton('close', 'Back to the map', () => this.close());
    const pick = iconButton('check', 'Select all its items', () => this.region && context.select(this.region)); // prettier-ignore
    this.canvas = el('canvas', { attrs: { 'aria-hidden': 'true' } });
    this.plane = el('div', { class: 'region-plane' });
    this.field = el('div', { class: 'region-field' }, this.canvas, this.plane);
    this.gallery = new Gallery('Members', { ...context.items, preview: () => {} });
    this.gallery.size(128);
    this.gallery.node.classList.add('region-gallery');
    this.gallery.node.hidden = true;
    this.more = el('button', { class: 'plain region-more', on: { click: () => this.toggleGallery() } }); // prettier-ignore
    this.turn = iconButton('gallery', 'As a gallery (W)', () => this.toggleGallery());
    this.node = el(
      'section',
      { class: 'region-view', hidden: true, attrs: { 'aria-label': 'Region' } },
      el(
        'header',
        { class: 'region-head' },
        this.title,
        this.meta,
        this.more,
        el(
          'span',
          { class: 'region-tools' },
          this.turn,
          this.#renaming(),
          pick,
          ...this.#takeaway(),
          close,
        ),
      ),
      this.field,
      this.gallery.node,
    );
    listen(this.field, {
      touch: () => {},
      pan: (dx, dy) => this.#look(this.#camera.x + dx, this.#camera.y + dy, this.#camera.scale),
      zoom: (factor, x, y) => this.#zoom(factor, x, y),
      fling: () => {},
      hover: () => {},
      leave: () => {},
      tap: (x, y) => this.#tap(x, y),
      twice: (x, y) => this.#zoom(2, x, y),
    });
    new ResizeObserver(() => this.#draw()).observe(this.field);
  }

  #takeaway() {
    return [
      iconButton('bookmark', 'Gather its items in a collection', () => this.context.collect()),
      iconButton('download', 'Export its items', () => this.context.export()),
    ];
  }

  /** A name of one's own. */
  #renaming() {
    const field = el('input', { class: 'region-rename', hidden: true, attrs: { maxlength: '80', 'aria-label': 'Name of the region; empty: Muser names it' } }); // prettier-ignore
    const button = iconButton('edit', 'Another name', () => {
      field.hidden = !field.hidden;
      this.title.hidden = !field.hidden;
      if (field.hidden || !this.region) return;
      field.value = this.region.name;
      field.focus();
      field.select();
    });
    const end = () => {
      field.hidden = true;
      this.title.hidden = false;
      button.focus({ preventScroll: true });
    };
    field.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== 'Escape') return;
      event.stopPropagation();
      event.preventDefault();
      const { region } = this;
      const name = field.value.trim();
      end();
      if (event.key === 'Escape' || !region || name === region.name) return;
      void this.context.rename(region, name).then((done) => {
        if (done && name && this.region === region) this.title.textContent = name;
      });
    });
    queueMicrotask(() => this.title.after(field));
    this.renamer = button;
    return button;
  }

  get open() {
    return !this.node.hidden;
  }

  /** All members as a gallery, or the most central ones with their lines; the choice is kept. */
  toggleGallery() {
    remember('region', this.gallery.node.hidden ? 'gallery' : 'lines');
    this.#place();
    if (!this.gallery.node.hidden) this.gallery.focus(0);
    else this.title.focus({ preventScroll: true });
  }

  #place() {
    const gallery = recall('region') === 'gallery';
    this.gallery.node.hidden = !gallery;
    this.node.classList.toggle('as-gallery', gallery);
    this.field.hidden = gallery;
    const some = !gallery && this.#all.length > this.#shown;
    this.more.hidden = !some;
    const shown = some ? `the ${count(this.#shown)} most central shown` : '';
    this.meta.textContent = [this.#facts, shown].filter(Boolean).join(' · ');
    this.more.textContent = `+${count(this.#all.length - this.#shown)} more`;
    this.turn.setAttribute('aria-pressed', String(gallery));
    if (gallery && this.#space) this.gallery.show(this.#space, this.#all.map((slot) => ({ slot })), 'score'); // prettier-ignore
  }

  close() {
    if (!this.open) return;
    this.#turn++;
    this.node.hidden = true;
    this.region = null;
    this.members = [];
    this.plane.replaceChildren();
    this.context.closed();
  }

  /** @param {Space} space @param {Region} region */
  async show(space, region) {
    const turn = ++this.#turn;
    this.region = region;
    const slots = central(space, region);
    const { most, least, area } = ROOM[space.name];
    const [width, height] = [innerWidth, Math.max(200, innerHeight - HEAD_PX)];
    const kept = slots.slice(
      0,
      Math.min(most, Math.max(least, Math.round((width * height) / area))),
    );
    this.#space = space;
    this.#all = slots;
    this.#shown = kept.length;
    this.title.textContent = region.name;
    if (this.renamer) this.renamer.hidden = !this.context.live();
    const parts = [
      counted(slots.length, space.name === 'image' ? 'picture' : 'note'),
      years(region.years),
    ];
    this.#facts = parts.filter(Boolean).join(' · ');
    this.node.setAttribute('aria-label', `Region ${region.name}`);
    this.node.hidden = false;
    this.#place();
    this.plane.replaceChildren();
    this.members = [];
    this.ties = [];
    this.#bright = -1;
    this.#draw();
    const ties = await tiesOf(space, kept);
    const sizes = kept.map((slot) => sizeOf(space, slot, kept.length));
    const { rx, ry } = space.columns;
    const placed = await this.context.remote.call('network', {
      members: kept.map((slot, i) => ({ slot, x: rx[slot], y: -ry[slot], ...sizes[i] })),
      ties,
      wide: Math.min(Math.max(width / height, 0.5), 2.2),
    });
    if (turn !== this.#turn) return;
    this.ties = ties;
    this.members = kept.map((slot, i) => ({
      slot,
      node: this.#member(space, slot, sizes[i]),
      x: placed.x[i],
      y: placed.y[i],
      ...sizes[i],
    }));
    for (const { node, x, y, width, height } of this.members) {
      node.style.transform = `translate(${x - width / 2}px, ${y - height / 2}px)`;
      this.plane.append(node);
    }
    this.fit();
    if (!this.context.still()) this.node.classList.add('arriving');
    setTimeout(() => this.node.classList.remove('arriving'), 500);
    this.title.focus({ preventScroll: true });
  }

  /** @param {Space} space @param {number} slot @param {{width: number, height: number}} size */
  #member(space, slot, size) {
    const node = el('button', { class: `member ${space.name}`, data: { slot: String(slot) } });
    node.style.width = `${size.width}px`;
    node.style.height = `${size.height}px`;
    node.style.setProperty('--region', space.colourOf(slot) || 'var(--line-strong)');
    if (space.name === 'image') {
      const canvas = el('canvas', { attrs: { 'aria-hidden': 'true' } });
      node.append(canvas);
      void this.context.drawThumb(canvas, slot, size.width > 140 ? 256 : 128);
      void space.detail(slot).then((detail) => node.setAttribute('aria-label', titleOf(detail)));
    } else {
      const title = el('b', { attrs: { dir: 'auto' } });
      const text = el('p', { attrs: { dir: 'auto' } });
      node.append(
        title,
        el('span', {
          class: 'meta',
          text: day(space.columns.time[slot], space.columns.flags[slot]),
        }),
        text,
      );
      void space.detail(slot).then((detail) => {
        title.textContent = breakable(titleOf(detail));
        text.textContent = detail?.excerpt ?? '';
      });
    }
    node.addEventListener('click', () => this.context.openItem(slot));
    const bring = () => {
      clearTimeout(this.#hoverTimer);
      this.#hoverTimer = window.setTimeout(() => this.#bringOut(slot), 120);
    };
    node.addEventListener('pointerenter', bring);
    node.addEventListener('focus', bring);
    const drop = () => {
      clearTimeout(this.#hoverTimer);
      this.#bringOut(-1);
    };
    node.addEventListener('pointerleave', drop);
    node.addEventListener('blur', drop);
    return node;
  }

  /** @param {number} slot */
  #bringOut(slot) {
    const index = this.members.findIndex((member) => member.slot === slot);
    this.#bright = index;
    const near = new Set([index]);
    for (const { source, target } of this.ties) {
      if (source === index) near.add(target);
      if (target === index) near.add(source);
    }
    this.members.forEach(({ node }, i) =>
      node.classList.toggle('dimmed', index >= 0 && !near.has(i)),
    );
    this.#draw();
  }

  /** All members in view. */
  fit() {
    const box = this.field.getBoundingClientRect();
    let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const { x, y, width, height } of this.members) {
      x0 = Math.min(x0, x - width / 2);
      x1 = Math.max(x1, x + width / 2);
      y0 = Math.min(y0, y - height / 2);
      y1 = Math.max(y1, y + height / 2);
    }
    if (!Number.isFinite(x0)) return;
    const tall = box.height - HEAD_PX - 36;
    const scale = Math.min((box.width - 48) / (x1 - x0), tall / (y1 - y0), 1.25);
    const readable = Math.max(scale, this.members[0]?.node.classList.contains('text') ? 0.56 : 0.3);
    this.#look(
      box.width / 2 - ((x0 + x1) / 2) * readable,
      HEAD_PX + tall / 2 - ((y0 + y1) / 2) * readable,
      readable,
    );
  }

  /** @param {number} factor @param {number} x @param {number} y */
  #zoom(factor, x, y) {
    const { x: cx, y: cy, scale } = this.#camera;
    const next = Math.min(Math.max(scale * factor, 0.08), 4);
    const real = next / scale;
    this.#look(x - (x - cx) * real, y - (y - cy) * real, next);
  }

  /** @param {number} x @param {number} y @param {number} scale */
  #look(x, y, scale) {
    this.#camera = { x, y, scale };
    this.plane.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
    this.plane.classList.toggle('small', scale < READABLE);
    this.#draw();
  }

  /** A tap that was captured by the field may have meant a member. @param {number} x @param {number} y */
  #tap(x, y) {
    const { x: cx, y: cy, scale } = this.#camera;
    const px = (x - cx) / scale;
    const py = (y - cy) / scale;
    const hit = this.members.find(
      (one) => Math.abs(px - one.x) < one.width / 2 && Math.abs(py - one.y) < one.height / 2,
    );
    if (hit) this.context.openItem(hit.slot);
    else this.close();
  }

  #draw() {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#drawTies();
    });
  }

  #drawTies() {
    const { width, height } = this.field.getBoundingClientRect();
    const dpr = Math.min(devicePixelRatio || 1, 2);
    this.canvas.width = Math.max(1, Math.round(width * dpr));
    this.canvas.height = Math.max(1, Math.round(height * dpr));
    const c = this.canvas.getContext('2d');
    if (!c) return;
    const { x, y, scale } = this.#camera;
    c.setTransform(dpr * scale, 0, 0, dpr * scale, dpr * x, dpr * y);
    const style = getComputedStyle(this.node);
    const ink = style.getPropertyValue('--tie') || '#888';
    const accent = style.getPropertyValue('--accent') || '#5cf';
    for (const { source, target, weight } of this.ties) {
      const a = this.members[source];
      const b = this.members[target];
      if (!a || !b) continue;
      const bright = this.#bright === source || this.#bright === target;
      if (this.#bright >= 0 && !bright) c.globalAlpha = 0.06;
      else c.globalAlpha = bright ? 0.95 : 0.25 + 0.55 * weight ** 2;
      c.strokeStyle = bright ? accent : ink;
      c.lineWidth = (0.7 + 3 * weight ** 2) / Math.sqrt(scale);
      c.beginPath();
      c.moveTo(a.x, a.y);
      c.lineTo(b.x, b.y);
      c.stroke();
    }
  }
}
