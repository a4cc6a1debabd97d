/** What moves and what has pages: a player, pages to turn, a strip of frames beside the pointer. */
import { el, iconButton } from './element.js';

/** @typedef {import('../site/space.js').Space} Space */

const STRIP_PX = 256;
const STRIP_MS = 700;

/** A page or frame as a picture. @param {Space} space @param {number} slot @param {number} px @param {number} [part] from 0 */
export function previewOf(space, slot, px, part = 0) {
  const id = space.columns.id[slot];
  return new URL(`preview?id=${id}&size=${px}&part=${part}`, space.base).href;
}

/** The file itself, or the N-th that belongs to it. @param {Space} space @param {number} slot @param {number} [part] from 1 */
export function originalOf(space, slot, part = 0) {
  const id = space.columns.id[slot];
  return new URL(`original?id=${id}${part ? `&part=${part}` : ''}`, space.base).href;
}

/** @param {number} seconds @returns {string} `1:02:03` or `2:03` */
export function clock(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/**
 * A player of a video; where the browser cannot play it, its frames.
 * @param {Space} space @param {number} slot @param {Detail} detail @param {string} title
 */
export function player(space, slot, detail, title) {
  const video = el('video', {
    attrs: {
      controls: '',
      preload: 'metadata',
      playsinline: '',
      poster: previewOf(space, slot, 2048, Math.floor((detail.frames ?? 1) / 2)),
      'aria-label': title,
      src: originalOf(space, slot),
    },
  });
  const frame = el('div', { class: 'picture film' }, video);
  video.addEventListener(
    'error',
    () => {
      const frames = Array.from({ length: detail.frames ?? 0 }, (_, part) =>
        el('img', { attrs: { src: previewOf(space, slot, 512, part), alt: '' } }),
      );
      frame.classList.add('unplayable');
      frame.replaceChildren(
        el('p', {
          class: 'meta',
          text: 'This browser cannot play it: open the original elsewhere.',
        }),
        el('div', { class: 'frames' }, ...frames),
      );
    },
    { once: true },
  );
  return frame;
}

/**
 * The pages of a document, one at a time, each with the way to the file at that page.
 * @param {Space} space @param {number} slot @param {number} count
 */
export function pages(space, slot, count) {
  let page = 0;
  const image = el('img', { attrs: { decoding: 'async' } });
  const where = el('a', { class: 'link', attrs: { target: '_blank', rel: 'noopener' } });
  const turn = (/** @type {number} */ to) => {
    page = (to + count) % count;
    image.src = previewOf(space, slot, 1024, page);
    image.alt = `Page ${page + 1}`;
    where.textContent = `Page ${page + 1} of ${count}`;
    where.href = `${originalOf(space, slot)}#page=${page + 1}`;
  };
  const node = el(
    'figure',
    { class: 'pages', hidden: true },
    image,
    el(
      'figcaption',
      {},
      iconButton('back', 'Previous page', () => turn(page - 1)),
      where,
      iconButton('forth', 'Next page', () => turn(page + 1)),
    ),
  );
  // Shown once there is something to see: slides have no pictures.
  image.addEventListener('load', () => (node.hidden = false), { once: true });
  turn(0);
  return node;
}

/** Frames of a video, or the first page of a document, beside the pointer. */
export class Strip {
  #timer = 0;

  constructor() {
    this.image = el('img', { attrs: { alt: '' } });
    this.node = el('div', { class: 'strip', hidden: true }, this.image);
    this.image.addEventListener('load', () => (this.node.hidden = false));
    this.image.addEventListener('error', () => this.stop());
  }

  /** @param {Space} space @param {number} slot @param {Detail | null} detail */
  start(space, slot, detail) {
    this.stop();
    const frames = detail?.frames ?? 0;
    if (!frames && !(space.name === 'text' && detail?.pages)) return;
    let part = 0;
    this.image.src = previewOf(space, slot, STRIP_PX, part);
    if (frames < 2 || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    this.#timer = window.setInterval(() => {
      part = (part + 1) % frames;
      this.image.src = previewOf(space, slot, STRIP_PX, part);
    }, STRIP_MS);
  }

  stop() {
    clearInterval(this.#timer);
    this.node.hidden = true;
  }
}
