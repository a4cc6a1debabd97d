/** Values that a filter can have, for those who type: from the page where it knows them, else from the daemon. */
import { COLOURS, FIXED, beginning } from '../find/complete.js';

/** @typedef {import('../site/space.js').Space} Space */
/** @typedef {{value: string, count: number | null}} Value */

const MINUTES_MS = 60_000;
const MOST = 12;
const DOUBTFUL = 16; // of flags: a clock that was never set
/** Filters whose values the page's own titles tell where there is no daemon. @type {Record<string, import('../find/facets.js').Facet>} */
const FACETS = { folder: 'folder', tag: 'tag', type: 'kind' };

/**
 * @param {Space} space @param {string} key @param {string} prefix
 * @param {import('../site/door.js').Door | null} door null: there is no daemon
 * @param {import('./titles.js').Titles} titles @returns {Promise<Value[]>} the most frequent first
 */
export async function valuesOf(space, key, prefix, door, titles) {
  if (key === 'year') return beginning(yearsOf(space), prefix).slice(0, MOST).map(plain);
  if (key === 'colour') return beginning(Object.keys(COLOURS), prefix).map(plain);
  if (key === 'region') return regionsOf(space, prefix);
  const fixed = beginning(FIXED[key] ?? [], prefix).map(plain);
  if (key === 'is') return fixed;
  if (door) {
    const { values } = await door.get('api/complete', { key, prefix, limit: String(MOST) });
    const known = new Set(fixed.map(({ value }) => value));
    return [...fixed, ...values.filter((/** @type {Value} */ { value }) => !known.has(value))];
  }
  const facet = FACETS[key];
  return facet ? counted(await titles.valuesOf(space.name, facet), prefix) : [];
}

/** @param {string} value @returns {Value} */
function plain(value) {
  return { value, count: null };
}

/** @param {import('../find/facets.js').Facets} facets @param {string} prefix @returns {Value[]} */
function counted({ values, of }, prefix) {
  const counts = new Uint32Array(values.length);
  for (const at of of) if (at >= 0) counts[at]++;
  return beginning(values, prefix)
    .map((value) => ({ value, count: counts[values.indexOf(value)] }))
    .sort((a, b) => b.count - a.count)
    .slice(0, MOST);
}

/** @param {Space} space @param {string} prefix @returns {Value[]} */
function regionsOf({ regions }, prefix) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { name, count } of regions) counts.set(name, Math.max(count, counts.get(name) ?? 0));
  return beginning([...counts.keys()], prefix)
    .map((value) => ({ value, count: counts.get(value) ?? 0 }))
    .sort((a, b) => b.count - a.count)
    .slice(0, MOST);
}

/** @param {Space} space @returns {string[]} the latest first */
function yearsOf({ columns }) {
  const years = new Set();
  for (let slot = 0; slot < columns.slots; slot++)
    if (columns.present(slot) && !(columns.flags[slot] & DOUBTFUL))
      years.add(new Date(columns.time[slot] * MINUTES_MS).getUTCFullYear());
  return [...years].filter(Number.isFinite).sort((a, b) => b - a).map(String); // prettier-ignore
}
