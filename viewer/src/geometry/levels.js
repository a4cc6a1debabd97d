/** Heights at which contours run and tints change. */

export const BANDS = 8;
const STRONG_EVERY = 5;

/**
 * Contour heights: the terrain's thresholds, with lines between them so that the land reads as
 * relief; every fifth is strong; bands begin at up to eight of them, spread evenly.
 * @param {number[]} thresholds ascending @param {number} top the highest point
 * @returns {{value: number, strong: boolean, band: number}[]}
 */
export function contourLevels(thresholds, top) {
  const anchors = thresholds.filter((value) => value > 0 && value < top);
  if (!anchors.length) return [];
  const values = [anchors[0] * 0.55];
  anchors.forEach((value, i) => {
    values.push(value);
    const next = anchors[i + 1] ?? top;
    if (i + 1 < anchors.length) values.push((value + next) / 2);
    else for (let k = 1; k < 4; k++) values.push(value + ((next - value) * k) / 4);
  });
  const bandOf = new Map();
  const lines = values.length;
  for (let band = 0; band < Math.min(BANDS, lines); band++) {
    bandOf.set(Math.round((band * (lines - 1)) / BANDS), band);
  }
  return values.map((value, i) => ({
    value,
    strong: i % STRONG_EVERY === STRONG_EVERY - 1,
    band: bandOf.get(i) ?? -1,
  }));
}

/** Ascending heights where tints change. @param {{value: number, band: number}[]} levels */
export function bandEdges(levels) {
  return levels.filter((level) => level.band >= 0).map((level) => level.value);
}
