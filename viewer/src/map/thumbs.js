/** The thumbnails of a frame: which, where, at which level; written as the painter wants them. */
import { levelFor, thumbShare } from '../geometry/lod.js';
import { viewBox } from '../geometry/camera.js';
import { LEVELS, STATE, THUMB_FLOATS, grown } from '../render/frame.js';

/** @typedef {import('./plane.js').Plane} Plane */
/** @typedef {import('../render/frame.js').Frame} Frame */
/** @typedef {import('./pictures.js').Want} Want */

const MOST = 1800;
const ASK_MS = 90;

export class ThumbWriter {
  /** Items in sight whose thumbnails are due. */
  visible = 0;
  /** Those of them that are drawn. */
  shown = 0;
  #askedAt = -1e9;
  #askLater = 0;
  #sets = LEVELS.map((level) => ({ ...level, side: level.page / level.px, data: new Float32Array(64 * THUMB_FLOATS), count: 0 }));
  /** @type {number[]} */
  #due = [];

  /** @param {import('./scene.js').Scene} scene */
  constructor(scene) {
    this.scene = scene;
  }

  /** @param {Plane} plane @param {Frame} frame @param {number} now ms @returns {boolean} something is fading in */
  fill(plane, frame, now) {
    const { scene } = this;
    const { pictures, painter } = scene;
    for (const set of this.#sets) set.count = 0;
    let fading = false;
    this.visible = 0;
    const entry = plane.space.entry.thumbs;
    if (entry) {
      const { slots } = scene.gatherer.out;
      const levels = entry.levels.map(({ px }) => px).filter((px) => this.#sets.some((set) => set.px === px));
      const sharp = frame.thumbSize * frame.dpr;
      const level = sharp > 400 && pictures.live ? 1024 : levelFor(sharp, levels.length ? levels : [256]);
      const due = this.#inSight(plane, frame);
      this.visible = due.length;
      const found = { level: 0, cell: 0, alpha: 0 };
      for (const i of due) {
        if (!pictures.find(slots[i], level, now, found)) continue;
        if (found.alpha < 1) fading = true;
        this.#write(found, i, plane);
      }
      this.#ask(plane, due, level, levels[0] ?? 64, now);
    }
    this.shown = 0;
    for (const { px, data, count } of this.#sets) {
      painter.setThumbs(px, data, count);
      this.shown += count;
    }
    return fading;
  }

  /**
   * Indices of the gathered whose thumbnails show, the least important first.
   * @param {Plane} plane @param {Frame} frame
   */
  #inSight(plane, frame) {
    const { scene } = this;
    const { gatherer } = scene;
    const { places, looks, count } = gatherer.out;
    const margin = 0.06 + frame.thumbSize / Math.max(scene.size.width, 1) / 2;
    const [x0, y0, x1, y1] = viewBox(scene.camera, scene.size, margin);
    const { morph, relax } = frame;
    const due = this.#due;
    due.length = 0;
    const look = (/** @type {number} */ i) => {
      const p = i * 6;
      const x = places[p + 4] + (places[p] + (places[p + 2] - places[p]) * relax - places[p + 4]) * morph;
      const y = places[p + 5] + (places[p + 1] + (places[p + 3] - places[p + 1]) * relax - places[p + 5]) * morph;
      if (x >= x0 && x <= x1 && y >= y0 && y <= y1) due.push(i);
    };
    let last = 255;
    if (frame.allThumbs <= 0) while (last >= 0 && thumbShare(last, frame.zoom, frame.cellPx) <= 0.01) last--;
    // Those of the best ranks are drawn last, over the others.
    const end = last < 0 ? 0 : Math.min(gatherer.ranks[last + 1], count);
    for (let k = end - 1; k >= 0; k--) if ((looks[gatherer.byRank[k] * 8 + 4] & STATE.out) === 0) look(gatherer.byRank[k]);
    for (const i of scene.outIndices) look(i);
    if (due.length > MOST) due.splice(0, due.length - MOST);
    return due;
  }

  /**
   * At most every 90 ms; what is asked for too early is asked for a little later.
   * @param {Plane} plane @param {number[]} due @param {number} level px @param {number} coarse px, for the time until then @param {number} now
   */
  #ask(plane, due, level, coarse, now) {
    const { scene } = this;
    if (Math.abs(now - this.#askedAt) > ASK_MS) {
      this.#askedAt = now;
      /** @type {Want[]} */
      const wants = [];
      for (let k = due.length - 1; k >= 0; k--) {
        const slot = scene.gatherer.out.slots[due[k]];
        if (level > 128) wants.push({ slot, level: coarse });
        wants.push({ slot, level });
      }
      scene.pictures.want(plane.space, wants);
    } else if (!this.#askLater) {
      this.#askLater = window.setTimeout(() => {
        this.#askLater = 0;
        scene.refresh();
      }, ASK_MS + 20);
    }
  }

  /** @param {import('./pictures.js').Found} found @param {number} i of the gathered @param {Plane} plane */
  #write(found, i, plane) {
    const { places, slots, looks } = this.scene.gatherer.out;
    const set = this.#sets.find(({ px }) => px === found.level) ?? this.#sets[0];
    const at = set.count * THUMB_FLOATS;
    if (at + THUMB_FLOATS > set.data.length) set.data = grown(set.data);
    const { data, side } = set;
    const { columns } = plane.space;
    const slot = slots[i];
    const inLayer = found.cell % (side * side);
    const state = looks[i * 8 + 4];
    const bright = (state & STATE.out) !== 0;
    for (let k = 0; k < 6; k++) data[at + k] = places[i * 6 + k];
    data[at + 6] = columns.ratio(slot);
    data[at + 7] = bright ? -20 : columns.rank[slot];
    data[at + 8] = this.scene.painter.kind === 'canvas2d' ? found.cell : inLayer % side;
    data[at + 9] = Math.floor(inLayer / side);
    data[at + 10] = Math.floor(found.cell / (side * side));
    data[at + 11] = found.alpha * ((state & STATE.ghost) !== 0 ? 0.45 : 1);
    data[at + 12] = looks[i * 8];
    data[at + 13] = looks[i * 8 + 1];
    data[at + 14] = looks[i * 8 + 2];
    data[at + 15] = bright ? 1 : (state & STATE.filtered) !== 0 ? -1 : 0;
    set.count++;
  }
}
