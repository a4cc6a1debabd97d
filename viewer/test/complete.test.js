import { describe, expect, it } from 'vitest';
import { valuesOf } from '../src/app/findvalues.js';
import { completed, meantBy, placeAt } from '../src/find/complete.js';
import { daemonOnly, parseQuery } from '../src/find/query.js';
import { Columns } from '../src/site/columns.js';

const at = (/** @type {string} */ q) => placeAt(q.replace('|', ''), q.indexOf('|'));

describe('where one types', () => {
  it('is the value of a filter, quoted or not, or a word that may become one', () => {
    expect(at('red folder:Al|')).toMatchObject({ kind: 'value', key: 'folder', prefix: 'Al', start: 4, not: false }); // prettier-ignore
    expect(at('-tag:|')).toMatchObject({ kind: 'value', key: 'tag', prefix: '', not: true });
    expect(at('folder:"two wor|')).toMatchObject({ key: 'folder', prefix: 'two wor', start: 0 });
    expect(at('folder:"two wor|ds" x')).toMatchObject({ end: 18, start: 0 });
    expect(at('sea fol|')).toMatchObject({ kind: 'name', prefix: 'fol', start: 4 });
    expect(at('FOLDER:a|')).toMatchObject({ key: 'folder' });
    for (const q of ['|', 'a|', '"a phra|', 'http://x|', 'sea |', '"done" |'])
      expect(at(q)).toBeNull();
  });

  it('takes what was chosen, and leaves the rest alone', () => {
    const put = (/** @type {string} */ q, /** @type {string} */ text) => {
      const { q: now, caret } = completed(q.replace('|', ''), /** @type {any} */ (at(q)), text);
      return `${now.slice(0, caret)}|${now.slice(caret)}`;
    };
    expect(put('red fol| sea', 'folder:')).toBe('red folder:|sea'.replace('|sea', '|sea'));
    expect(put('-tag:al| sea', 'tag:alps')).toBe('-tag:alps |sea');
    expect(put('folder:"two wo|', 'folder:"two words"')).toBe('folder:"two words" |');
  });

  it('knows names of filters and colours', () => {
    expect(meantBy('fo')).toEqual(['folder:']);
    expect(meantBy('red')).toEqual(['colour:red']);
    expect(meantBy('violet')).toEqual(['colour:purple']);
    expect(meantBy('ta')).toEqual(['tag:']);
    expect(meantBy('zz')).toEqual([]);
  });
});

describe('values', () => {
  const columns = new Columns(3);
  ['2019-05-01', '2021-05-01', '2021-06-01'].forEach((day, slot) => {
    columns.time[slot] = Date.parse(day) / 60_000;
    columns.flags[slot] = 1;
  });
  const space = /** @type {any} */ ({ name: 'image', columns, regions: [{ name: 'Seas', count: 3 }, { name: 'Seals', count: 9 }, { name: 'Land', count: 1 }] }); // prettier-ignore
  const titles = /** @type {any} */ ({ valuesOf: async () => ({ values: ['alps', 'alpha'], of: Int32Array.from([1, 1, 0]) }) }); // prettier-ignore
  const of = (/** @type {string} */ key, /** @type {string} */ prefix, /** @type {any} */ door = null) => valuesOf(space, key, prefix, door, titles); // prettier-ignore
  const names = async (/** @type {any} */ found) => (await found).map((/** @type {any} */ { value }) => value); // prettier-ignore

  it('come from the page where it knows them', async () => {
    expect(await names(of('year', ''))).toEqual(['2021', '2019']);
    expect(await names(of('region', 'sea'))).toEqual(['Seals', 'Seas']);
    expect(await names(of('is', 'n'))).toEqual(['new']);
    expect(await names(of('colour', 'b'))).toEqual(['blue', 'brown', 'black']);
    expect(await of('tag', 'al')).toEqual([{ value: 'alpha', count: 2 }, { value: 'alps', count: 1 }]); // prettier-ignore
    expect(await of('camera', 'x')).toEqual([]);
  });

  it('come from the daemon where there is one', async () => {
    const asked = /** @type {any[]} */ ([]);
    const door = { get: async (/** @type {string} */ path, /** @type {any} */ params) => (asked.push([path, params]), { values: [{ value: 'png', count: 7 }] }) }; // prettier-ignore
    expect(await names(of('type', '', door))).toEqual(['image', 'note', 'png']);
    expect(asked).toEqual([['api/complete', { key: 'type', prefix: '', limit: '12' }]]);
    expect(await names(of('year', '20', door))).toEqual(['2021', '2019']);
    expect(asked).toHaveLength(1);
  });
});

it('tells which filters the page cannot apply', () => {
  const q = 'sea folder:x colour:red is:new is:duplicate type:png type:note lang:de';
  expect(daemonOnly(parseQuery(q))).toEqual(['colour:red', 'is:duplicate', 'type:note', 'lang:de']);
});
