/** Hits from several doors as one list. Pure. */
import { matchStart, plain } from '../find/match.js';
import { parseQuery, spanOf, wanted } from '../find/query.js';

/** @typedef {import('../find/client.js').Hit} Hit */
/** @typedef {import('../ui/gallery.js').Shown} Shown */

const NEAREST = 3;
/** Of those that are less certain, unless all are asked for. */
const LESS_CERTAIN = 60;
const LESS_LIKE = 12;

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
export function shown({ slot, why, snippet, marks, section }, unsure, terms) {
  return { slot, unsure, why: why.join(', '), snippet, marks, terms, section };
}

/** @param {Region[]} regions @param {string} value @returns {number[]} ids */
export function regionsNamed(regions, value) {
  if (/^\d+$/.test(value)) return [Number(value)];
  const needle = plain(value);
  return regions.filter(({ name }) => plain(name) === needle).map(({ id }) => id);
}

/**
 * Those hits that time, region and newness leave, and that are there.
 * @param {import('../site/space.js').Space} space @param {string} q
 * @param {() => ReadonlySet<number>} unseenOf ids that are new @param {Hit[]} hits @returns {Hit[]}
 */
export function filteredBy({ columns, regions: all }, q, unseenOf, hits) {
  const tokens = parseQuery(q);
  const span = spanOf(tokens);
  const regions = tokens.filter(({ kind, key }) => kind === 'filter' && key === 'region').map(({ value, not }) => ({ not, ids: regionsNamed(all, value) })); // prettier-ignore
  const fresh = tokens.find(({ key, value }) => key === 'is' && value === 'new');
  const unseen = fresh ? unseenOf() : null;
  if (!span && !regions.length && !unseen) return hits.filter(({ slot }) => !columns.slots || columns.present(slot)); // prettier-ignore
  return hits.filter(({ slot }) => {
    if (!columns.present(slot)) return false;
    if (span && (columns.time[slot] < span.from || columns.time[slot] > span.to)) return false;
    if (unseen && unseen.has(columns.id[slot]) === fresh?.not) return false;
    return regions.every(({ ids, not }) => ids.some((id) => columns.within(slot, id)) !== not);
  });
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
 * What is shown of the hits: the certain ones, and some of those less so; where none is certain the
 * nearest few; all if they are asked for. Everything is a little like an example: of what is less
 * certain there less is shown.
 * @param {Hit[]} hits @param {boolean} settled all doors have answered @param {boolean} all
 * @param {boolean} example whether something was brought along to search by
 */
export function offered(hits, settled, all, example) {
  if (all || !settled) return hits;
  const certain = hits.filter((hit) => hit.certain !== false);
  let room = certain.length ? (example ? LESS_LIKE : LESS_CERTAIN) : NEAREST;
  return hits.filter((hit) => hit.certain !== false || room-- > 0);
}

/** What lights up on the map, is fitted, and is selected as a whole: the certain ones, if any is. @param {Hit[]} shown @returns {number[]} slots */
export function lit(shown) {
  const sure = shown.filter(({ certain }) => certain !== false);
  return (sure.length ? sure : shown).map(({ slot }) => slot);
}
