/** The time machine: a span that filters the map, played or set by hand, and land that grows. */
import { Timeline } from '../ui/timeline.js';
import { announce } from '../ui/element.js';
import { day } from '../ui/words.js';
import { Remote } from '../work/rpc.js';
import { startGrowth } from '../work/workers.js';

/** @typedef {import('../ui/timeline.js').Mode} Mode */
/**
 * @typedef {{
 *   atlas: import('./atlas.js').Atlas, base: string, found: () => Set<number> | null,
 *   route: (from: string, to: string) => void, shown: (on: boolean) => void,
 *   select: (slots: number[]) => void, openItem: (slot: number) => void,
 *   drawThumb: (canvas: HTMLCanvasElement, slot: number, px: number) => Promise<boolean>,
 * }} TimeContext
 */

const YEAR = 525_960; // minutes
const STEPS = 24; // of the growing land
/** Whatever the span, playing it takes between these, at a year a second where that fits. */
const LEAST_S = 6;
const MOST_S = 45;
const FILTER_MS = 80;
const STILL_STEP_MS = 1000;

export class TimeMachine {
  playing = false;
  #frame = 0;
  #timer = 0;
  #last = 0;
  #told = 0;
  /** @type {Remote | null} */
  #worker = null;
  #grown = '';
  /** @type {Map<number, Promise<Land>>} step → land */
  #lands = new Map();
  #step = STEPS;

  /** @param {TimeContext} context */
  constructor(context) {
    this.context = context;
    this.panel = new Timeline({
      brush: (brush) => this.#brushed(brush),
      play: () => this.toggle(),
      step: (by) => this.step(by),
      mode: (mode) => this.setMode(mode),
      close: () => this.show(false),
      select: () => this.#select(),
      found: context.found,
      open: context.openItem,
      drawThumb: context.drawThumb,
    });
    this.panel.setMode('upto');
  }

  get open() {
    return !this.panel.node.hidden;
  }

  /** @param {boolean} on */
  show(on) {
    if (on === this.open) return;
    this.panel.node.hidden = !on;
    document.documentElement.classList.toggle('with-timeline', on);
    if (on) this.panel.show(this.context.atlas.current);
    else {
      this.pause();
      this.panel.set(null);
    }
    this.context.shown(on);
  }

  /** The items, the space or the theme changed. */
  refresh() {
    if (!this.open) return;
    this.#forget();
    this.panel.show(this.context.atlas.current);
  }

  /** Only what is found counts in the bars. */
  redraw() {
    if (this.open) this.panel.draw();
  }

  /** @param {Mode} mode */
  setMode(mode) {
    this.pause();
    this.panel.setMode(mode);
    const { span, brush } = this.panel;
    if (!span) return;
    if (mode === 'upto') this.panel.set(brush && [span[0], brush[1]]);
    else this.panel.set(brush ?? null);
  }

  /** @param {number} from minutes @param {number} to */
  showSpan(from, to) {
    this.show(true);
    const low = this.panel.span?.[0] ?? from;
    this.panel.setMode(from <= low + 1440 ? 'upto' : 'window');
    this.panel.set([from, to]);
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  play() {
    const { span, brush, mode } = this.panel;
    if (!span) return;
    const wide = (span[1] - span[0]) / 8;
    if (mode === 'upto' && (!brush || brush[1] >= span[1])) this.panel.set([span[0], span[0] + wide / 20]); // prettier-ignore
    if (mode === 'window' && (!brush || brush[1] >= span[1])) {
      const width = brush ? brush[1] - brush[0] : wide;
      this.panel.set([span[0], span[0] + width]);
    }
    this.playing = true;
    this.panel.playing(true);
    announce('Playing');
    this.#last = performance.now();
    if (this.context.atlas.scene.still)
      this.#timer = window.setInterval(() => this.#advance(this.#pace()), STILL_STEP_MS); // prettier-ignore
    else this.#frame = requestAnimationFrame((now) => this.#tick(now));
  }

  pause() {
    if (!this.playing) return;
    this.playing = false;
    cancelAnimationFrame(this.#frame);
    clearInterval(this.#timer);
    this.panel.playing(false);
    this.#tell(true);
  }

  /** Minutes of the items' time in a second of ours. */
  #pace() {
    const [low, high] = this.panel.span ?? [0, YEAR];
    return Math.min(Math.max(YEAR, (high - low) / MOST_S), (high - low) / LEAST_S);
  }

  /** @param {number} now ms */
  #tick(now) {
    if (!this.playing) return;
    const elapsed_s = Math.min(now - this.#last, 250) / 1000;
    this.#last = now;
    this.#advance(elapsed_s * this.#pace());
    if (this.playing) this.#frame = requestAnimationFrame((next) => this.#tick(next));
  }

  /** @param {number} by minutes */
  #advance(by) {
    const { span, brush, mode } = this.panel;
    if (!span || !brush) {
      this.pause();
      return;
    }
    const end = brush[1] + by;
    this.panel.set(mode === 'upto' ? [span[0], end] : [brush[0] + by, end]);
    if (end >= span[1]) this.pause();
  }

  /** A step by hand. @param {number} by −1 or 1 */
  step(by) {
    this.pause();
    const { span, brush, mode } = this.panel;
    if (!span) return;
    const size = span[1] - span[0] > 4 * YEAR ? YEAR : (span[1] - span[0]) / 20;
    const [from, to] = brush ?? [mode === 'upto' ? span[0] : span[1] - size, span[1]];
    const end = Math.min(Math.max(to + by * size, span[0] + size / 10), span[1]);
    this.panel.set(mode === 'upto' ? [span[0], end] : [from + by * size, to + by * size]);
    announce(`up to ${day(end)}`);
  }

  /** @param {[number, number] | null} brush */
  #brushed(brush) {
    this.#tell(!this.playing || !brush);
    this.#grow(brush);
  }

