/** What is in sight: under a point, nearest to it, and whether there is anything at all. */
import { toMap, toScreen, viewBox } from '../geometry/camera.js';
import { LARGEST } from '../geometry/pictures.js';
import { STATE } from '../render/frame.js';

/** @typedef {import('./scene.js').Scene} Scene */

/** Of the way to the nearest item, that a step of the wheel goes besides. */
const DRIFT = 0.12;
/** Among so many items there is always one near. */
const MANY = 20_000;
/** One that is so near the pointer needs no help. */
const NEAR_PX = 40;

/** Whether the picture nearest to the middle is as large as any gets. @param {Scene} scene */
export function isFull(scene) {
  const { width, height } = scene.size;
  const { boxes } = scene.thumbs;
  if (scene.plane?.kind !== 'map' || !boxes.length) return false;
  const away = (/** @type {{x: number, y: number}} */ box) =>
    Math.hypot(box.x - width / 2, box.y - height / 2);
  const nearest = boxes.reduce((best, box) => (away(box) < away(best) ? box : best));
  return (
    2 * Math.max(nearest.halfWidth, nearest.halfHeight) >= LARGEST * Math.min(width, height) * 0.99
  );
}

/** Zooming in between items, the nearest one comes a little nearer, so that one does not lose all. @param {Scene} scene @param {Camera} camera @param {number} px @param {number} py @returns {Camera} */
export function drawnIn(scene, camera, px, py) {
  const sparse = scene.plane?.kind === 'map' && scene.gatherer.out.count < MANY;
  const near = sparse ? nearest(scene, px, py) : null;
  if (!near || near.gap < NEAR_PX || near.gap > Math.max(scene.size.width, scene.size.height))
    return camera;
  const [x, y] = toMap(scene.camera, scene.size, near.x, near.y);
  const [mx, my] = toMap(scene.camera, scene.size, px, py);
  const share = DRIFT * Math.min(1, camera.scale / scene.camera.scale - 1);
  return { ...camera, x: camera.x + (x - mx) * share, y: camera.y + (y - my) * share };
}

/** The item drawn under a point, or −1. @param {Scene} scene @param {number} px @param {number} py @param {number} slop px */
export function pick(scene, px, py, slop) {
  const { out } = scene.gatherer;
  const plane = scene.plane;
  if (!plane) return -1;
  const picture = scene.thumbs.pick(px, py);
  if (picture >= 0) return picture;
  const frame = scene.frame(performance.now());
  let best = -1;
  const [mx, my] = toMap(scene.camera, scene.size, px, py);
  const { places, slots, looks } = out;
  let nearest = (frame.dotRadius + slop) / scene.camera.scale;
  for (let i = 0; i < out.count; i++) {
    const p = i * 6;
    const dx = Math.abs(places[p] + (places[p + 2] - places[p]) * frame.relax - mx);
    const dy = Math.abs(places[p + 1] + (places[p + 3] - places[p + 1]) * frame.relax - my);
    if (dx > nearest || dy > nearest || looks[i * 8 + 4] & STATE.filtered) continue;
    const gap = Math.hypot(dx, dy);
    if (gap < nearest) [best, nearest] = [slots[i], gap];
  }
  return best;
}

/** How many items are in view; counted up to `most`. @param {Scene} scene @param {number} most */
export function inView(scene, most) {
  const { out } = scene.gatherer;
  const [x0, y0, x1, y1] = viewBox(scene.camera, scene.size);
  const relax = scene.relax;
  let seen = 0;
  for (let i = 0; i < out.count && seen < most; i++) {
    const p = i * 6;
    const x = out.places[p] + (out.places[p + 2] - out.places[p]) * relax;
    const y = out.places[p + 1] + (out.places[p + 3] - out.places[p + 1]) * relax;
    if (x >= x0 && x <= x1 && y >= y0 && y <= y1) seen++;
  }
  return seen;
}

/** The gathered item nearest to a point, px from it and where it is. @param {Scene} scene @param {number} px @param {number} py @returns {{slot: number, gap: number, x: number, y: number} | null} */
export function nearest(scene, px, py) {
  const { out } = scene.gatherer;
  const [mx, my] = toMap(scene.camera, scene.size, px, py);
  const relax = scene.relax;
  let best = -1;
  let least = Infinity;
  let at = [0, 0];
  for (let i = 0; i < out.count; i++) {
    const p = i * 6;
    const x = out.places[p] + (out.places[p + 2] - out.places[p]) * relax;
    const y = out.places[p + 1] + (out.places[p + 3] - out.places[p + 1]) * relax;
    const gap = (x - mx) ** 2 + (y - my) ** 2;
    if (gap < least) [best, least, at] = [out.slots[i], gap, [x, y]];
  }
  if (best < 0) return null;
  const [x, y] = toScreen(scene.camera, scene.size, at[0], at[1]);
  return { slot: best, gap: Math.sqrt(least) * scene.camera.scale, x, y };
}

/** What `+` aims at: the selected item where it is in view, else the nearest to the middle. @param {Scene} scene @returns {[number, number]} px */
export function aim(scene) {
  const { width, height } = scene.size;
  const selected = scene.screenOf(scene.selected);
  if (selected && selected[0] > 0 && selected[1] > 0 && selected[0] < width && selected[1] < height)
    return selected;
  const near = scene.plane?.kind === 'map' ? nearest(scene, width / 2, height / 2) : null;
  return near && near.gap < Math.min(width, height) / 2
    ? [near.x, near.y]
    : [width / 2, height / 2];
}
