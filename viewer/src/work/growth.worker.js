/** The land at earlier times, off the page's thread. */
import { densityOf, partOf } from '../geometry/growth.js';
import { surveyLand } from '../geometry/relief.js';
import { decodeTerrain } from '../site/decode.js';
import { readFile } from '../site/files.js';
import { serve } from './rpc.js';

/** @typedef {{terrain: Awaited<ReturnType<typeof decodeTerrain>>, x: Float32Array, y: Float32Array, time: Int32Array, flags: Uint8Array, all: Float32Array}} Held */

/** @type {Held | null} */
let held = null;

serve({
  /** The items, their times, and the land that all of them make. */
  begin: async ({ url, x, y, time, flags }) => {
    const answer = await readFile(url);
    if (!answer.ok) throw new Error(`${answer.status} for ${url}`);
    const terrain = await decodeTerrain(await answer.json());
    const all = densityOf(x, y, terrain.bounds, (i) => (flags[i] & 1) !== 0);
    held = { terrain, x, y, time, flags, all };
    return { value: null };
  },

  /** The land of the items up to a time. */
  upTo: ({ time: last }) => {
    if (!held) throw new Error('no land to grow');
    const { terrain, x, y, time, flags, all } = held;
    const some = densityOf(x, y, terrain.bounds, (i) => (flags[i] & 1) !== 0 && time[i] <= last);
    const land = surveyLand({ ...terrain, heights: partOf(terrain, all, some) }, false);
    return { value: land, transfer: [land.heights.buffer, land.shade.buffer, land.points.buffer] };
  },
});
