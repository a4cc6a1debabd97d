/** What painters are told, whichever way they paint. */

/**
 * @typedef {{
 *   camera: Camera, size: Size, dpr: number, space: SpaceName,
 *   theme: import('../app/theme.js').Theme,
 *   view: [number, number, number, number], pixel: [number, number],
 *   morph: number, relax: number, zoom: number, cellPx: number, thumbSize: number,
 *   step: number, mode: 'quiet' | 'map' | 'mosaic', allThumbs: number, dotRadius: number, dim: number, glow: number, lineWidth: number,
 *   landAlpha: number, edgeAlpha: number, pageAlpha: number,
 * }} Frame
 * `morph`: share of the way from the places before to those of now. `dim`: opacity of what is not
 * brought out. `zoom`: log2 of scale over the scale at which rank 0 shows. `step`: of the scale, as in
 * geometry/ranges.js.
 */

/**
 * @typedef {{count: number, slots: Uint32Array, places: Float32Array, looks: Uint8Array}} Gathered
 * `places`: true x, y, relaxed x, y, x, y before; `looks`: r, g, b, 0, state, the order in which it comes, 0, 0.
 */

/** State bits of an item in `looks`. */
export const STATE = { outlier: 1, provisional: 2, ghost: 4, fresh: 8, out: 16, filtered: 32 };

/**
 * x, y, rx, ry, x before, y before, ratio, visible 0 … 1, column, row, layer, alpha, r, g, b, brought
 * out, side px, px off its place to the right and down, plate 0 … 1.
 */
export const THUMB_FLOATS = 20;
/** x, y, half width, half height: px; of pictures, under which no dots are drawn. */
export const COVER_FLOATS = 4;
/** x0, y0, x1, y1, r, g, b, a (0 … 1), width px, dash px (0: solid). */
export const LINE_FLOATS = 10;
/** x, y, radius px, width px (0: filled), r, g, b, a. */
export const MARK_FLOATS = 8;

/** Levels of pictures in memory: 32 + 32 + 48 + 32 = 144 MiB when all are in use. */
export const LEVELS = [
  { px: 64, page: 2048, layers: 2 },
  { px: 128, page: 2048, layers: 2 },
  { px: 256, page: 2048, layers: 3 },
  { px: 1024, page: 1024, layers: 8 },
];

/** @param {{px: number, page: number, layers: number}} level */
export function cellsOf(level) {
  return (level.page / level.px) ** 2 * level.layers;
}

/** Twice as long, with the same beginning. @param {Float32Array<ArrayBuffer>} data */
export function grown(data) {
  const out = new Float32Array(data.length * 2);
  out.set(data);
  return out;
}
