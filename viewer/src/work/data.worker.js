/** Fetches, decodes and prepares everything big, off the page's thread. */
import { buildGrid, rankScale } from '../geometry/grid.js';
import { layNetwork } from '../geometry/network.js';
import { notesWish } from '../geometry/notes.js';
import { picturesWish } from '../geometry/pictures.js';
import { Laying } from '../geometry/laying.js';
import { surveyLand } from '../geometry/relief.js';
import { layTree } from '../geometry/tree.js';
import { decodeColumns, decodeLineage, decodeNeighbours, decodeTerrain } from '../site/decode.js';
import { readFile } from '../site/files.js';
import { serve } from './rpc.js';

/** @param {string} url */
async function json(url) {
  const answer = await readFile(url);
  if (!answer.ok)
    throw Object.assign(new Error(`${answer.status} for ${url}`), { kind: 'missing' });
  return answer.json();
}

/** Sizes and places of pictures, not yet all decided. @type {Laying<ReturnType<typeof picturesWish>> | null} */
let laying = null;

serve({
  json: async ({ url }) => ({ value: await json(url) }),

  columns: async ({ url, bounds }) => {
    const chunk = await decodeColumns(await json(url), bounds);
    const transfer = Object.values(chunk)
      .filter(ArrayBuffer.isView)
      .map((array) => array.buffer);
    return { value: chunk, transfer };
  },

  land: async ({ url, fine }) => {
    const land = surveyLand(await decodeTerrain(await json(url)), fine);
    return { value: land, transfer: [land.heights.buffer, land.shade.buffer, land.points.buffer] };
  },

  lineage: async ({ url }) => ({ value: await decodeLineage(await json(url)) }),

  neighbours: async ({ url }) => ({ value: await decodeNeighbours(await json(url)) }),

  network: ({ members, ties, wide }) => ({ value: layNetwork(members, ties, wide) }),

  tree: (data) => {
    const tree = layTree(data);
    return {
      value: tree,
      transfer: [
        tree.x.buffer,
        tree.y.buffer,
        tree.lines.buffer,
        tree.weak.buffer,
        tree.child.buffer,
      ],
    };
  },

  /** Begins with `items`; goes on without. What comes back is decided up to `until`. */
  pictures: ({ items, setting, until }) => {
    if (items) laying = new Laying((setting.notes ? notesWish : picturesWish)(items, setting));
    if (!laying) throw new Error('nothing is being laid');
    const done = laying.until(until);
    const ranges = laying.result();
    const value = { ranges, nearest: items ? laying.wish.nearest : null, done };
    if (!done) return { value };
    laying = null;
    const { from, ox, oy, nameFrom } = ranges;
    return { value, transfer: [from.buffer, ox.buffer, oy.buffer, nameFrom.buffer] };
  },

  grid: ({ x, y, rank, count, bounds }) => {
    const grid = buildGrid(x, y, rank, count, bounds);
    const scale = rankScale(x, y, rank, count, bounds);
    return { value: { grid, scale }, transfer: [grid.starts.buffer, grid.order.buffer] };
  },
});
