/** What is drawn at which zoom. Pure; the shaders and the 2-D painter follow the same numbers. */

/** Pixels of a relaxed cell between which items move from their true to their relaxed places. */
export const RELAX_FROM = 20;
export const RELAX_TO = 44;
/** From here on every item shows its thumbnail, whatever its rank. */
export const ALL_FROM = 34;
export const ALL_TO = 46;
/** A thumbnail is never drawn smaller, except while it grows in. */
export const SMALLEST_THUMB = 40;
export const LARGEST_THUMB = 4096;

/** @param {number} low @param {number} high @param {number} value */
export function smoothstep(low, high, value) {
  const t = Math.min(Math.max((value - low) / (high - low), 0), 1);
  return t * t * (3 - 2 * t);
}

/** Share of the way from the true to the relaxed place. @param {number} cellPx */
export function relaxedShare(cellPx) {
  return smoothstep(RELAX_FROM, RELAX_TO, cellPx);
}

/** The same in a mosaic, which begins farther off. @param {number} cellPx */
export function mosaicShare(cellPx) {
  return smoothstep(13, 24, cellPx);
}

/** Side of a thumbnail's square on the screen. @param {number} cellPx */
export function thumbSize(cellPx) {
  return Math.min(Math.max(cellPx * 0.92, SMALLEST_THUMB), LARGEST_THUMB);
}

/**
 * How near a thumbnail is to showing; from one half on it does.
 * @param {number} rank @param {number} zoom log2(scale ÷ scale of rank 0) @param {number} cellPx
 */
export function thumbShare(rank, zoom, cellPx) {
  return Math.max(smoothstep(rank - 0.5, rank, zoom), smoothstep(ALL_FROM, ALL_TO, cellPx));
}

/** Radius of a dot. @param {number} spacing px between neighbours, typically @param {number} count of all items: a few may be bigger */
export function dotRadius(spacing, count) {
  const least = Math.min(Math.max(66 / Math.sqrt(count + 1), 0.9), 2.4);
  return Math.min(Math.max(spacing * 0.2, least), 5.5);
}

/** The smallest thumbnail level that is sharp at a size. @param {number} px device pixels @param {number[]} levels ascending */
export function levelFor(px, levels) {
  for (const level of levels) if (px <= level * 1.25) return level;
  return levels.at(-1) ?? 0;
}
