/** What items can be grouped by that their titles' files tell: folder, kind of file, tag. Pure. */

/** @typedef {import('./words.js').Entry} Entry */
/** @typedef {'folder' | 'kind' | 'tag'} Facet */
/** @typedef {{values: string[], of: Int32Array<ArrayBuffer>}} Facets `of`: slot → index into `values`, −1: none */

const MOST_FOLDERS = 12;
const DEEPEST = 6;
/** Suffixes that mean the same. @type {Record<string, string>} */
const SAME = { jpeg: 'jpg', jpe: 'jpg', tif: 'tiff', markdown: 'md', htm: 'html', heif: 'heic' };

/** @param {Entry[]} entries the later one of a slot counts @param {Facet} key @param {number} slots @returns {Facets} */
export function facetsOf(entries, key, slots) {
  const valueOf = { folder: folders(entries), kind: kindOf, tag: tags(entries) }[key];
  /** @type {Map<string, number>} */
  const index = new Map();
  const of = new Int32Array(slots).fill(-1);
  for (const entry of entries) {
    const value = valueOf(entry);
    if (value === null || entry.slot >= slots) continue;
    if (!index.has(value)) index.set(value, index.size);
    of[entry.slot] = /** @type {number} */ (index.get(value));
  }
  return { values: [...index.keys()], of };
}

/** @param {Entry} entry @returns {string | null} */
function kindOf({ name }) {
  const suffix = /\.([a-z0-9]{1,8})$/i.exec(name)?.[1].toLowerCase();
  return suffix ? (SAME[suffix] ?? suffix) : null;
}

/** Of several tags the one that most items have. @param {Entry[]} entries @returns {(entry: Entry) => string | null} */
function tags(entries) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const entry of entries)
    for (const tag of entry.tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  const often = (/** @type {string} */ tag) => counts.get(tag) ?? 0;
  return (entry) =>
    entry.tags.length ? entry.tags.reduce((a, b) => (often(b) > often(a) ? b : a)) : null;
}

/**
 * Folders as deep as they are still few, and at least as deep as they differ.
 * @param {Entry[]} entries @returns {(entry: Entry) => string | null}
 */
function folders(entries) {
  const parts = (/** @type {Entry} */ { path }) => path.split('/').slice(0, -1);
  const at = (/** @type {Entry} */ entry, /** @type {number} */ depth) => parts(entry).slice(0, depth).join('/'); // prettier-ignore
  const many = (/** @type {number} */ depth) => new Set(entries.map((entry) => at(entry, depth))).size; // prettier-ignore
  let depth = 1;
  let before = many(1);
  while (depth < DEEPEST) {
    const next = many(depth + 1);
    if (before > 1 && (next > MOST_FOLDERS || next === before)) break;
    [depth, before] = [depth + 1, next];
  }
  return (entry) => at(entry, depth) || null;
}