  /** The map follows a few times a second while it plays. @param {boolean} now */
  #tell(now) {
    const at = performance.now();
    if (!now && at - this.#told < FILTER_MS) return;
    this.#told = at;
    const { brush, span } = this.panel;
    const { scene } = this.context.atlas;
    // What lies before the span, which leaves out the wildest dates, counts as before everything.
    const first = brush && span && brush[0] <= span[0];
    const filter = brush ? { from: first ? -Infinity : brush[0], to: brush[1] } : null;
    scene.filterBy(filter);
    this.context.route(brush ? day(brush[0]) : '', brush ? day(brush[1]) : '');
  }

  #select() {
    const { brush } = this.panel;
    const { columns } = this.context.atlas.current;
    const found = this.context.found();
    const slots = [];
    for (let s = 0; s < columns.slots; s++) {
      const inside = !brush || (columns.time[s] >= brush[0] && columns.time[s] <= brush[1]);
      if (columns.present(s) && inside && (!found || found.has(s))) slots.push(s);
    }
    this.context.select(slots);
  }

  /** The land that was there at the end of the brush. @param {[number, number] | null} brush */
  #grow(brush) {
    const { span, mode } = this.panel;
    const whole = !brush || !span || mode !== 'upto';
    const step = whole ? STEPS : Math.max(1, Math.ceil(((brush[1] - span[0]) / (span[1] - span[0])) * STEPS)); // prettier-ignore
    if (step === this.#step) return;
    this.#step = step;
    const { atlas } = this.context;
    if (step === STEPS || atlas.view !== 'map') {
      atlas.showLand(atlas.current.land);
      return;
    }
    void this.#land(step).then(
      (land) => {
        if (this.#step === step && atlas.view === 'map') atlas.showLand(land);
        if (this.playing && step + 1 < STEPS) void this.#land(step + 1).catch(() => {});
      },
      () => {}, // the whole land stays
    );
  }

  /** @param {number} step @returns {Promise<Land>} */
  async #land(step) {
    const { atlas, base } = this.context;
    const { entry, columns, name } = atlas.current;
    const { span } = this.panel;
    if (!entry.terrain || !span) throw new Error('no land');
    this.#worker ??= new Remote(startGrowth());
    const key = `${name} ${entry.terrain} ${columns.slots}`;
    if (key !== this.#grown) {
      this.#forget();
      this.#grown = key;
      const n = columns.slots;
      const [x, y, time, flags] = [columns.x.slice(0, n), columns.y.slice(0, n), columns.time.slice(0, n), columns.flags.slice(0, n)]; // prettier-ignore
      const url = new URL(entry.terrain, base).href;
      void this.#worker.call('begin', { url, x, y, time, flags }, [x.buffer, y.buffer, time.buffer, flags.buffer]).catch(() => {}); // prettier-ignore
    }
    let land = this.#lands.get(step);
    if (!land) {
      land = this.#worker.call('upTo', { time: span[0] + ((span[1] - span[0]) * step) / STEPS });
      land.catch(() => this.#lands.delete(step));
      this.#lands.set(step, land);
    }
    return land;
  }

  #forget() {
    this.#lands.clear();
    this.#grown = '';
  }
}
