/** Hits from several doors as one list. Pure. */
import { matchStart, plain } from '../find/match.js';
import { parseQuery, wanted } from '../find/query.js';

/** @typedef {import('../find/client.js').Hit} Hit */
/** @typedef {import('../ui/gallery.js').Shown} Shown */

const NEAREST = 3;

/** Those shown stay where they are; those that are new come after them. @param {Hit[]} before @param {Hit[]} more @returns {Hit[]} */
export function merged(before, more) {
  const known = new Map(before.map((hit) => [hit.slot, hit]));
  const out = [...before];
  for (const hit of more) {
    const same = known.get(hit.slot);
    if (!same) out.push(hit);
    else if (hit.snippet || hit.why.length)
      out[out.indexOf(same)] = { ...hit, why: [...new Set([...same.why, ...hit.why])] };
  }
  return out;
}

/** @param {Hit} hit @param {boolean} unsure @param {string[]} terms @returns {Shown} */
export function shown({ slot, why, snippet, marks }, unsure, terms) {
  return { slot, unsure, why: why.join(', '), snippet, marks, terms };
}

/** @param {Region[]} regions @param {string} value @returns {number[]} ids */
export function regionsNamed(regions, value) {
  if (/^\d+$/.test(value)) return [Number(value)];
  const needle = plain(value);
  return regions.filter(({ name }) => plain(name) === needle).map(({ id }) => id);
}

/**
 * Regions that a query names, the best first.
 * @param {Region[]} regions @param {string} q @param {number} most @returns {Region[]}
 */
export function regionsFor(regions, q, most) {
  const needles = wanted(parseQuery(q)).map(({ value }) => plain(value)).filter(Boolean); // prettier-ignore
  if (!needles.length) return [];
  return regions
    .map((region) => ({
      region,
      points: Math.min(
        ...needles.map((needle) =>
          matchStart(needle, plain(`${region.name} ${region.terms.join(' ')}`)),
        ),
      ),
    })) // prettier-ignore
    .filter(({ points }) => points > 0)
    .sort(
      (a, b) =>
        b.points - a.points || a.region.level - b.region.level || b.region.count - a.region.count,
    ) // prettier-ignore
    .slice(0, most)
    .map(({ region }) => region);
}

/**
 * What is shown of the hits: the certain ones and those less so; where none is certain the nearest
 * few, unless all are asked for.
 * @param {Hit[]} hits @param {boolean} settled all doors have answered @param {boolean} all
 */
export function offered(hits, settled, all) {
  const sure = hits.some(({ certain }) => certain !== false);
  return sure || all || !settled ? hits : hits.slice(0, NEAREST);
}

/** What lights up on the map, is fitted, and is selected as a whole: the certain ones, if any is. @param {Hit[]} shown @returns {number[]} slots */
export function lit(shown) {
  const sure = shown.filter(({ certain }) => certain !== false);
  return (sure.length ? sure : shown).map(({ slot }) => slot);
}
