/** Where land lies that is out of sight: for the tabs at the edges of the view. Pure. */
import { toScreen } from './camera.js';

/** @typedef {{x: number, y: number, count: number, level: number}} Place */
/** @typedef {'left' | 'right' | 'top' | 'bottom'} Side */
/** @template {Place} P @typedef {{place: P, side: Side, along: number, gap: number}} Bearing `along`: px on its side; `gap`: px from the view's middle */

/** Tabs keep so far from the corners. */
const CORNER_PX = 90;

/**
 * The nearest place out of sight on each side of the view.
 * @template {Place} P
 * @param {P[]} places @param {Camera} camera @param {Size} size @returns {Bearing<P>[]} the nearest first, at most four
 */
export function bearings(places, camera, size) {
  /** @type {Map<Side, Bearing<P>>} */
  const nearest = new Map();
  for (const place of places) {
    const [x, y] = toScreen(camera, size, place.x, place.y);
    if (x >= 0 && y >= 0 && x <= size.width && y <= size.height) continue;
    const dx = (x - size.width / 2) / size.width;
    const dy = (y - size.height / 2) / size.height;
    const across = Math.abs(dx) >= Math.abs(dy);
    const side = across ? (dx < 0 ? 'left' : 'right') : dy < 0 ? 'top' : 'bottom';
    // Where the straight way there leaves the view.
    const share = 0.5 / Math.max(Math.abs(dx), Math.abs(dy));
    const long = across ? size.height : size.width;
    const along = (0.5 + (across ? dy : dx) * share) * long;
    const gap = Math.hypot(x - size.width / 2, y - size.height / 2);
    const before = nearest.get(side);
    if (before && before.gap <= gap) continue;
    const room = Math.min(CORNER_PX, long / 2);
    nearest.set(side, { place, side, along: Math.min(Math.max(along, room), long - room), gap });
  }
  return [...nearest.values()].sort((a, b) => a.gap - b.gap);
}

/**
 * The place nearest to the middle of the view.
 * @template {Place} P
 * @param {P[]} places @param {Camera} camera @returns {P | null}
 */
export function nearestPlace(places, camera) {
  let best = null;
  let least = Infinity;
  for (const place of places) {
    const gap = Math.hypot(place.x - camera.x, place.y - camera.y);
    if (gap < least) [best, least] = [place, gap];
  }
  return best;
}
