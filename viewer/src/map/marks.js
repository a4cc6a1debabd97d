/** Rings, discs and lines that live for a while: arrivals, departures, selection, neighbours. */
import { toMap } from '../geometry/camera.js';
import { LINE_FLOATS, MARK_FLOATS, grown } from '../render/frame.js';
import { rgb } from '../app/theme.js';
import { crosses } from './graticule.js';

/** @typedef {import('./scene.js').Scene} Scene */
/** @typedef {import('../render/frame.js').Frame} Frame */
/**
 * @typedef {{from: number, to: number, weight: number, weak?: boolean, colour?: string, line?: number[]}} Link
 * Slots that are joined; `line`: x0, y0, x1, y1 instead of the straight way between them, map units.
 */

const ARRIVE_MS = 700;
const LEAVE_MS = 600;

/** At most so many rings and badges are drawn in a frame. */
const MOST_SIGNS = 4000;
const BADGE_PX = 5;
/** Links that are drawn of an item. */
const MOST_TIES = 200;

/**
 * @typedef {{of: Uint8Array, inks: [number, number, number][]}} Layer
 * Collections that show on the map. `of`: slot → 0, or the number of its ink (0 … 1) plus one
 */

export class Marks {
  /** @type {Layer | null} */
  layer = null;
  /** Pictures tell their group by a badge: its ink, 0 … 1. @type {((slot: number) => number[] | null) | null} */
  badge = null;
  /** @type {{slot: number, start: number}[]} */
  #arrivals = [];
  /** @type {{x: number, y: number, start: number}[]} */
  #departures = [];
  /** @type {Link[]} */
  #links = [];
  /** Of the item that is read, with what it links to and what links to it. @type {Link[]} */
  #ties = [];
  #lines = new Float32Array(64 * LINE_FLOATS);
  #marks = new Float32Array(64 * MARK_FLOATS);

  /** @param {Scene} scene */
  constructor(scene) {
    this.scene = scene;
  }

  /** @param {number} slot @param {number} delay ms */
  arrive(slot, delay) {
    this.#arrivals.push({ slot, start: performance.now() + delay });
  }

  /** @param {number} x map units @param {number} y */
  leave(x, y) {
    this.#departures.push({ x, y, start: performance.now() });
  }

  /** @param {Link[]} links */
  setLinks(links) {
    this.#links = links;
    this.scene.refresh();
  }

  /** What an item is linked with: dashed, as long as it is read. @param {number} slot @param {number[]} others */
  setTies(slot, others) {
    const seen = [...new Set(others)].filter((to) => to !== slot).slice(0, MOST_TIES);
    this.#ties = seen.map((to) => ({ from: slot, to, weight: 0.35, weak: true }));
    this.scene.refresh();
  }

