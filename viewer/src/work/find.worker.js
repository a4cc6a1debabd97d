/** Titles, names, tags and folders of both spaces, searched off the page's thread. */
import { facetsOf } from '../find/facets.js';
import { WordIndex } from '../find/words.js';
import { readFile } from '../site/files.js';
import { serve } from './rpc.js';

/** @typedef {import('../find/words.js').Entry} Entry */

/** @type {Record<string, {chunks: Map<string, Entry[]>, index: WordIndex | null}>} */
const spaces = {};

/** @param {string} url @returns {Promise<Entry[]>} */
async function read(url) {
  const answer = await readFile(url);
  if (!answer.ok) throw new Error(String(answer.status));
  const { first, items } = await answer.json();
  return items.flatMap((/** @type {Detail | null} */ item, /** @type {number} */ i) =>
    item
      ? [
          {
            slot: first + i,
            title: item.title,
            name: item.name,
            tags: item.tags ?? [],
            path: item.path ?? '',
          },
        ]
      : [],
  );
}

serve({
  /** Read the chunks of a space that are not there yet. @returns how many could not be read */
  load: async ({ space, urls }) => {
    const held = (spaces[space] ??= { chunks: new Map(), index: null });
    const wanted = new Set(urls);
    for (const url of held.chunks.keys()) if (!wanted.has(url)) held.chunks.delete(url);
    const queue = urls.filter((/** @type {string} */ url) => !held.chunks.has(url));
    let failed = 0;
    const lane = async () => {
      for (let url = queue.shift(); url; url = queue.shift()) {
        try {
          held.chunks.set(url, await read(url));
        } catch {
          failed++;
        }
      }
    };
    await Promise.all([lane(), lane(), lane(), lane()]);
    held.index = new WordIndex([...held.chunks.values()].flat());
    return { value: failed };
  },

  /** What the items of a space are grouped by. @returns values, and for each slot which one it has, −1: none */
  values: ({ space, key, slots, extra }) => {
    const stored = [...(spaces[space]?.chunks.values() ?? [])].flat();
    return { value: facetsOf([...stored, ...extra], key, slots) };
  },

  /** The items of a space that fit a query, the best first; `extra`: live items, newer than the files. */
  query: ({ space, q, limit, extra }) => {
    const newer = new Set(extra.map((/** @type {Entry} */ { slot }) => slot));
    const stored = spaces[space]?.index?.find(q).filter(({ slot }) => !newer.has(slot)) ?? [];
    const hits = extra.length ? [...new WordIndex(extra).find(q), ...stored] : stored;
    if (extra.length) hits.sort((a, b) => b.score - a.score || a.slot - b.slot);
    return { value: { hits: hits.slice(0, limit), total: hits.length } };
  },
});
