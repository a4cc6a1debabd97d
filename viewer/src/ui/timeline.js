/** A histogram of time with a brush that filters map and tree. */
import { histogram, timeSpan, yearTicks } from '../geometry/histogram.js';
import { el } from './element.js';
import { day } from './words.js';

/** @typedef {import('../site/space.js').Space} Space */

const DAY = 1440;

export class Timeline {
  /** @type {[number, number] | null} minutes */
  span = null;
  /** @type {[number, number] | null} the brush; null: everything */
  brush = null;
  /** @type {Space | null} */
  #space = null;
  #drag =
    /** @type {{kind: 'new' | 'from' | 'to' | 'move', at: number, brush: [number, number]} | null} */ (
      null
    );

  /** @param {(brush: [number, number] | null) => void} onBrush */
  constructor(onBrush) {
    this.onBrush = onBrush;
    this.canvas = el('canvas', { attrs: { 'aria-hidden': 'true' } });
    this.band = el('div', { class: 'brush' });
    this.from = this.#handle('from', 'Filter from');
    this.to = this.#handle('to', 'Filter to');
    this.label = el('span', { class: 'meta', attrs: { 'aria-live': 'off' } });
    this.clear = el('button', {
      class: 'plain',
      text: 'All time',
      on: { click: () => this.set(null) },
    });
    this.field = el('div', { class: 'timeline-field' }, this.canvas, this.band, this.from, this.to);
    this.node = el(
      'section',
      { class: 'timeline panel', hidden: true, attrs: { 'aria-label': 'Timeline' } },
      el('div', { class: 'timeline-head' }, el('h2', { text: 'Timeline' }), this.label, this.clear),
      this.field,
    );
    this.field.addEventListener('pointerdown', (event) => this.#down(event));
    this.field.addEventListener('pointermove', (event) => this.#move(event));
    for (const type of ['pointerup', 'pointercancel'])
      this.field.addEventListener(type, () => this.#up());
    new ResizeObserver(() => this.draw()).observe(this.field);
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
    this.draw();
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
    this.onBrush(this.brush);
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
    const near = ((this.span[1] - this.span[0]) / this.field.clientWidth) * 12;
    /** @type {'new' | 'from' | 'to' | 'move'} */
    let kind = 'new';
    if (Math.abs(at - brush[0]) < near) kind = 'from';
    else if (Math.abs(at - brush[1]) < near) kind = 'to';
    else if (this.brush && at > brush[0] && at < brush[1]) kind = 'move';
    this.#drag = { kind, at, brush: [brush[0], brush[1]] };
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (!this.#drag) return;
    const { kind, at, brush } = this.#drag;
    const now = this.#timeAt(event.clientX - this.field.getBoundingClientRect().left);
    if (kind === 'new') {
      if (Math.abs(now - at) > ((this.span?.[1] ?? 1) - (this.span?.[0] ?? 0)) / 200)
        this.set([at, now]);
    } else if (kind === 'from') this.set([now, brush[1]]);
    else if (kind === 'to') this.set([brush[0], now]);
    else this.set([brush[0] + now - at, brush[1] + now - at]);
  }

  #up() {
    this.#drag = null;
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
    this.label.textContent = `${day(a)} – ${day(b)}`;
    this.clear.disabled = !this.brush;
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
    const bins = Math.max(12, Math.floor(width / 5));
    const counts = histogram(
      space.columns.time,
      space.columns.flags,
      space.columns.slots,
      this.span,
      bins,
    );
    const top = Math.sqrt(Math.max(1, ...counts));
    c.fillStyle = style.getPropertyValue('--accent');
    counts.forEach((n, i) => {
      const tall = (Math.sqrt(n) / top) * (height - 20);
      if (n) c.fillRect((i / bins) * width, height - 16 - tall, width / bins - 1, tall);
    });
    c.fillStyle = style.getPropertyValue('--ink-soft');
    c.font = '10px "B612 Mono", monospace';
    c.textAlign = 'center';
    for (const { time, text } of yearTicks(this.span, width / 60)) {
      const x = ((time - this.span[0]) / (this.span[1] - this.span[0])) * width;
      c.fillText(text, Math.min(Math.max(x, 18), width - 18), height - 3);
    }
    this.#place();
  }
}
