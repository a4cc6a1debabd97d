/** The name of the territory one enters, and the place stamp of an establishing shot. */
import { announce, el } from './element.js';

const IN_MS = 600;
const HOLD_MS = 1600;
const OUT_MS = 1200;
const STAMP_CHAR_MS = 32;
const STAMP_MOST_MS = 900;
const STAMP_HOLD_MS = 2500;

export class TitleCard {
  #timers = /** @type {number[]} */ ([]);

  /** @param {() => boolean} still */
  constructor(still) {
    this.still = still;
    this.name = el('span');
    this.more = el('small');
    this.node = el(
      'div',
      { class: 'territory', hidden: true, attrs: { 'aria-hidden': 'true' } },
      this.name,
      this.more,
    );
  }

  /** @param {string} name @param {string} more */
  show(name, more) {
    this.hide();
    this.name.textContent = name;
    this.more.textContent = more;
    this.node.hidden = false;
    this.node.className = this.still() ? 'territory still' : 'territory enters';
    announce(`${name}. ${more}`);
    this.#timers = [
      window.setTimeout(() => (this.node.className = 'territory leaves'), IN_MS + HOLD_MS),
      window.setTimeout(() => this.hide(), IN_MS + HOLD_MS + OUT_MS),
    ];
  }

  hide() {
    this.#timers.forEach(clearTimeout);
    this.#timers = [];
    this.node.hidden = true;
  }
}

/**
 * How much of a stamp is written after some time. Pure.
 * @param {string} text @param {number} elapsed ms
 */
export function typed(text, elapsed) {
  const letters = [...text];
  const each = Math.min(STAMP_CHAR_MS, STAMP_MOST_MS / Math.max(letters.length, 1));
  return letters.slice(0, Math.floor(elapsed / each)).join('');
}

export class Stamp {
  #start = 0;
  #text = '';
  #frame = 0;
  #timers = /** @type {number[]} */ ([]);

  /** @param {() => boolean} still */
  constructor(still) {
    this.still = still;
    this.node = el('div', { class: 'stamp', hidden: true, attrs: { 'aria-hidden': 'true' } });
    for (const type of ['pointerdown', 'keydown', 'wheel'])
      addEventListener(type, () => this.complete(), { passive: true });
  }

  /** @param {string} first @param {string} second */
  show(first, second) {
    this.hide();
    this.#text = `${first.toLocaleUpperCase('en')}\n${second.toLocaleUpperCase('en')}`;
    this.#start = performance.now();
    this.node.textContent = '';
    this.node.hidden = false;
    this.node.className = 'stamp writing';
    announce(`${first}. ${second}`);
    if (this.still()) this.complete();
    else this.#write();
  }

  #write() {
    const now = typed(this.#text, performance.now() - this.#start);
    this.node.textContent = now;
    if (now.length >= this.#text.length) this.complete();
    else this.#frame = requestAnimationFrame(() => this.#write());
  }

  /** Any input completes it. */
  complete() {
    if (this.node.hidden || this.#timers.length) return;
    cancelAnimationFrame(this.#frame);
    this.node.textContent = this.#text;
    this.node.className = 'stamp';
    this.#timers = [
      window.setTimeout(() => this.node.classList.add('leaves'), STAMP_HOLD_MS),
      window.setTimeout(() => this.hide(), STAMP_HOLD_MS + 600),
    ];
  }

  hide() {
    cancelAnimationFrame(this.#frame);
    this.#timers.forEach(clearTimeout);
    this.#timers = [];
    this.node.hidden = true;
  }
}
