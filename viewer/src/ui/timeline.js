/** How much came when: bars stacked by region, a brush or a playhead, and the fits below them. */
import { stacked, timeSpan, yearTicks } from '../geometry/histogram.js';
import { inkOf } from '../app/theme.js';
import { el, iconButton } from './element.js';
import { icon } from './icons.js';
import { TimeTip } from './timetip.js';
import { count, counted, day } from './words.js';

/** @typedef {import('../site/space.js').Space} Space */
/** @typedef {'window' | 'upto'} Mode */
/**
 * @typedef {{
 *   brush: (brush: [number, number] | null) => void, play: () => void, step: (by: number) => void,
 *   mode: (mode: Mode) => void, close: () => void, select: () => void,
 *   found: () => Set<number> | null, open: (slot: number) => void,
 *   drawThumb: (canvas: HTMLCanvasElement, slot: number, px: number) => Promise<boolean>,
 * }} TimelineContext
 */

const DAY = 1440;
const LARGEST = 6; // regions with a colour of their own
const BAR_PX = 5;
const AXIS_PX = 16;
const NEAR_PX = 12;

export class Timeline {
  /** @type {[number, number] | null} minutes */
  span = null;
  /** @type {[number, number] | null} the brush; null: everything */
  brush = null;
  /** @type {Mode} */
  mode = 'upto';
  /** @type {Space | null} */
  #space = null;
  #drag =
    /** @type {{kind: 'new' | 'from' | 'to' | 'move', at: number, brush: [number, number]} | null} */ (
      null
    );

