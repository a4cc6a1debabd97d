/** The whole land as one picture of tints, light and shadow. */
import { bandEdges } from '../geometry/levels.js';
import { paint, tintStrip } from './tints.js';

const STEPS = 2048; // of height

/**
 * @param {Land} land @param {import('../app/theme.js').Theme} theme @param {SpaceName} space
 * @param {number} most px along a side
 * @returns {HTMLCanvasElement | null} rows run upwards, as the map's do; null where there is no land
 */
export function pictureOf(land, theme, space, most) {
  const edges = bandEdges(land.levels).map((value) => value / land.top);
  const step = Math.max(1, Math.round(land.size / most));
  const side = Math.floor(land.size / step);
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = side;
  const context = canvas.getContext('2d');
  if (!context || !edges.length) return null;
  const strip = tintStrip(theme, space, edges, STEPS);
  const image = context.createImageData(side, side);
  fill(image.data, side, step, land, strip, paint(theme.light[space]), paint(theme.shadow));
  context.putImageData(image, 0, 0);
  return canvas;
}

/**
 * A million pixels, while the page opens: nothing is looked up twice.
 * @param {Uint8ClampedArray} data @param {number} side px @param {number} step nodes between pixels
 * @param {Land} land @param {Uint8Array} strip of tints
 * @param {ReturnType<typeof paint>} light @param {ReturnType<typeof paint>} shadow
 */
function fill(data, side, step, { heights, shade, size, top }, strip, light, shadow) {
  const unit = STEPS / 2 / (top || 1);
  const [lit, dark] = [light, shadow].map((colour) => colour.slice(0, 3).map((part) => part * 255));
  for (let j = 0, to = 0; j < side; j++) {
    for (let i = 0, node = j * step * size; i < side; i++, node += step, to += 4) {
      const from =
        Math.min(STEPS - 1, Math.max(0, Math.floor(heights[node] * unit + STEPS / 2))) * 4;
      const slope = shade[node];
      const colour = slope > 0 ? lit : dark;
      const share = slope > 0 ? slope * light[3] : -slope * shadow[3];
      data[to] = strip[from] * (1 - share) + colour[0] * share;
      data[to + 1] = strip[from + 1] * (1 - share) + colour[1] * share;
      data[to + 2] = strip[from + 2] * (1 - share) + colour[2] * share;
      data[to + 3] = strip[from + 3];
    }
  }
}
