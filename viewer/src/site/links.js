/**
 * What an item has to do with others: asked of the daemon, which resolves it anew each time; a site
 * without one has it in a file.
 */

/**
 * @typedef {{id: number, slot: number, space: SpaceName, title: string, name: string,
 *   kind: 'link' | 'embed' | 'name' | 'day', outward: boolean, reason: string}} Edge
 * @typedef {{edges: Edge[], parts: string[]}} Relations `parts`: paths of files that belong to it
 */

/** @type {Relations} */
const NONE = { edges: [], parts: [] };

/**
 * @param {import('./space.js').Space} space @param {number} slot @param {boolean} live there is a daemon
 * @returns {Promise<Relations>}
 */
export async function relations(space, slot, live) {
  return live ? asked(space, slot) : told(space, slot);
}

/** @param {import('./space.js').Space} space @param {number} slot @returns {Promise<Relations>} */
async function told(space, slot) {
  const path = space.entry.links;
  if (!path) return NONE;
  try {
    /** @type {{links: {of: number, space: SpaceName, slot: number, kind: Edge['kind'], outward: boolean, title: string, reason: string}[]}} */
    const { links } = await space.file('json', path);
    const own = links.filter(({ of }) => of === slot);
    return { edges: own.map((edge) => ({ ...edge, id: -1, name: edge.title || 'Untitled' })), parts: [] }; // prettier-ignore
  } catch {
    return NONE;
  }
}

/** @param {import('./space.js').Space} space @param {number} slot @returns {Promise<Relations>} */
async function asked(space, slot) {
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
