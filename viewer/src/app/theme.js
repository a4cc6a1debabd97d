/** Colours of the two themes, for what is drawn; the interface's own are in styles/tokens.css. */

/**
 * @typedef {{dark: boolean, plate: [string, number], ground: string, bands: Record<SpaceName, string[]>, sea: Record<SpaceName, string[]>,
 *   line: Record<SpaceName, string>, lineAlpha: number, strongAlpha: number,
 *   light: Record<SpaceName, [string, number]>, shadow: [string, number], outlier: string, halo: string,
 *   dotAlpha: number, haloAlpha: number, edge: string, crossAlpha: number, ring: string, path: string}} Theme
 * `bands`: tints from the coast to the peaks. `sea`: from the coast to the deep, which is `ground`.
 * `edge`: lines between items, and the crosses of the graticule, which are fainter by `crossAlpha`.
 * `plate`: what lies behind pictures whose ink is too near the land, and how strong it is.
 * `light` and `shadow`: what slopes turn to in the light and away from it, and how far.
 */

/** @type {Record<'dark' | 'light', Theme>} */
export const THEMES = {
  dark: {
    dark: true,
    plate: ['#b9cbd4', 0.5],
    ground: '#020406',
    bands: {
      image: [
        '#081218',
        '#0a181f',
        '#0e2027',
        '#13292e',
        '#1b3433',
        '#284037',
        '#3b4e3c',
        '#565f47',
      ],
      text: [
        '#100f0b',
        '#16140e',
        '#1d1a12',
        '#252016',
        '#2e281b',
        '#393122',
        '#463d2b',
        '#584e3a',
      ],
    },
    sea: { image: ['#050b11', '#04080c', '#030609'], text: ['#0a0907', '#070706', '#050505'] },
    line: { image: '#5fa9cf', text: '#b59a62' },
    lineAlpha: 0.3,
    strongAlpha: 0.62,
    light: { image: ['#8fc4dc', 0.34], text: ['#d9bd86', 0.3] },
    shadow: ['#000104', 0.95],
    outlier: '#59646e',
    halo: '#020406',
    dotAlpha: 0.92,
    haloAlpha: 0.16,
    edge: '#8fb8cc',
    crossAlpha: 0.3,
    ring: '#ffffff',
    path: '#ffd98a',
  },
  light: {
    dark: false,
    plate: ['#54656e', 0.55],
    ground: '#cfdfe4',
    bands: {
      image: [
        '#d3dfc0',
        '#d9dfb6',
        '#e2dfb4',
        '#e9dbae',
        '#e5cd9f',
        '#dcbd92',
        '#d2b294',
        '#ece2d6',
      ],
      text: [
        '#dcdcd6',
        '#e2dad2',
        '#e6d6cb',
        '#e6cfc2',
        '#dfc2b6',
        '#d5b6ae',
        '#c8a9a8',
        '#ebe1de',
      ],
    },
    sea: { image: ['#e3edec', '#dbe7e9', '#d5e3e7'], text: ['#e3edec', '#dbe7e9', '#d5e3e7'] },
    line: { image: '#7d6748', text: '#72567a' },
    lineAlpha: 0.4,
    strongAlpha: 0.75,
    light: { image: ['#fffbe8', 0.7], text: ['#fff5ec', 0.7] },
    shadow: ['#4c5a72', 0.62],
    outlier: '#7b8389',
    halo: '#ffffff',
    dotAlpha: 0.95,
    haloAlpha: 0.12,
    edge: '#4a4f55',
    crossAlpha: 0.34,
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

/**
 * A region's colour as it is drawn: brighter at night, deeper on paper; away from grey, or both
 * would make mud of every hue. @param {string} hex @param {boolean} dark @returns {[number, number, number]}
 */
export function inkOf(hex, dark) {
  const [r, g, b] = rgb(hex);
  const grey = 0.3 * r + 0.59 * g + 0.11 * b;
  const [colourful, bright] = dark ? [1.2, 1.28] : [1.3, 0.84];
  const ink = (/** @type {number} */ c) =>
    Math.round(Math.min(Math.max((grey + (c - grey) * colourful) * bright, 0), 255));
  return [ink(r), ink(g), ink(b)];
}