  /** Crosses of the graticule, and links over them. @param {import('./plane.js').Plane} plane @param {Frame} frame @returns {number} lines */
  #writeLines(plane, frame) {
    let lines = 0;
    const put = (/** @type {number[]} */ values) => {
      if ((lines + 1) * LINE_FLOATS > this.#lines.length) this.#lines = grown(this.#lines);
      this.#lines.set(values, lines * LINE_FLOATS);
      lines++;
    };
    const ink = rgb(frame.theme.edge).map((c) => c / 255);
    for (const { x, y, arm, alpha } of plane.kind === 'map'
      ? crosses(frame.camera, frame.size)
      : []) {
      const strength = alpha * frame.theme.crossAlpha * frame.landAlpha;
      put([x - arm, y, x + arm, y, ...ink, strength, 1, 0]);
      put([x, y - arm, x, y + arm, ...ink, strength, 1, 0]);
    }
    const { leaders } = this.scene.thumbs;
    for (let k = 0; k < leaders.length; k += 5)
      put([...leaders.slice(k, k + 4), ...ink, 0.55 * leaders[k + 4] * frame.dim, 1, 0]);
    const { columns } = plane.space;
    const ties = plane.kind === 'map' ? this.#ties.filter(({ to }) => columns.present(to)) : [];
    for (const { from, to, weight, weak, colour, line } of [...this.#links, ...ties]) {
      const ends = line ?? [...plane.place(from, frame.relax), ...plane.place(to, frame.relax)];
      const c = colour ? rgb(colour).map((value) => value / 255) : ink;
      put([...ends, ...c, 0.35 + 0.6 * weight, 0.8 + 2.4 * weight, weak ? 5 : 0]);
    }
    return lines;
  }

  /**
   * Badges on pictures, rings round dots, of what collections and groups show.
   * @param {import('./plane.js').Plane} plane @param {Frame} frame @param {(values: number[]) => void} put
   */
  #writeSigns(plane, frame, put) {
    const { layer, badge, scene } = this;
    if (!layer && !badge) return;
    const pictured = new Set();
    let signs = 0;
    for (const { slot, x, y, halfWidth, halfHeight } of scene.thumbs.boxes) {
      pictured.add(slot);
      if (!scene.passes(slot)) continue;
      const inks = [layerInk(layer, slot), badge?.(slot)];
      inks.forEach((ink, n) => {
        if (!ink || signs++ > MOST_SIGNS) return;
        const [mx, my] = toMap(frame.camera, frame.size, x + halfWidth - 2 - n * 13, y + halfHeight - 2); // prettier-ignore
        put([mx, my, BADGE_PX + 2, 0, ...rgb(frame.theme.halo).map((c) => c / 255), 0.85]);
        put([mx, my, BADGE_PX, 0, ...ink, 1]);
      });
    }
    if (!layer) return;
    const { out } = scene.gatherer;
    for (let i = 0; i < out.count && signs < MOST_SIGNS; i++) {
      const slot = out.slots[i];
      const ink = pictured.has(slot) ? null : layerInk(layer, slot);
      if (ink && !scene.passes(slot)) continue;
      if (!ink) continue;
      signs++;
      put([...plane.place(slot, frame.relax), frame.dotRadius + 3, 1.8, ...ink, 0.95]);
    }
  }

  /** @param {Frame} frame @param {number} now @returns {boolean} whether anything still moves */
  write(frame, now) {
    const { scene } = this;
    const { plane } = scene;
    if (!plane) return false;
    const lines = this.#writeLines(plane, frame);
    scene.painter.setLines('moving', this.#lines, lines);
    let marks = 0;
    const put = (/** @type {number[]} */ values) => {
      if ((marks + 1) * MARK_FLOATS > this.#marks.length) this.#marks = grown(this.#marks);
      this.#marks.set(values, marks * MARK_FLOATS);
      marks++;
    };
    const accent = rgb(frame.theme.line[frame.space]).map((c) => c / 255);
    const ring = rgb(frame.theme.ring).map((c) => c / 255);
    this.#arrivals = this.#arrivals.filter(({ start }) => now - start < ARRIVE_MS * 2);
    for (const { slot, start } of this.#arrivals) {
      const t = (now - start) / ARRIVE_MS;
      if (t < 0) continue;
      const [x, y] = plane.place(slot, frame.relax);
      const drop = Math.max(0, 1 - t * 2.2);
      const lift = (drop * drop * 60) / frame.camera.scale;
      if (t < 0.5) put([x, y + lift, frame.dotRadius + 1.5, 0, ...ring, 1]);
      for (const lag of [0.3, 0.55]) {
        const r = (t - lag) / 1.2;
        if (r > 0 && r < 1) put([x, y, 4 + 44 * Math.sqrt(r), 1.6, ...accent, (1 - r) * 0.9]);
      }
    }
    this.#departures = this.#departures.filter(({ start }) => now - start < LEAVE_MS);
    for (const { x, y, start } of this.#departures) {
      const t = (now - start) / LEAVE_MS;
      put([x, y, frame.dotRadius * (1 + t), 0, ...ring, (1 - t) * 0.5]);
    }
    this.#writeSigns(plane, frame, put);
    // A picture that is selected shows as one, in a frame of its own.
    if (
      scene.selected >= 0 &&
      !plane.space.entry.thumbs &&
      plane.space.columns.present(scene.selected)
    ) {
      const [x, y] = plane.place(scene.selected, frame.relax);
      put([x, y, Math.max(frame.dotRadius + 7, 10), 1.6, ...ring, 0.95]);
    }
    scene.painter.setMarks(this.#marks, marks);
    return this.#arrivals.length > 0 || this.#departures.length > 0;
  }
}

/** @param {Layer | null} layer @param {number} slot */
function layerInk(layer, slot) {
  const at = layer && slot < layer.of.length ? layer.of[slot] : 0;
  return at ? /** @type {Layer} */ (layer).inks[at - 1] : null;
}
