import { describe, expect, it } from 'vitest';
import { hillshade, surveyLand } from '../src/geometry/relief.js';
import { octaves, roughen, smoothingWidth } from '../src/geometry/roughness.js';
import { offshore } from '../src/geometry/sea.js';

const SIZE = 96;
const WIDTH = 9;

/** One round hill in the middle. @param {number} [size] @param {number} [width] */
function hill(size = SIZE, width = WIDTH) {
  const middle = (size - 1) / 2;
  return Float32Array.from({ length: size * size }, (_, k) => {
    const gap = Math.hypot((k % size) - middle, Math.floor(k / size) - middle);
    return 10 * Math.exp(-(gap ** 2) / (2 * width ** 2));
  });
}

describe('rough land', () => {
  it('tells the width of a bell by its slope', () => {
    expect(smoothingWidth(hill(), SIZE, 10)).toBeCloseTo(WIDTH, 0);
    expect(smoothingWidth(new Float32Array(SIZE * SIZE), SIZE, 1)).toBe(SIZE / 20);
  });

  it('moves the coast, within the width, and no height out of its range', () => {
    const smooth = hill();
    const rough = roughen(smooth, SIZE, [-4, -4, 4, 4], WIDTH);
    const radii = [];
    for (let k = 0; k < smooth.length; k++) {
      if (rough[k] < 1 || rough[k - 1] >= 1) continue;
      radii.push(Math.hypot((k % SIZE) - 47.5, Math.floor(k / SIZE) - 47.5));
    }
    const even = WIDTH * Math.sqrt(2 * Math.log(10));
    expect(Math.max(...radii) - Math.min(...radii)).toBeGreaterThan(2);
    for (const radius of radii) expect(Math.abs(radius - even)).toBeLessThan(1.5 * WIDTH);
    expect(Math.max(...rough)).toBeLessThanOrEqual(Math.max(...smooth));
    expect(Math.min(...rough)).toBeGreaterThanOrEqual(0);
  });

  it('belongs to the plane: a wider view of the same land has the same coast', () => {
    const near = roughen(hill(96, 9), 96, [-4, -4, 4, 4], 9);
    const wide = roughen(hill(192, 9), 192, [-8, -8, 8, 8], 9);
    for (let j = 20; j < 76; j++) {
      for (let i = 20; i < 76; i++)
        expect(wide[(j + 48) * 192 + i + 48]).toBeCloseTo(near[j * 96 + i], 4);
    }
  });

  it('changes slowly while the smoothing does', () => {
    const [before, after] = [octaves(0.999), octaves(1.001)];
    const heights = new Map(before.map(({ length, height }) => [length, height]));
    for (const { length, height } of after)
      expect(Math.abs(height - (heights.get(length) ?? 0))).toBeLessThan(0.04);
  });
});

describe('the sea', () => {
  it('is as deep as the coast is far', () => {
    const grid = new Float32Array(20 * 20);
    grid[5 * 20 + 5] = 1;
    grid[14 * 20 + 10] = 1;
    const distance = offshore(grid, 20, 0.5);
    for (let j = 0; j < 20; j++) {
      for (let i = 0; i < 20; i++) {
        expect(distance[j * 20 + i]).toBeCloseTo(
          Math.min(Math.hypot(i - 5, j - 5), Math.hypot(i - 10, j - 14)),
          4,
        );
      }
    }
  });

  it('falls away from the land and never rises above the coast', () => {
    const land = surveyLand(
      { size: SIZE, bounds: [-4, -4, 4, 4], heights: hill(), top: 10, thresholds: [1, 3, 6] },
      true,
    );
    const coast = land.levels[0].value;
    expect(land.heights[0]).toBeCloseTo(-10, 0);
    expect(land.heights[land.size * (land.size / 2) + land.size / 2]).toBeGreaterThan(coast);
  });

  it('lies flat in the light, and slopes to the north-west are lit', () => {
    const shade = hillshade(hill(), SIZE, 1, 10, WIDTH);
    expect(shade[0]).toBe(0);
    expect(shade[55 * SIZE + 40]).toBeGreaterThan(0.1);
    expect(shade[40 * SIZE + 55]).toBeLessThan(-0.1);
  });
});
