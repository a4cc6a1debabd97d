/** How large a picture is at a moment, and how far it stands off its dot. */
import { thumbShare } from '../geometry/lod.js';
import { STEPS, pxOf, sizeAt } from '../geometry/ranges.js';

/** @typedef {import('./plane.js').Plane} Plane */
/** @typedef {import('../render/frame.js').Frame} Frame */

/** In a mosaic pictures fill so much of what is their own, where that is so wide. */
export const FILLED = 0.94;
export const LEAST_MOSAIC_PX = 26;

export class Look {
  side = 0;
  /** px off the dot, to the right and down. */
  ox = 0;
  oy = 0;
  /** @type {Plane | null} */
  #plane = null;
  /** @type {Frame | null} */
  #frame = null;
  /** Below the scale of the whole map everything shrinks with it. */
  #shrink = 1;

  /** @param {Plane} plane @param {Frame} frame */
  begin(plane, frame) {
    this.#plane = plane;
    this.#frame = frame;
    this.#shrink = Math.min(1, 2 ** (frame.step / STEPS));
  }

  /** Fill in how an item looks. @param {number} slot @returns {boolean} whether its picture shows */
  at(slot) {
    const plane = this.#plane;
    const frame = this.#frame;
    if (!plane || !frame) return false;
    this.side = frame.thumbSize;
    this.ox = this.oy = 0;
    if (plane.kind === 'tree')
      return thumbShare(plane.space.columns.rank[slot], frame.zoom, frame.cellPx) > 0.5;
    const { ranges } = plane;
    if (!ranges || frame.mode === 'quiet') return false;
    if (frame.mode === 'mosaic' && slot < plane.nearest.length) {
      this.side = plane.nearest[slot] * frame.camera.scale * FILLED;
      return this.side >= LEAST_MOSAIC_PX;
    }
    const size = sizeAt(ranges, slot, frame.step);
    if (size < 0) return false;
    this.side = pxOf(ranges.sizes, size).width * this.#shrink;
    const off = this.#shrink * (1 - frame.relax);
    this.ox = ranges.ox[slot] * off;
    this.oy = ranges.oy[slot] * off;
    return true;
  }
}
