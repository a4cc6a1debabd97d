/** Who shows from which step, and how large: the work behind `ranges.js`. Pure and deterministic. */
import { Board } from './board.js';
import { Crowd } from './crowd.js';
import { relaxedShare } from './lod.js';
import { Placards } from './placards.js';
import { NEVER, STEPS, stepOf } from './ranges.js';

/** @typedef {import('./ranges.js').Wish} Wish */
/** @typedef {import('./ranges.js').Ranges} Ranges */
/** @typedef {import('./ranges.js').Obstacle} Obstacle */

const LAST = 96; // step, of 24 octaves
/** Items that take part; of more, the most important. */
const MOST = 200_000;
/** From this step on, that an item shows at all goes before the size of others. */
const PRESENCE_FROM = 12;
/** From this one on, pictures are on their way to their relaxed places: closer, and names lie over them. */
const CLOSE_FROM = 16;
const TIGHT_PX = 3;
const MOST_LANDMARKS = 48;
/** Landmarks may stand beside their region's name: so many times farther off than others. */
const WIDER = 2;
/** Share of what is an item's own that it may fill; where it hides no more dots than so many, it may fill more. */
const OWN = 0.75;
const HIDES = 3;
/** Steps before two items are clear of each other by themselves, from which a spot aside may help. */
const PATIENCE = 5;
/** Later steps at which room is looked for; beyond, boxes that are apart only part further. */
const AHEAD = [0, 1, 2, 4, 8];
const WINDOW = 9;

/** The work, step by step: what is decided serves before all is. @template {Wish} [W=Wish] */
export class Laying {
  /** @param {W} wish */
  constructor(wish) {
    this.wish = wish;
    const { fit, last, sizes, x, names } = wish;
    this.steps = Math.max(0, Math.min(LAST, Math.ceil(stepOf(last, fit))));
    this.count = x.length;
    this.many = sizes.length;
    this.from = new Uint8Array(this.count * this.many).fill(NEVER);
    this.ox = new Float32Array(this.count);
    this.oy = new Float32Array(this.count);
    /** The size of each item now; −1: does not show. */
    this.size = new Int8Array(this.count).fill(-1);
    this.half = sizes.map(({ width, height }) => [width / 2, height / 2]);
    /** The last size that those may have that hide next to nothing. */
    this.roomy = wish.roomy ?? wish.usual;
    this.candidates = wish.order.slice(0, MOST);
    /** The shown, in the order in which they came. */
    this.shown = new Uint32Array(this.candidates.length);
    this.showing = 0;
    /** The step at which it is worth to try again, per size and slot. */
    this.again = sizes.map(() => new Uint8Array(this.count));
    this.scales = Array.from({ length: this.steps + WINDOW }, (_, k) => fit * 2 ** (k / STEPS));
    this.shares = this.scales.map((scale) => relaxedShare(wish.cell * scale));
    /** Pictures, at this step and the next ones. @type {Board[]} */
    this.boards = [];
    this.placards = new Placards(names, fit, this.scales, sizes[wish.usual].width);
    /** Half sides of the largest that shows. */
    this.reach = [0, 0];
    /** About the step from which the last one tried would be clear of what was in its way. */
    this.apart = 0;
    this.crowd = new Crowd(wish.x, wish.y, wish.order);
    this.next = 0;
    for (let k = 0; k < WINDOW; k++) this.#open(k);
  }

  /** Decide up to a step. @param {number} last @returns {boolean} whether all is decided */
  until(last) {
    while (this.next <= Math.min(last, this.steps)) this.#step(this.next++);
    return this.next > this.steps;
  }

  /** A board for a step. @param {number} k */
  #open(k) {
    const usual = this.wish.sizes[this.wish.usual];
    const side = Math.max(usual.width, usual.height, 2 * this.reach[0], 2 * this.reach[1]);
    this.boards[k] = new Board(side, this.showing);
    for (let n = 0; n < this.showing; n++) {
      const slot = this.shown[n];
      this.boards[k].put(this.#x(slot, k, this.ox[slot]), this.#y(slot, k, this.oy[slot]), slot);
    }
    if (k < CLOSE_FROM) this.placards.open(k);
  }

