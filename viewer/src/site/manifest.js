/** The manifest: read, checked, and never trusted further than needed. */

export const FORMAT = 1;
export const SPACES = /** @type {const} */ (['image', 'text']);

/** What went wrong, in a word the page has a message for. */
export class SiteError extends Error {
  /** @param {'missing' | 'damaged' | 'newer' | 'offline'} kind @param {string} message */
  constructor(kind, message) {
    super(message);
    this.kind = kind;
  }
}

/** @returns {SpaceEntry} */
export function emptySpace() {
  return {
    encoder: null, count: 0, slots: 0, fit: null, bounds: [0, 0, 1, 1], frame: [0, 0, 1, 1], cell: 1,
    columns: [], details: [], neighbours: [], regions: null, terrain: null, lineage: null,
  }; // prettier-ignore
}

/**
 * @param {unknown} value parsed JSON
 * @returns {Manifest}
 * @throws {SiteError}
 */
export function checkManifest(value) {
  const raw = /** @type {any} */ (value);
  if (!raw || typeof raw !== 'object' || typeof raw.format !== 'number') {
    throw new SiteError('damaged', 'manifest.json is not a manifest');
  }
  if (raw.format > FORMAT) throw new SiteError('newer', `format ${raw.format}`);
  if (typeof raw.spaces !== 'object' || !raw.spaces) {
    throw new SiteError('damaged', 'manifest.json names no spaces');
  }
  const spaces = /** @type {Record<SpaceName, SpaceEntry>} */ ({});
  for (const space of SPACES) spaces[space] = checkSpace(space, raw.spaces[space]);
  return {
    ...raw,
    revision: Number(raw.revision) || 0,
    title: String(raw.title ?? 'Muser'),
    chunk_size: Number(raw.chunk_size) || 4096,
    detail_chunk_size: Number(raw.detail_chunk_size) || 512,
    live: raw.live === true,
    spaces,
  };
}

/** @param {string} space @param {any} raw @returns {SpaceEntry} */
function checkSpace(space, raw) {
  if (!raw) return emptySpace();
  const entry = { ...emptySpace(), ...raw };
  for (const key of /** @type {const} */ (['bounds', 'frame'])) {
    const box = entry[key];
    if (!Array.isArray(box) || box.length !== 4 || !box.every(Number.isFinite)) {
      throw new SiteError('damaged', `${space}: ${key} is not a box`);
    }
  }
  for (const key of /** @type {const} */ (['columns', 'details', 'neighbours'])) {
    if (!Array.isArray(entry[key])) throw new SiteError('damaged', `${space}: ${key} is no list`);
  }
  if (!(entry.cell > 0)) entry.cell = 1;
  if (raw.thumbs)
    entry.thumbs = { index: raw.thumbs.index ?? null, loose: raw.thumbs.loose ?? {}, levels: [] };
  return entry;
}
