/** Whether a picture with a clear ground would be lost on the land, and needs a plate behind it. Pure. */

/** Bits: on the dark land, on the light land. */
export const ON_DARK = 1;
export const ON_LIGHT = 2;
/** Pixels that count as ink, and as clear: opacity, 0 … 255. */
const INK = 96;
const FAINT = 16;
/** Share of the picture that must be clear; what lies around it in its square cell does not count. */
const CLEAR = 0.12;
/** Share of the ink that must be seen against the land. */
const SEEN = 0.4;
/** Lightness (CIE L*) of ink that is seen on the dark land, and on the light one; of vivid ink. */
const LIGHT_ENOUGH = 34;
const VIVID_ENOUGH = 24;
const DARK_ENOUGH = 72;
/** Greatest less least of r, g, b: vivid colours are seen on pale land, however light. */
const VIVID = 110;

/** @param {Uint8ClampedArray | Uint8Array} pixels r, g, b, a, not premultiplied, of a square @returns {number} bits */
export function plateOf(pixels) {
  const side = Math.sqrt(pixels.length / 4);
  let [ink, light, dark, clear] = [0, 0, 0, 0];
  let [left, right, top, low] = [side, -1, side, -1];
  for (let k = 0; k < pixels.length; k += 4) {
    const alpha = pixels[k + 3];
    if (alpha < FAINT) clear++;
    else {
      const x = (k / 4) % side;
      const y = Math.floor(k / 4 / side);
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      low = Math.max(low, y);
    }
    if (alpha < INK) continue;
    const lightness = lightnessOf(pixels[k], pixels[k + 1], pixels[k + 2]);
    ink++;
    const vivid = spread(pixels[k], pixels[k + 1], pixels[k + 2]) >= VIVID;
    if (lightness >= (vivid ? VIVID_ENOUGH : LIGHT_ENOUGH)) light++;
    if (vivid || lightness <= DARK_ENOUGH) dark++;
  }
  const area = Math.max(0, right - left + 1) * Math.max(0, low - top + 1);
  const around = pixels.length / 4 - area;
  if (!ink || clear - around < CLEAR * area) return 0;
  return (light < SEEN * ink ? ON_DARK : 0) | (dark < SEEN * ink ? ON_LIGHT : 0);
}

/** @param {number} r @param {number} g @param {number} b */
function spread(r, g, b) {
  return Math.max(r, g, b) - Math.min(r, g, b);
}

/** CIE L* of an sRGB colour. @param {number} r 0 … 255 @param {number} g @param {number} b */
function lightnessOf(r, g, b) {
  const y = 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  return y > 0.008856 ? 116 * Math.cbrt(y) - 16 : 903.3 * y;
}

/** @param {number} c 0 … 255 */
function linear(c) {
  return c <= 10 ? c / 3294.6 : ((c / 255 + 0.055) / 1.055) ** 2.4;
}
