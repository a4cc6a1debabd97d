/** The tints of the land by height, as a strip of colours. Pure. */
import { rgb } from '../app/theme.js';

/**
 * @param {string[]} bands colours, lowest first @param {number[]} edges where each begins, as shares of the highest
 * @param {number} steps
 * @returns {Uint8Array<ArrayBuffer>} r, g, b, a per step; clear below the lowest band
 */
export function tintStrip(bands, edges, steps) {
  const strip = new Uint8Array(steps * 4);
  let band = -1;
  for (let i = 0; i < steps; i++) {
    while (band + 1 < edges.length && (i + 0.5) / steps >= edges[band + 1]) band++;
    if (band >= 0) strip.set([...rgb(bands[band]), 255], i * 4);
    else strip.set(rgb(bands[0]), i * 4);
  }
  return strip;
}
