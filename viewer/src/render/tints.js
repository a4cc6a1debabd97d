/** Tints of the land and the sea by height, for both painters. Pure. */
import { rgb } from '../app/theme.js';

/**
 * @param {import('../app/theme.js').Theme} theme @param {SpaceName} space
 * @param {number[]} edges ascending, shares of the highest @param {number} steps
 * @returns {Uint8Array<ArrayBuffer>} r, g, b, a per step of height from −1 to 1; clear where the sea is deep
 */
export function tintStrip(theme, space, edges, steps) {
  const bands = theme.bands[space];
  const sea = theme.sea[space];
  const strip = new Uint8Array(steps * 4);
  for (let i = 0; i < steps; i++) {
    const height = ((i + 0.5) / steps) * 2 - 1;
    let band = -1;
    while (band + 1 < edges.length && height >= edges[band + 1]) band++;
    const depth = Math.floor(((edges[0] - height) / (edges[0] + 1)) * (sea.length + 0.999));
    const tint = band < 0 ? sea[depth] : bands[band];
    strip.set([...rgb(tint ?? theme.ground), tint ? 255 : 0], i * 4);
  }
  return strip;
}

/** @param {[string, number]} colour and strength @returns {[number, number, number, number]} 0 … 1 */
export function paint([hex, strength]) {
  const [r, g, b] = rgb(hex);
  return [r / 255, g / 255, b / 255, strength];
}
