/**
 * Names on the map. Every name gets, ahead of time, one range of scales in which it shows
 * (Been, Daiches & Yap 2006, doi:10.1109/TVCG.2006.136): within its range a name collides with no
 * other, so that nothing pops and nothing is computed while one moves. Pure and deterministic.
 */

/** @typedef {{id: number, x: number, y: number, width: number, height: number, level: number, priority: number, from: number, to: number}} Candidate */
/** @typedef {{id: number, from: number, to: number}} Range scales, px per map unit */

const GAP_PX = 10;

/**
 * @param {Candidate[]} candidates width and height in px; from … to the wanted range of scales
 * @returns {Range[]} those that show anywhere, the most important first
 */
export function placeNames(candidates) {
  const order = candidates
    .slice()
    .sort((a, b) => a.level - b.level || b.priority - a.priority || a.id - b.id);
  /** @type {(Candidate & Range)[]} */
  const placed = [];
  for (const one of order) {
    let from = one.from;
    for (const other of placed) {
      const apart = apartFrom(one, other);
      // They collide below `apart`; that matters only where the other one shows.
      if (apart > other.from && from < other.to) from = Math.max(from, Math.min(apart, other.to));
    }
    if (from < one.to) placed.push({ ...one, from });
  }
  return placed.map(({ id, from, to }) => ({ id, from, to }));
}

/** The scale from which two boxes no longer touch. @param {Candidate} a @param {Candidate} b */
function apartFrom(a, b) {
  const dx = Math.abs(a.x - b.x);
  const dy = Math.abs(a.y - b.y);
  const across = dx > 0 ? ((a.width + b.width) / 2 + GAP_PX) / dx : Infinity;
  const along = dy > 0 ? ((a.height + b.height) / 2 + GAP_PX) / dy : Infinity;
  return Math.min(across, along);
}

/**
 * Scales at which a level of names is wanted, relative to the scale that shows the whole map.
 * @param {number} level 0 … 2 @param {boolean} childless @returns {[number, number]}
 */
export function wantedRange(level, childless) {
  const from = [0, 1.35, 3.4][level] ?? 0;
  const to = childless ? Infinity : ([4.2, 15, Infinity][level] ?? Infinity);
  return [from, to];
}
