/** Colours of the two themes, for what is drawn; the interface's own are in styles/tokens.css. */

/**
 * @typedef {{ground: string, bands: Record<SpaceName, string[]>, line: Record<SpaceName, string>,
 *   lineAlpha: number, strongAlpha: number, shade: number, outlier: string, halo: string,
 *   dotAlpha: number, haloAlpha: number, edge: string, ring: string, path: string}} Theme
 */

/** @type {Record<'dark' | 'light', Theme>} */
export const THEMES = {
  dark: {
    ground: '#020406',
    bands: {
      image: ['#050d14', '#08151f', '#0b1e2a', '#0f2836', '#153342', '#1d3f4e', '#284d5a', '#365d68'],
      text: ['#0c0d09', '#14150d', '#1e1d12', '#292617', '#36301d', '#443b25', '#54482f', '#66583b'],
    },
    line: { image: '#5fa9cf', text: '#b59a62' },
    lineAlpha: 0.34,
    strongAlpha: 0.62,
    shade: 0.55,
    outlier: '#59646e',
    halo: '#020406',
    dotAlpha: 0.92,
    haloAlpha: 0.16,
    edge: '#8fb8cc',
    ring: '#ffffff',
    path: '#ffd98a',
  },
  light: {
    ground: '#e6ecec',
    bands: {
      image: ['#dde6dd', '#d3ddc2', '#dcdcba', '#e3d7b4', '#dcc8a2', '#cfb491', '#c1a894', '#ece8e3'],
      text: ['#e3e2e6', '#dcdae0', '#d9d3d6', '#dccdc8', '#d8c2b6', '#cbb0a4', '#bca39c', '#ece6e4'],
    },
    line: { image: '#7d6748', text: '#72567a' },
    lineAlpha: 0.38,
    strongAlpha: 0.7,
    shade: 0.34,
    outlier: '#7b8389',
    halo: '#ffffff',
    dotAlpha: 0.95,
    haloAlpha: 0.12,
    edge: '#4a4f55',
    ring: '#101418',
    path: '#a33b00',
  },
};

/** @param {string} hex #rrggbb @returns {[number, number, number]} 0 … 255 */
export function rgb(hex) {
  const value = Number.parseInt(hex.slice(1), 16);
  return Number.isFinite(value) && hex.length === 7
    ? [value >> 16, (value >> 8) & 255, value & 255]
    : [130, 140, 150];
}

/** A region's colour as it is drawn: deeper on paper. @param {string} hex @param {boolean} dark @returns {[number, number, number]} */
export function inkOf(hex, dark) {
  const [r, g, b] = rgb(hex);
  if (dark) return [r, g, b];
  return [Math.round(r * 0.72), Math.round(g * 0.72), Math.round(b * 0.72)];
}