  /** @param {TimelineContext} context */
  constructor(context) {
    this.context = context;
    this.canvas = el('canvas', { attrs: { 'aria-hidden': 'true' } });
    this.band = el('div', { class: 'brush' });
    this.from = this.#handle('from', 'Filter from');
    this.to = this.#handle('to', 'Filter to');
    this.label = el('span', { class: 'meta time-label', attrs: { 'aria-live': 'off' } });
    this.clear = el('button', { class: 'plain', text: 'All time', on: { click: () => this.set(null) } }); // prettier-ignore
    this.tip = new TimeTip(context);
    this.field = el('div', { class: 'timeline-field' }, this.canvas, this.band, this.from, this.to, this.tip.node); // prettier-ignore
    this.fits = el('div', { class: 'fits', attrs: { role: 'list', 'aria-label': 'Fits of the map' } }); // prettier-ignore
    this.node = el(
      'section',
      { class: 'timeline panel', hidden: true, attrs: { 'aria-label': 'Timeline' } },
      this.#head(),
      this.field,
      this.fits,
    );
    this.field.addEventListener('pointerdown', (event) => this.#down(event));
    this.field.addEventListener('pointermove', (event) => this.#move(event));
    this.field.addEventListener('pointerleave', () => this.tip.hide());
    for (const type of ['pointerup', 'pointercancel'])
      this.field.addEventListener(type, () => (this.#drag = null));
    new ResizeObserver(() => this.draw()).observe(this.field);
  }

  #head() {
    const { context } = this;
    this.player = iconButton('play', 'Play (Space)', () => context.play());
    this.modes = /** @type {const} */ (['upto', 'window']).map((mode) =>
      el('button', {
        class: 'mode',
        text: mode === 'upto' ? 'Up to' : 'Window',
        data: { mode },
        attrs: { 'aria-pressed': String(mode === this.mode) },
        on: { click: () => context.mode(mode) },
      }),
    );
    return el(
      'div',
      { class: 'timeline-head' },
      el('h2', { text: 'Time' }),
      iconButton('previous', 'A step back (,)', () => context.step(-1)),
      this.player,
      iconButton('next', 'A step on (.)', () => context.step(1)),
      el('span', { class: 'modes', attrs: { role: 'group', 'aria-label': 'What is shown' } }, ...this.modes), // prettier-ignore
      this.label,
      iconButton('check', 'Select what is in this time', () => context.select()),
      this.clear,
      iconButton('close', 'Close (T)', () => context.close()),
    );
  }

  /** @param {'from' | 'to'} which @param {string} label */
  #handle(which, label) {
    const node = el('div', {
      class: 'handle',
      attrs: { role: 'slider', tabindex: '0', 'aria-label': label },
    });
    node.addEventListener('keydown', (event) => {
      const steps = {
        ArrowLeft: -1,
        ArrowDown: -1,
        ArrowRight: 1,
        ArrowUp: 1,
        PageDown: -12,
        PageUp: 12,
      };
      const by = steps[/** @type {keyof typeof steps} */ (event.key)];
      if (!by || !this.span) return;
      event.preventDefault();
      event.stopPropagation();
      const brush = /** @type {[number, number]} */ ([...(this.brush ?? this.span)]);
      const end = which === 'from' ? 0 : 1;
      brush[end] += by * Math.max(DAY, (this.span[1] - this.span[0]) / 100);
      this.set(brush);
    });
    return node;
  }

  /** @param {Space} space */
  show(space) {
    this.#space = space;
    this.span = timeSpan(space.columns.time, space.columns.flags, space.columns.slots);
    this.#showFits(space);
    this.draw();
  }

  /** @param {Space} space */
  #showFits({ entry }) {
    const all = entry.fits ?? (entry.fit ? [entry.fit] : []);
    this.fits.hidden = !all.length;
    this.fits.replaceChildren(
      ...all.slice(-24).map(({ number, at, drift, items }) => {
        const when = day(at / 60_000);
        const moved = drift ? `, moved by ${drift.p50.toFixed(2)} (median)` : '';
        return el('span', {
          class: 'fit-tick',
          text: `fit ${number}`,
          title: `Fit ${number} of ${when}: ${count(items)} items${moved}`,
          attrs: { role: 'listitem' },
        });
      }),
    );
  }

  /** @param {[number, number] | null} brush minutes */
  set(brush) {
    if (brush && this.span) {
      const [low, high] = this.span;
      const a = Math.min(Math.max(Math.min(...brush), low), high);
      const b = Math.min(Math.max(Math.max(...brush), low), high);
      this.brush = a <= low && b >= high ? null : [a, b];
    } else this.brush = brush;
    this.#place();
    this.context.brush(this.brush);
  }

  /** @param {Mode} mode */
  setMode(mode) {
    this.mode = mode;
    for (const button of this.modes ?? [])
      button.setAttribute('aria-pressed', String(button.dataset.mode === mode));
    this.node.dataset.mode = mode;
  }

  /** @param {boolean} on */
  playing(on) {
    this.player?.replaceChildren(icon(on ? 'pause' : 'play'));
    this.player?.setAttribute('aria-label', on ? 'Pause (Space)' : 'Play (Space)');
    this.player?.setAttribute('aria-pressed', String(on));
  }

  /** @param {number} px @returns {number} minutes */
  #timeAt(px) {
    const [low, high] = this.span ?? [0, 1];
    return low + (px / Math.max(this.field.clientWidth, 1)) * (high - low);
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (!this.span) return;
    try {
      this.field.setPointerCapture(event.pointerId);
    } catch {
      // A pointer that is already gone.
    }
    const at = this.#timeAt(event.clientX - this.field.getBoundingClientRect().left);
    const brush = this.brush ?? this.span;
    const near = ((this.span[1] - this.span[0]) / this.field.clientWidth) * NEAR_PX;
    /** @type {'new' | 'from' | 'to' | 'move'} */
    let kind = 'new';
    if (Math.abs(at - brush[0]) < near && this.mode === 'window') kind = 'from';
    else if (Math.abs(at - brush[1]) < near || this.mode === 'upto') kind = 'to';
    else if (this.brush && at > brush[0] && at < brush[1]) kind = 'move';
    this.#drag = { kind, at, brush: [brush[0], brush[1]] };
    if (this.mode === 'upto') this.set([this.span[0], at]);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const px = event.clientX - this.field.getBoundingClientRect().left;
    const now = this.#timeAt(px);
    if (!this.#drag) {
      if (this.#space && this.span && event.pointerType !== 'touch')
        this.tip.show(this.#space, this.span, px, this.field.clientWidth);
      return;
    }
    const { kind, at, brush } = this.#drag;
    const least = ((this.span?.[1] ?? 1) - (this.span?.[0] ?? 0)) / 200;
    if (kind === 'new') {
      if (Math.abs(now - at) > least) this.set([at, now]);
    } else if (kind === 'from') this.set([now, brush[1]]);
    else if (kind === 'to') this.set([brush[0], now]);
    else this.set([brush[0] + now - at, brush[1] + now - at]);
  }

  #place() {
    const span = this.span;
    if (!span) return;
    const [a, b] = this.brush ?? span;
    const share = (/** @type {number} */ time) => ((time - span[0]) / (span[1] - span[0])) * 100;
    this.band.style.left = `${share(a)}%`;
    this.band.style.width = `${share(b) - share(a)}%`;
    for (const [node, value] of /** @type {[HTMLElement, number][]} */ ([
      [this.from, a],
      [this.to, b],
    ])) {
      node.style.left = `${share(value)}%`;
      node.setAttribute('aria-valuemin', String(Math.round(span[0])));
      node.setAttribute('aria-valuemax', String(Math.round(span[1])));
      node.setAttribute('aria-valuenow', String(Math.round(value)));
      node.setAttribute('aria-valuetext', day(value));
    }
    this.label.textContent = `${day(a)} – ${day(b)} · ${this.#counted([a, b])}`;
    this.clear.disabled = !this.brush;
  }

  /** @param {[number, number]} span */
  #counted([from, to]) {
    const space = this.#space;
    if (!space) return '';
    const { time, flags, slots } = space.columns;
    const all = !this.brush;
    const found = this.context.found();
    let n = 0;
    for (let s = 0; s < slots; s++)
      if (flags[s] & 1 && (all || (time[s] >= from && time[s] <= to)) && (!found || found.has(s))) n++; // prettier-ignore
    return counted(n, space.name === 'image' ? 'picture' : 'note');
  }