  /** @param {number} step */
  #step(step) {
    const { wish } = this;
    if (step > 0) {
      delete this.boards[step - 1];
      this.placards.close(step - 1);
      this.#open(step + WINDOW - 1);
    }
    this.#hold(step);
    this.placards.join(step, (name) => this.#nameIsClear(name, step));
    if (step === 0) {
      this.#joinLandmarks();
      // What stands alone may be a little larger.
      for (let n = 0; n < this.showing; n++) {
        const level = wish.landmark[this.shown[n]];
        const most = wish.landmarks[0] ?? wish.entry;
        this.#growOne(this.shown[n], 0, level <= 1 ? most + 2 : most);
      }
      return;
    }
    const presence = step >= PRESENCE_FROM;
    if (!presence) this.#grow(step);
    // The large ones first, or small ones would leave no room for them.
    if (!presence && step >= (wish.grows ?? 0))
      for (const c of [wish.usual, wish.usual - 2, wish.usual - 4])
        this.#join(step, () => c, Infinity, 1);
    this.#join(step, () => wish.entry, Infinity, 1);
    if (presence) this.#grow(step);
  }

  /** As large as there is room for, then as large as they must be, then whoever finds room. */
  #joinLandmarks() {
    const { wish } = this;
    const must = (/** @type {number} */ slot) => wish.landmarks[wish.landmark[slot]] ?? -1;
    const larger = (/** @type {number} */ slot) => (must(slot) < 0 ? -1 : must(slot) + 1);
    const grows = !wish.grows;
    if (grows) this.#join(0, larger, MOST_LANDMARKS, WIDER);
    this.#join(0, must, MOST_LANDMARKS - this.showing, WIDER);
    for (const c of grows ? [wish.entry, 0] : [0])
      this.#join(0, () => c, MOST_LANDMARKS - this.showing, grows ? WIDER : 1);
  }

  /** What was decided before. @param {number} step */
  #hold(step) {
    const { held, order } = this.wish;
    const { many, size } = this;
    if (!held) return;
    if (step === 0)
      this.candidates = this.candidates.filter(
        (slot) => slot >= held.count || held.from[slot * many] > this.steps,
      );
    for (const slot of order) {
      if (slot >= held.count || held.from[slot * many] > step) continue;
      const before = size[slot];
      let c = before;
      while (c + 1 < many && held.from[slot * many + c + 1] === step)
        this.from[slot * many + ++c] = step;
      if (c === before) continue;
      if (before < 0) {
        this.ox[slot] = held.ox[slot];
        this.oy[slot] = held.oy[slot];
        this.#show(slot, c, step);
      } else this.#resize(slot, c);
    }
  }

  /** @param {Obstacle} name @param {number} step */
  #nameIsClear(name, step) {
    for (const ahead of AHEAD) {
      const k = step + ahead;
      if (this.scales[k] >= name.to) break;
      const x = name.x * this.scales[k];
      const y = -name.y * this.scales[k];
      if (this.#inTheWay(-1, k, x, y, name.halfWidth, name.halfHeight)) return false;
    }
    return true;
  }

  /**
   * Let others in, as large as there is room.
   * @param {number} step @param {(slot: number) => number} sizeOf −1: not now
   * @param {number} most @param {number} reach how far off its dot one may stand, times the usual
   */
  #join(step, sizeOf, most, reach) {
    const { candidates, wish } = this;
    let left = 0;
    let joined = 0;
    const zoom = step / STEPS;
    for (const slot of candidates) {
      const c = wish.zoom[slot] > zoom ? -1 : sizeOf(slot);
      const tries = c >= 0 && joined < most && this.again[c][slot] <= step;
      if (!tries || !this.#findSpot(slot, c, step, reach)) {
        candidates[left++] = slot;
        continue;
      }
      this.#show(slot, c, step);
      for (let k = 0; k <= c; k++) this.from[slot * this.many + k] = step;
      if (step > 0 && step < PRESENCE_FROM) this.#growOne(slot, step, this.roomy);
      joined++;
    }
    this.candidates = candidates.subarray(0, left);
  }

  /** Let those that show grow. @param {number} step */
  #grow(step) {
    const { held } = this.wish;
    for (let n = 0; n < this.showing; n++) {
      const slot = this.shown[n];
      if (held && slot < held.count && held.from[slot * this.many] <= this.steps) continue;
      this.#growOne(slot, step, this.many - 1);
    }
  }

  /** @param {number} slot @param {number} step @param {number} most index of the sizes */
  #growOne(slot, step, most) {
    const { wish, many } = this;
    if (step < (wish.grows ?? 0)) return;
    const room = wish.own[slot] * this.scales[step] * OWN;
    for (let c = this.size[slot] + 1; c <= most; c++) {
      if (this.again[c][slot] > step) break;
      if (c > wish.usual && room < wish.sizes[c].width && !this.#hidesLittle(slot, c, step)) break;
      if (!this.#clear(slot, c, step, this.ox[slot], this.oy[slot])) {
        this.again[c][slot] = Math.min(250, Math.max(step + 1, this.apart - 1));
        break;
      }
      this.from[slot * many + c] = step;
      this.#resize(slot, c);
    }
  }

  /** @param {number} slot @param {number} c @param {number} step */
  #show(slot, c, step) {
    this.shown[this.showing++] = slot;
    for (let k = step; k < step + WINDOW; k++)
      this.boards[k].put(this.#x(slot, k, this.ox[slot]), this.#y(slot, k, this.oy[slot]), slot);
    this.#resize(slot, c);
  }

  /** @param {number} slot @param {number} c */
  #resize(slot, c) {
    this.size[slot] = c;
    const [w, h] = this.half[c];
    this.reach[0] = Math.max(this.reach[0], w * this.wish.wide[slot]);
    this.reach[1] = Math.max(this.reach[1], h * this.wish.tall[slot]);
  }

  /** Whether there is room near a dot: the spot is taken that hides the fewest others. @param {number} slot @param {number} c @param {number} step @param {number} reach */
  #findSpot(slot, c, step, reach) {
    const { wish } = this;
    const { width, height } = wish.sizes[c];
    const ax = wish.awayX[slot];
    const ay = -wish.awayY[slot];
    let fewest = this.#clear(slot, c, step, 0, 0) ? this.#hides(slot, c, step, 0, 0) : Infinity;
    let [bestX, bestY] = [0, 0];
    const { apart } = this;
    for (let far = 1; far <= reach && (far === 1 || fewest === Infinity); far += 0.5) {
      for (const [u, v] of wish.spots) {
        // The first spot lies towards sparser land, the others turn away from there.
        const ox = (u * ax - v * ay) * width * far;
        const oy = (u * ay + v * ax) * height * far;
        const hidden = this.#hides(slot, c, step, ox, oy) + Math.hypot(u, v);
        if (hidden >= fewest || !this.#clear(slot, c, step, ox, oy)) continue;
        [fewest, bestX, bestY] = [hidden, ox, oy];
      }
    }
    if (fewest < Infinity) [this.ox[slot], this.oy[slot]] = [bestX, bestY];
    else if (step > 0) this.again[c][slot] = Math.max(step + 1, Math.min(250, apart - PATIENCE));
    return fewest < Infinity;
  }

  /** About how many dots an item would lie over. @param {number} slot @param {number} c @param {number} step @param {number} ox px @param {number} oy */
  #hides(slot, c, step, ox, oy) {
    const scale = this.scales[step];
    const [w, h] = this.half[c];
    const [x, y] = [this.#x(slot, step, ox) / scale, -this.#y(slot, step, oy) / scale];
    return this.crowd.count(x, y, (w * this.wish.wide[slot]) / scale, (h * this.wish.tall[slot]) / scale); // prettier-ignore
  }

  /** @param {number} slot @param {number} c @param {number} step */
  #hidesLittle(slot, c, step) {
    if (step >= PRESENCE_FROM || c > this.roomy) return false;
    return this.#hides(slot, c, step, this.ox[slot], this.oy[slot]) <= HIDES;
  }

  /**
   * Whether an item of a size would meet nothing, at this step and later ones.
   * @param {number} slot @param {number} c @param {number} step @param {number} ox px @param {number} oy
   */
  #clear(slot, c, step, ox, oy) {
    const { wish } = this;
    const w = this.half[c][0] * wish.wide[slot];
    const h = this.half[c][1] * wish.tall[slot];
    for (const ahead of AHEAD) {
      const k = step + ahead;
      const x = this.#x(slot, k, ox);
      const y = this.#y(slot, k, oy);
      const gap = k < CLOSE_FROM ? wish.gap : Math.min(wish.gap, TIGHT_PX);
      if (k === 0 && !this.#inside(x, y, w, h)) return false;
      if (this.#inTheWay(slot, k, x, y, w + gap, h + gap)) return false;
      if (this.placards.meet(k, x, y, w + 2, h + 2)) {
        this.apart = step + 2;
        return false;
      }
    }
    return true;
  }

  /** Whether a box lies within the view of the whole map. @param {number} x px @param {number} y @param {number} w half @param {number} h */
  #inside(x, y, w, h) {
    const { edge } = this.wish;
    return !edge || (x - w >= edge[0] && y - h >= edge[1] && x + w <= edge[2] && y + h <= edge[3]);
  }

  /** Whether a picture meets a box. @param {number} slot whose box it is; −1: a name's @param {number} k step @param {number} x px @param {number} y @param {number} w half @param {number} h */
  #inTheWay(slot, k, x, y, w, h) {
    const { wish, size, half } = this;
    const board = this.boards[k];
    const [rw, rh] = this.reach;
    for (const node of board.near(x - w - rw, y - h - rh, x + w + rw, y + h + rh)) {
      for (let n = node; n >= 0; n = board.next[n]) {
        const other = board.what[n];
        if (other === slot) continue;
        const [sw, sh] = half[size[other]];
        const dx = board.x[n] - x;
        const ww = w + sw * wish.wide[other];
        if (dx >= ww || dx <= -ww) continue;
        const dy = board.y[n] - y;
        const hh = h + sh * wish.tall[other];
        if (dy >= hh || dy <= -hh) continue;
        if (slot >= 0) this.apart = this.#apartStep(slot, other, ww, hh);
        return true;
      }
    }
    return false;
  }

  /** The step from which two are clear of each other, at their true or their relaxed places. @param {number} a @param {number} b @param {number} w px @param {number} h px */
  #apartStep(a, b, w, h) {
    const { x, y, rx, ry, fit } = this.wish;
    const scaleAt = (/** @type {number} */ dx, /** @type {number} */ dy) =>
      Math.min(w / Math.max(Math.abs(dx), 1e-12), h / Math.max(Math.abs(dy), 1e-12));
    const scale = Math.min(
      scaleAt(x[a] - x[b], y[a] - y[b]),
      scaleAt(rx[a] - rx[b], ry[a] - ry[b]),
    );
    return Math.floor(stepOf(scale, fit));
  }

  /** Where an item stands at a step, px. @param {number} slot @param {number} k @param {number} ox */
  #x(slot, k, ox) {
    const { x, rx } = this.wish;
    const share = this.shares[k];
    return (x[slot] + (rx[slot] - x[slot]) * share) * this.scales[k] + ox * (1 - share);
  }

  /** The same; y down. @param {number} slot @param {number} k @param {number} oy */
  #y(slot, k, oy) {
    const { y, ry } = this.wish;
    const share = this.shares[k];
    return -(y[slot] + (ry[slot] - y[slot]) * share) * this.scales[k] + oy * (1 - share);
  }

  /** What is decided. Those that found no room, or took no part, show with the last step. @returns {Ranges} */
  result() {
    const { from, ox, oy, steps, count, wish, many } = this;
    if (this.next > steps)
      for (const slot of wish.order) if (from[slot * many] === NEVER) from[slot * many] = steps;
    const { fit, cell, sizes } = wish;
    return { steps, count, from, ox, oy, fit, cell, sizes, nameFrom: this.placards.from };
  }
}
