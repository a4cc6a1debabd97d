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
  const unit = STEPS / 2 / (land.top || 1);
  const light = paint(theme.light[space]);
  const shadow = paint(theme.shadow);
  for (let j = 0; j < side; j++) {
    for (let i = 0; i < side; i++) {
      const node = j * step * land.size + i * step;
      const from = Math.min(STEPS - 1, Math.max(0, Math.floor(land.heights[node] * unit + STEPS / 2))) * 4;
      const to = (j * side + i) * 4;
      const slope = land.shade[node] > 0 ? light : shadow;
      const share = Math.abs(land.shade[node]) * slope[3];
      for (let c = 0; c < 3; c++) image.data[to + c] = strip[from + c] * (1 - share) + slope[c] * 255 * share;
      image.data[to + 3] = strip[from + 3];
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}
