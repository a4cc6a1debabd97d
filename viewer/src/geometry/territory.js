/** Which region owns a place: a small raster per level, grown a little around the items. Pure. */

const SIDE = 160;
const GROW = 7; // cells

/** @typedef {{bounds: Box, side: number, owner: Int32Array}} Territory */

/**
 * @param {{slots: number, x: Float32Array, y: Float32Array, region: Int32Array, flags: Uint8Array}} columns
 * @param {number} level @param {Box} bounds
 * @returns {Territory} −1: nobody's
 */
export function buildTerritory(columns, level, bounds) {
  const fx = SIDE / (bounds[2] - bounds[0] || 1);
  const fy = SIDE / (bounds[3] - bounds[1] || 1);
  // The last region to win a cell needs more votes than the one before (Boyer & Moore 1991).
  let owner = new Int32Array(SIDE * SIDE).fill(-1);
  const votes = new Int32Array(SIDE * SIDE);
  for (let s = 0; s < columns.slots; s++) {
    const region = columns.region[s * 3 + level];
    if (region < 0 || !(columns.flags[s] & 1)) continue;
    const i = Math.min(SIDE - 1, Math.max(0, Math.floor((columns.x[s] - bounds[0]) * fx)));
    const j = Math.min(SIDE - 1, Math.max(0, Math.floor((columns.y[s] - bounds[1]) * fy)));
    const cell = j * SIDE + i;
    if (owner[cell] === region) votes[cell]++;
    else if (votes[cell] === 0) {
      owner[cell] = region;
      votes[cell] = 1;
    } else votes[cell]--;
  }
  for (let round = 0; round < GROW; round++) owner = grown(owner);
  return { bounds, side: SIDE, owner };
}

/** Cells that are nobody's go to the neighbour in the east, west, south or north. @param {Int32Array} owner */
function grown(owner) {
  const wider = owner.slice();
  for (let cell = 0; cell < owner.length; cell++) {
    if (owner[cell] >= 0) continue;
    const i = cell % SIDE;
    if (i + 1 < SIDE && owner[cell + 1] >= 0) wider[cell] = owner[cell + 1];
    else if (i > 0 && owner[cell - 1] >= 0) wider[cell] = owner[cell - 1];
    else if (owner[cell + SIDE] >= 0)
      wider[cell] = owner[cell + SIDE]; // beyond the raster: undefined
    else if (owner[cell - SIDE] >= 0) wider[cell] = owner[cell - SIDE];
  }
  return wider;
}

/** @param {Territory} territory @param {number} x @param {number} y */
export function ownerAt(territory, x, y) {
  const { bounds, side, owner } = territory;
  const i = Math.floor(((x - bounds[0]) / (bounds[2] - bounds[0] || 1)) * side);
  const j = Math.floor(((y - bounds[1]) / (bounds[3] - bounds[1] || 1)) * side);
  return i < 0 || j < 0 || i >= side || j >= side ? -1 : owner[j * side + i];
}

/**
 * Who fills the view: votes of a 3 × 3 grid in its central 40 %, and the share of the land.
 * @param {Territory} territory @param {Box} view
 * @returns {{region: number, votes: number, share: number}}
 */
export function surveyView(territory, view) {
  const [x0, y0, x1, y1] = view;
  /** @type {Map<number, number>} */
  const votes = new Map();
  for (const u of [0.3, 0.5, 0.7]) {
    for (const v of [0.3, 0.5, 0.7]) {
      const region = ownerAt(territory, x0 + u * (x1 - x0), y0 + v * (y1 - y0));
      if (region >= 0) votes.set(region, (votes.get(region) ?? 0) + 1);
    }
  }
  const [region, most] = [...votes].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0] ?? [-1, 0];
  return { region, votes: most, share: region < 0 ? 0 : shareOf(territory, view, region) };
}

/** Share of the land in view that a region owns; the sea between counts for nobody. @param {Territory} territory @param {Box} view @param {number} region */
export function shareOf(territory, [x0, y0, x1, y1], region) {
  let mine = 0;
  let land = 0;
  for (let i = 0; i < 9; i++) {
    for (let j = 0; j < 9; j++) {
      const owner = ownerAt(
        territory,
        x0 + ((i + 0.5) / 9) * (x1 - x0),
        y0 + ((j + 0.5) / 9) * (y1 - y0),
      );
      if (owner >= 0) land++;
      if (owner === region) mine++;
    }
  }
  return land ? mine / land : 0;
}
