/** The thumbnails of a frame: which, where, at which level; written as the painter wants them. */
import { levelFor, thumbShare } from '../geometry/lod.js';
import { viewBox } from '../geometry/camera.js';
import { LEVELS, STATE, THUMB_FLOATS } from '../render/frame.js';

/** @typedef {import('./plane.js').Plane} Plane */
/** @typedef {import('../render/frame.js').Frame} Frame */
/** @typedef {import('./pictures.js').Want} Want */

const MOST = 1800;
const ASK_MS = 90;

export class ThumbWriter {
  /** Items in the view, as dots or thumbnails. */
  visible = 0;
  shown = 0;
  #askedAt = -1e9;
  #askLater = 0;
  #data = new Map(LEVELS.map(({ px }) => [px, new Float32Array(64 * THUMB_FLOATS)]));

  /** @param {import('./scene.js').Scene} scene */
  constructor(scene) {
    this.scene = scene;
  }

  /** @param {Plane} plane @param {Frame} frame @param {number} now ms @returns {boolean} something is fading in */
  fill(plane, frame, now) {
    const { scene } = this;
    const counts = new Map(LEVELS.map(({ px }) => [px, 0]));
    let fading = false;
    const entry = plane.space.entry.thumbs;
    this.visible = scene.gatherer.out.count;
    if (entry) {
      const { out } = scene.gatherer;
      const levels = entry.levels.map(({ px }) => px);
      const sharp = frame.thumbSize * frame.dpr;
      const level = sharp > 400 && scene.pictures.live ? 1024 : levelFor(sharp, levels.length ? levels : [256]);
      /** @type {Want[]} */
      const wants = [];
      for (const i of this.#inSight(plane, frame)) {
        const slot = out.slots[i];
        wants.push({ slot, level });
        if (level > 128) wants.push({ slot, level: levels[0] ?? 64 });
        const found = scene.pictures.find(slot, level, now);
        if (!found) continue;
        if (found.alpha < 1) fading = true;
        this.#write(found, i, plane, counts);
      }
      this.#ask(plane, wants.reverse(), now);
    }
    this.shown = 0;
    for (const [px, count] of counts) {
      scene.painter.setThumbs(px, /** @type {Float32Array} */ (this.#data.get(px)), count);
      this.shown += count;
    }
    return fading;
  }

  /** Indices of the gathered whose thumbnails show, the least important first. @param {Plane} plane @param {Frame} frame */
  #inSight(plane, frame) {
    const { scene } = this;
    const { out } = scene.gatherer;
    const { places, slots, looks } = out;
    const { rank } = plane.space.columns;
    const margin = 0.06 + frame.thumbSize / Math.max(scene.size.width, 1) / 2;
    const [x0, y0, x1, y1] = viewBox(scene.camera, scene.size, margin);
    const shown = [];
    let visible = 0;
    for (let i = 0; i < out.count; i++) {
      const p = i * 6;
      const x = places[p + 4] + (places[p] + (places[p + 2] - places[p]) * frame.relax - places[p + 4]) * frame.morph;
      const y = places[p + 5] + (places[p + 1] + (places[p + 3] - places[p + 1]) * frame.relax - places[p + 5]) * frame.morph;
      if (x < x0 || x > x1 || y < y0 || y > y1) continue;
      visible++;
      const bright = (looks[i * 8 + 4] & STATE.out) !== 0;
      if (!bright && frame.allThumbs <= 0 && thumbShare(rank[slots[i]], frame.zoom, frame.cellPx) <= 0.01) continue;
      shown.push(i);
    }
    this.visible = visible;
    shown.sort((a, b) => rank[slots[b]] - rank[slots[a]] || slots[a] - slots[b]);
    return shown.length > MOST ? shown.slice(-MOST) : shown;
  }

  /** At most every 90 ms; what is asked for too early is asked for a little later. @param {Plane} plane @param {Want[]} wants @param {number} now */
  #ask(plane, wants, now) {
    if (Math.abs(now - this.#askedAt) > ASK_MS) {
      this.#askedAt = now;
      this.scene.pictures.want(plane.space, wants);
    } else if (!this.#askLater) {
      this.#askLater = window.setTimeout(() => {
        this.#askLater = 0;
        this.scene.refresh();
      }, ASK_MS + 20);
    }
  }

  /**
   * @param {{level: number, cell: number, alpha: number}} found @param {number} i of the gathered
   * @param {Plane} plane @param {Map<number, number>} counts
   */
  #write(found, i, plane, counts) {
    const { out } = this.scene.gatherer;
    const slot = out.slots[i];
    let data = /** @type {Float32Array} */ (this.#data.get(found.level));
    const n = counts.get(found.level) ?? 0;
    if ((n + 1) * THUMB_FLOATS > data.length) {
      const grown = new Float32Array(data.length * 2);
      grown.set(data);
      this.#data.set(found.level, (data = grown));
    }
    const at = n * THUMB_FLOATS;
    const p = i * 6;
    const level = LEVELS.find(({ px }) => px === found.level) ?? LEVELS[0];
    const side = level.page / level.px;
    const inLayer = found.cell % (side * side);
    const state = out.looks[i * 8 + 4];
    const bright = (state & STATE.out) !== 0;
    data.set(out.places.subarray(p, p + 4), at);
    data[at + 4] = out.places[p + 4];
    data[at + 5] = out.places[p + 5];
    data[at + 6] = plane.space.columns.ratio(slot);
    data[at + 7] = bright ? -20 : plane.space.columns.rank[slot];
    const canvas = this.scene.painter.kind === 'canvas2d';
    data[at + 8] = canvas ? found.cell : inLayer % side;
    data[at + 9] = Math.floor(inLayer / side);
    data[at + 10] = Math.floor(found.cell / (side * side));
    data[at + 11] = found.alpha * ((state & STATE.ghost) !== 0 ? 0.45 : 1);
    data[at + 12] = out.looks[i * 8];
    data[at + 13] = out.looks[i * 8 + 1];
    data[at + 14] = out.looks[i * 8 + 2];
    data[at + 15] = bright ? 1 : (state & STATE.filtered) !== 0 ? -1 : 0;
    counts.set(found.level, n + 1);
  }
}
