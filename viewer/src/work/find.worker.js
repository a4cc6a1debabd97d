/** Titles, names and tags of a space, searched off the page's thread. */
import { plain, score } from '../find/fuzzy.js';
import { serve } from './rpc.js';

/** @type {Map<string, {slot: number, text: string, title: string}[]>} address of a chunk → its items */
const chunks = new Map();

/** @param {string} url */
async function load(url) {
  if (chunks.has(url)) return;
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(String(answer.status));
  const { first, items } = await answer.json();
  chunks.set(
    url,
    items.flatMap((/** @type {Detail | null} */ item, /** @type {number} */ i) =>
      item
        ? [
            {
              slot: first + i,
              title: item.title || item.name,
              text: plain(`${item.title} ${item.name} ${(item.tags ?? []).join(' ')}`),
            },
          ]
        : [],
    ),
  );
}

serve({
  /** Read chunks, a few at a time; those that are gone are forgotten. */
  load: async ({ urls }) => {
    const wanted = new Set(urls);
    for (const url of chunks.keys()) if (!wanted.has(url)) chunks.delete(url);
    const queue = [...urls];
    const lane = async () => {
      for (let url = queue.shift(); url; url = queue.shift()) await load(url).catch(() => {});
    };
    await Promise.all([lane(), lane(), lane(), lane()]);
    return { value: chunks.size };
  },

  /** The best items for some words. */
  query: ({ q, limit, extra }) => {
    const words = plain(q).split(' ').filter(Boolean);
    if (!words.length) return { value: [] };
    // What came live is newer than what the files say.
    const newer = new Set(extra.map((/** @type {{slot: number}} */ { slot }) => slot));
    /** @type {{slot: number, title: string, score: number}[]} */
    const hits = [];
    const look = (
      /** @type {{slot: number, text: string, title: string}} */ { slot, text, title },
    ) => {
      const points = score(words, text);
      if (points > 0) hits.push({ slot, title, score: points });
    };
    for (const items of chunks.values())
      for (const item of items) if (!newer.has(item.slot)) look(item);
    for (const item of extra) look({ ...item, text: plain(item.text) });
    hits.sort((a, b) => b.score - a.score || a.slot - b.slot);
    return { value: hits.slice(0, limit) };
  },
});
