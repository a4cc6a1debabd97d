/** Files of the site as arrays; runs in the data worker and in tests. */
import { FormatError, unpack } from './packed.js';

/** @param {any} raw a parsed columns file @param {Box} bounds @returns {Promise<ColumnChunk>} */
export async function decodeColumns(raw, bounds) {
  const columns = raw?.columns;
  if (!columns || !(raw.count >= 0)) throw new FormatError('columns: not a chunk');
  const names = [
    'id',
    'x',
    'y',
    'rx',
    'ry',
    'region',
    'time',
    'rank',
    'flags',
    'aspect',
    'confidence',
  ];
  /** @type {any} */
  const out = { first: raw.first, count: raw.count };
  const arrays = await Promise.all(names.map((name) => unpack(columns[name], `columns.${name}`)));
  names.forEach((name, i) => {
    const wanted = raw.count * (name === 'region' ? 3 : 1);
    if (arrays[i].length !== wanted) throw new FormatError(`columns.${name}: wrong length`);
    out[name] = arrays[i];
  });
  const [x0, y0, x1, y1] = bounds;
  out.x = spread(out.x, x0, x1);
  out.y = spread(out.y, y0, y1);
  out.rx = spread(out.rx, x0, x1);
  out.ry = spread(out.ry, y0, y1);
  return out;
}

/** @param {ArrayLike<number>} steps 0 … 65535 @param {number} low @param {number} high */
export function spread(steps, low, high) {
  const out = new Float32Array(steps.length);
  const unit = (high - low) / 65535;
  for (let i = 0; i < steps.length; i++) out[i] = low + steps[i] * unit;
  return out;
}

/** @param {any} raw @returns {Promise<{size: number, bounds: Box, heights: Float32Array<ArrayBuffer>, top: number, thresholds: number[]}>} */
export async function decodeTerrain(raw) {
  const steps = await unpack(raw?.heights, 'terrain.heights');
  const size = raw.size;
  if (steps.length !== size * size) throw new FormatError('terrain: heights do not fill the grid');
  const heights = new Float32Array(steps.length);
  for (let i = 0; i < steps.length; i++) heights[i] = (steps[i] / 255) * raw.top;
  return { size, bounds: raw.bounds, heights, top: raw.top, thresholds: raw.thresholds ?? [] };
}

/** @param {any} raw @returns {Promise<Lineage>} */
export async function decodeLineage(raw) {
  const [parent, cosine, weak] = await Promise.all([
    unpack(raw?.parent, 'lineage.parent'),
    unpack(raw?.cosine, 'lineage.cosine'),
    unpack(raw?.weak, 'lineage.weak'),
  ]);
  return /** @type {Lineage} */ ({ parent, cosine, weak });
}

/** @param {any} raw @returns {Promise<{first: number, slots: Int32Array, cosine: Uint8Array}>} */
export async function decodeNeighbours(raw) {
  const [slots, cosine] = await Promise.all([
    unpack(raw?.slots, 'neighbours.slots'),
    unpack(raw?.cosine, 'neighbours.cosine'),
  ]);
  return {
    first: raw.first,
    slots: /** @type {Int32Array} */ (slots),
    cosine: /** @type {Uint8Array} */ (cosine),
  };
}
