/** Small crosses at round coordinates: over open sea they tell how far and which way one moves. Pure. */
import { smoothstep } from '../geometry/lod.js';
import { viewBox } from '../geometry/camera.js';

const LEAST_PX = 110; // between crosses of the finest grid, which is coming into sight
const ARM_PX = 4;

/**
 * @param {Camera} camera @param {Size} size
 * @returns {{x: number, y: number, arm: number, alpha: number}[]} map units; alpha 0 … 1
 */
export function crosses(camera, size) {
  const step = 2 ** Math.ceil(Math.log2(LEAST_PX / camera.scale));
  const fine = smoothstep(LEAST_PX, 1.6 * LEAST_PX, step * camera.scale);
  const arm = ARM_PX / camera.scale;
  const [x0, y0, x1, y1] = viewBox(camera, size);
  const found = [];
  for (let j = Math.ceil(y0 / step); j * step <= y1; j++) {
    for (let i = Math.ceil(x0 / step); i * step <= x1; i++) {
      const alpha = i % 2 === 0 && j % 2 === 0 ? 1 : fine;
      if (alpha > 0.02) found.push({ x: i * step, y: j * step, arm, alpha });
    }
  }
  return found;
}
