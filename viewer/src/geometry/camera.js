/** Where one looks: a centre in map units and a scale in pixels per unit; y grows upwards. Pure. */
import { interpolateZoom } from 'd3-interpolate';

/** @param {Box} frame @param {Size} size @param {number} [margin] px @returns {Camera} */
export function fitCamera(frame, size, margin = 48) {
  const width = Math.max(frame[2] - frame[0], 1e-6);
  const height = Math.max(frame[3] - frame[1], 1e-6);
  const scale = Math.min(
    Math.max(size.width - 2 * margin, 80) / width,
    Math.max(size.height - 2 * margin, 80) / height,
  );
  return { x: (frame[0] + frame[2]) / 2, y: (frame[1] + frame[3]) / 2, scale };
}

/** The whole map lies below the bar, with room for the coast around its outermost items. */
export const BAR_PX = 48;
const MARGIN = 0.07; // of the shorter side
/** A map of one item, or of a few on one spot, is looked at from where a picture is so large. */
const MOST_CELL_PX = 140;

/** @param {Box} frame @param {Size} size @param {number} cell side of a thumbnail, map units @returns {Camera} */
export function wholeCamera(frame, { width, height }, cell) {
  const free = { width, height: Math.max(height - BAR_PX, 1) };
  const fit = fitCamera(frame, free, Math.min(width, height) * MARGIN);
  const scale = Math.min(fit.scale, MOST_CELL_PX / cell);
  return { x: fit.x, y: fit.y + BAR_PX / 2 / scale, scale };
}

/** @param {Camera} camera @param {Size} size @param {number} x @param {number} y @returns {[number, number]} */
export function toScreen(camera, size, x, y) {
  return [
    (x - camera.x) * camera.scale + size.width / 2,
    (camera.y - y) * camera.scale + size.height / 2,
  ];
}

/** @param {Camera} camera @param {Size} size @param {number} px @param {number} py @returns {[number, number]} */
export function toMap(camera, size, px, py) {
  return [
    (px - size.width / 2) / camera.scale + camera.x,
    camera.y - (py - size.height / 2) / camera.scale,
  ];
}

/** The point under the cursor stays there. @param {Camera} camera @param {Size} size @param {number} factor @param {number} px @param {number} py @returns {Camera} */
export function zoomAbout(camera, size, factor, px, py) {
  const [x, y] = toMap(camera, size, px, py);
  const scale = camera.scale * factor;
  return {
    x: x - (px - size.width / 2) / scale,
    y: y + (py - size.height / 2) / scale,
    scale,
  };
}

/** @param {Camera} camera @param {Size} size @param {number} [padding] of a screen @returns {Box} */
export function viewBox(camera, size, padding = 0) {
  const w = (size.width / camera.scale) * (0.5 + padding);
  const h = (size.height / camera.scale) * (0.5 + padding);
  return [camera.x - w, camera.y - h, camera.x + w, camera.y + h];
}

/** Keep the land in reach. @param {Camera} camera @param {Box} frame @param {{min: number, max: number}} scales @returns {Camera} */
export function clampCamera(camera, frame, scales) {
  const scale = Math.min(Math.max(camera.scale, scales.min), scales.max);
  return {
    x: Math.min(Math.max(camera.x, frame[0]), frame[2]),
    y: Math.min(Math.max(camera.y, frame[1]), frame[3]),
    scale,
  };
}

/**
 * A flight after van Wijk & Nuij 2003 (doi:10.1109/INFVIS.2003.1249008).
 * @param {Camera} from @param {Camera} to @param {Size} size @param {number} longest ms
 * @returns {{ms: number, at: (share: number) => Camera}}
 */
export function flight(from, to, size, longest = 2500) {
  const span = Math.min(size.width, size.height);
  const path = interpolateZoom([from.x, from.y, span / from.scale], [to.x, to.y, span / to.scale]);
  const ms = Math.min(Math.max(path.duration * 0.55, 250), longest);
  return {
    ms,
    at: (share) => {
      if (share >= 1) return to;
      const [x, y, width] = path(ease(share));
      return { x, y, scale: span / width };
    },
  };
}

/** Slow at both ends. @param {number} t 0 … 1 */
export function ease(t) {
  return t < 0.5 ? 4 * t * t * t : 1 - (-2 * t + 2) ** 3 / 2;
}