  draw() {
    const space = this.#space;
    if (!space || !this.span || this.node.hidden) return;
    const { clientWidth: width, clientHeight: height } = this.field;
    const dpr = Math.min(devicePixelRatio || 1, 2);
    this.canvas.width = Math.max(1, width * dpr);
    this.canvas.height = Math.max(1, height * dpr);
    const c = this.canvas.getContext('2d');
    if (!c) return;
    c.scale(dpr, dpr);
    const style = getComputedStyle(this.node);
    this.#bars(c, space, width, height - AXIS_PX, style.getPropertyValue('--ink-soft'));
    c.fillStyle = style.getPropertyValue('--ink-soft');
    c.font = '10px "B612 Mono", monospace';
    c.textAlign = 'center';
    for (const { time, text } of yearTicks(this.span, width / 60)) {
      const x = ((time - this.span[0]) / (this.span[1] - this.span[0])) * width;
      c.fillText(text, Math.min(Math.max(x, 18), width - 18), height - 3);
    }
    this.#place();
  }

  /** @param {CanvasRenderingContext2D} c @param {Space} space @param {number} width @param {number} height @param {string} rest colour of everything else */
  #bars(c, space, width, height, rest) {
    const dark = document.documentElement.dataset.theme !== 'light';
    const largest = space.regions.filter(({ level }) => level === 0).sort((a, b) => b.count - a.count).slice(0, LARGEST); // prettier-ignore
    const group = new Map(largest.map(({ id }, i) => [id, i]));
    const found = this.context.found();
    const { region } = space.columns;
    const bins = Math.max(12, Math.floor(width / BAR_PX));
    const of = (/** @type {number} */ slot) => group.get(region[slot * 3]) ?? LARGEST;
    const all = stacked(space.columns, this.span ?? [0, 1], bins, LARGEST + 1, (slot) => !found || found.has(slot) ? of(slot) : -1); // prettier-ignore
    const totals = Array.from({ length: bins }, (_, b) => all.reduce((sum, row) => sum + row[b], 0)); // prettier-ignore
    const top = Math.sqrt(Math.max(1, ...totals));
    const colours = [...largest.map(({ colour }) => `rgb(${inkOf(colour, dark).join(' ')})`), rest];
    totals.forEach((total, b) => {
      if (!total) return;
      const tall = Math.max(1.5, (Math.sqrt(total) / top) * (height - 4));
      let y = height;
      all.forEach((row, g) => {
        const part = (row[b] / total) * tall;
        c.fillStyle = colours[g];
        c.globalAlpha = g === LARGEST ? 0.55 : 1;
        c.fillRect((b / bins) * width, y - part, width / bins - 1, part);
        y -= part;
      });
    });
    c.globalAlpha = 1;
  }
}
