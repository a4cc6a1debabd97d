/** What an item has to do with others: asked of the daemon, which resolves it anew each time. */

/**
 * @typedef {{id: number, slot: number, space: SpaceName, title: string, name: string,
 *   kind: 'link' | 'embed' | 'name' | 'day', outward: boolean, reason: string}} Edge
 * @typedef {{edges: Edge[], parts: string[]}} Relations `parts`: paths of files that belong to it
 */

/** @type {Relations} */
const NONE = { edges: [], parts: [] };

/** @param {import('./space.js').Space} space @param {number} slot @returns {Promise<Relations>} none without a daemon */
export async function relations(space, slot) {
  try {
    const answer = await fetch(new URL(`api/links?id=${space.columns.id[slot]}`, space.base));
    if (!answer.ok) return NONE;
    /** @type {Relations} */
    const { edges, parts } = await answer.json();
    return { edges, parts };
  } catch {
    return NONE;
  }
}
