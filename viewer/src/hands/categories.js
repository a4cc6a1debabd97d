/** What items are coloured by: a dozen groups at most, and which group each item is in. Pure. */

/** Of `of`: in none of the groups that have a colour, and in none at all. */
export const OTHER = 254;
export const NONE = 255;
export const MOST_GROUPS = 12;

/**
 * @typedef {{name: string, count: number, colour: string}} Group
 * @typedef {{of: Uint8Array<ArrayBuffer>, groups: Group[], other: number, none: number, ordered: boolean}} Grouping
 * `of`: slot → index of its group, OTHER or NONE; `other`, `none`: how many items are so.
 * `ordered`: the groups are steps of a scale, the first one the least
 */

/** Twelve hues that can be told apart, on dark land and light, by most eyes (after Tol, 2021). */
const HUES = [
  '#4f8fd6', '#e0803a', '#3fa873', '#cf5aa6', '#d9b63c', '#8f78d8',
  '#4fb9c4', '#d65b5b', '#8aa83a', '#b98560', '#9fb4cf', '#e59bb0',
]; // prettier-ignore
/** Steps of a scale, from early to late; lightness grows with them. */
const STEPS = [
  '#5256a8', '#4868b2', '#3f7db3', '#3b94ab', '#3fa796', '#55b07c',
  '#79b463', '#a0b650', '#bfae45', '#d09c43', '#d38545', '#cd6a4a',
]; // prettier-ignore

/**
 * The most frequent values as groups.
 * @param {(slot: number) => string | null} valueOf null: none @param {(slot: number) => boolean} present
 * @param {number} slots @returns {Grouping}
 */
export function byValue(valueOf, present, slots) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  /** @type {(string | null)[]} */
  const values = new Array(slots).fill(null);
  for (let slot = 0; slot < slots; slot++) {
    const value = present(slot) ? valueOf(slot) : null;
    values[slot] = value;
    if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const most = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, MOST_GROUPS); // prettier-ignore
  const index = new Map(most.map(([value], i) => [value, i]));
  const groups = most.map(([name, count], i) => ({ name, count, colour: HUES[i] }));
  return filled(groups, false, slots, present, (slot) => {
    const value = values[slot];
    return value === null ? NONE : (index.get(value) ?? OTHER);
  });
}

/**
 * Groups that are known by their members.
 * @param {{name: string, colour?: string, slots: Iterable<number>}[]} given an item is in the first that has it
 * @param {(slot: number) => boolean} present @param {number} slots @param {number} [most] at most 254
 * @returns {Grouping}
 */
export function byMembers(given, present, slots, most = MOST_GROUPS) {
  const of = new Uint8Array(slots).fill(NONE);
  given.forEach((group, i) => {
    for (const slot of group.slots)
      if (slot >= 0 && slot < slots && of[slot] === NONE) of[slot] = i < most ? i : OTHER;
  });
  const groups = given.slice(0, most).map(({ name, colour }, i) => ({ name, count: 0, colour: colour || HUES[i % HUES.length] })); // prettier-ignore
  return filled(groups, false, slots, present, (slot) => of[slot]);
}

/**
 * Years as steps of a scale: each its own, or runs of years of the same length.
 * @param {(slot: number) => number | null} yearOf null: no date @param {(slot: number) => boolean} present
 * @param {number} slots @returns {Grouping}
 */
export function byYear(yearOf, present, slots) {
  /** @type {number[]} */
  const years = [];
  for (let slot = 0; slot < slots; slot++) {
    const year = present(slot) ? yearOf(slot) : null;
    if (year !== null) years.push(year);
  }
  years.sort((a, b) => a - b);
  // The wildest half percent stretches nothing.
  const cut = Math.floor(years.length * 0.005);
  const [low, high] = [years[cut] ?? 0, years[years.length - 1 - cut] ?? 0];
  const wide = Math.max(1, Math.ceil((high - low + 1) / MOST_GROUPS));
  const n = years.length ? Math.ceil((high - low + 1) / wide) : 0;
  const groups = Array.from({ length: n }, (_, i) => {
    const from = low + i * wide;
    const to = Math.min(high, from + wide - 1);
    let name = from === to ? `${from}` : `${from}–${to}`;
    if (i === 0 && years[0] < low) name = `until ${to}`;
    else if (i === n - 1 && years[years.length - 1] > high) name = `from ${from} on`;
    return { name, count: 0, colour: STEPS[n > 1 ? Math.round((i * (STEPS.length - 1)) / (n - 1)) : 6] }; // prettier-ignore
  });
  return filled(groups, true, slots, present, (slot) => {
    const year = yearOf(slot);
    if (year === null || !n) return NONE;
    return Math.min(n - 1, Math.max(0, Math.floor((year - low) / wide)));
  });
}

/**
 * @param {Group[]} groups @param {boolean} ordered @param {number} slots
 * @param {(slot: number) => boolean} present @param {(slot: number) => number} indexOf @returns {Grouping}
 */
function filled(groups, ordered, slots, present, indexOf) {
  const of = new Uint8Array(slots).fill(NONE);
  for (const group of groups) group.count = 0;
  let [other, none] = [0, 0];
  for (let slot = 0; slot < slots; slot++) {
    if (!present(slot)) continue;
    const at = indexOf(slot);
    of[slot] = at;
    if (at === OTHER) other++;
    else if (at === NONE) none++;
    else groups[at].count++;
  }
  return { of, groups, other, none, ordered };
}
