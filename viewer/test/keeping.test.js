import { describe, expect, it } from 'vitest';
import { facetsOf } from '../src/find/facets.js';
import { byMembers, byValue, byYear, MOST_GROUPS, NONE, OTHER } from '../src/hands/categories.js';
import { thinned } from '../src/hands/client.js';
import { groupOf, passes } from '../src/map/gather.js';
import { Door } from '../src/site/door.js';
import { Columns } from '../src/site/columns.js';
import { Maker, progressOf } from '../src/hands/making.js';
import { fileName, quoted, subjectsOf } from '../src/ui/export.js';
import { since } from '../src/ui/words.js';

const all = () => true;
const entry = (/** @type {number} */ slot, /** @type {Partial<import('../src/find/words.js').Entry>} */ more) => ({ slot, title: '', name: `${slot}.png`, tags: [], path: '', ...more }); // prettier-ignore

describe('groups of items', () => {
  it('are the most frequent values; the rest is other, and what has none is none', () => {
    const values = ['a', 'b', 'b', null, 'c'];
    const { of, groups, other, none } = byValue((slot) => values[slot], (slot) => slot !== 4, 5); // prettier-ignore
    expect(groups.map(({ name, count }) => [name, count])).toEqual([['b', 2], ['a', 1]]); // prettier-ignore
    expect([...of]).toEqual([1, 0, 0, NONE, NONE]);
    expect([other, none]).toEqual([0, 1]);
    const many = byValue((slot) => `v${slot % 20}`, all, 60);
    expect([many.groups.length, many.other]).toEqual([MOST_GROUPS, 60 - 3 * MOST_GROUPS]);
    expect(many.of[19]).toBe(many.groups.some(({ name }) => name === 'v19') ? many.of[39] : OTHER);
    expect(new Set(many.groups.map(({ colour }) => colour)).size).toBe(MOST_GROUPS);
  });

  it('given by their members do not share any, and take no slot that is not there', () => {
    const { of, groups, none } = byMembers([{ name: 'x', colour: '#123456', slots: [0, 1, -1, 99] }, { name: 'y', slots: [1, 2] }], all, 4); // prettier-ignore
    expect([...of]).toEqual([0, 0, 1, NONE]);
    expect(groups.map(({ count }) => count)).toEqual([2, 1]);
    expect(groups[0].colour).toBe('#123456');
    expect(none).toBe(1);
  });

  it('of years are steps of equal length, whatever the wildest dates are', () => {
    const years = Array.from({ length: 1000 }, (_, i) => 2000 + (i % 20));
    years[0] = 1;
    years[1] = 2999;
    const { of, groups, ordered } = byYear((slot) => years[slot], all, 1000);
    expect(ordered).toBe(true);
    expect(groups[0].name).toBe('until 2001');
    expect(groups.at(-1)?.name).toBe('from 2018 on');
    expect([of[0], of[1]]).toEqual([0, groups.length - 1]);
    expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(1000);
    expect(byYear(() => null, all, 3)).toMatchObject({ groups: [], none: 3 });
    expect(byYear(() => 2020, all, 3).groups.map(({ name }) => name)).toEqual(['2020']);
  });

  it('that are switched off step back, with those that nobody grouped', () => {
    const columns = new Columns(3);
    const paint = { of: Uint8Array.from([0, 1]), inks: [], off: new Set([1, NONE]) };
    expect([0, 1, 2].map((slot) => passes(columns, slot, null, paint))).toEqual([true, false, false]); // prettier-ignore
    expect(groupOf(paint, 2)).toBe(NONE);
    expect(passes(columns, 0, { from: 5, to: 9 }, paint)).toBe(false); // time 0
    expect(passes(columns, 1, null, null)).toBe(true);
  });
});

describe('facets', () => {
  it('take folders as deep as they are few', () => {
    const wide = Array.from({ length: 40 }, (_, i) => entry(i, { path: `root/${i % 3}/${i}/x.png` })); // prettier-ignore
    expect(new Set(facetsOf(wide, 'folder', 40).values)).toEqual(new Set(['root/0', 'root/1', 'root/2'])); // prettier-ignore
    const flat = [entry(0, { path: 'root/x.png' }), entry(1, { path: 'root/y.png' })];
    expect(facetsOf(flat, 'folder', 2).values).toEqual(['root']);
    expect(facetsOf([entry(0, { path: 'x.png' })], 'folder', 1).of[0]).toBe(-1);
    const many = Array.from({ length: 30 }, (_, i) => entry(i, { path: `root/${i}/x.png` }));
    expect(facetsOf(many, 'folder', 30).values.length).toBe(30); // a single root says nothing
  });

  it('call suffixes of one kind the same, and take the commonest tag', () => {
    const entries = [
      entry(0, { name: 'a.JPG', tags: ['rare', 'often'] }),
      entry(1, { name: 'b.jpeg', tags: ['often'] }),
      entry(2, { name: 'README', tags: [] }),
    ];
    expect([...facetsOf(entries, 'kind', 3).of]).toEqual([0, 0, -1]);
    const tags = facetsOf(entries, 'tag', 3);
    expect([...tags.of].map((at) => tags.values[at])).toEqual(['often', 'often', undefined]);
  });
});

describe('exports', () => {
  it('offer what is at hand, the whole map last', () => {
    const now = { selected: [3], found: { q: "it's", ids: [1, 2] }, region: null, space: /** @type {const} */ ('image'), total: 9, collections: [{ name: 'My $best', count: 4 }] }; // prettier-ignore
    const subjects = subjectsOf(now);
    expect(subjects.map(({ key }) => key)).toEqual(['selection', 'found', 'collection My $best', 'all']); // prettier-ignore
    expect(subjects[0].what).toEqual({ items: [3] });
    expect(subjects[1].command).toBe(`--find 'it'\\''s' --space image`);
    expect(subjects[2].command).toBe("--collection 'My $best'");
    expect(subjects[3].what).toEqual({ space: 'image' });
  });

  it('have names that every file system takes', () => {
    expect(fileName('a/b\\c: "d"?')).toBe('a b c d');
    expect([fileName(' . '), fileName('../..')]).toEqual(['muser', 'muser']);
    expect(fileName('x'.repeat(300))).toHaveLength(80);
    expect(fileName('Ünïcode 🦭')).toBe('Ünïcode 🦭');
    expect([quoted('a-b.c'), quoted('a b'), quoted('$(x)')]).toEqual(['a-b.c', "'a b'", "'$(x)'"]);
  });
});

describe('what the daemon makes in a while', () => {
  const at = (/** @type {'working' | 'done' | 'failed'} */ state, bytes = 0) => ({ number: 7, state, name: 'a.zip', bytes, total: 100, items: 0, command: '', error: 'the disk is full' }); // prettier-ignore
  /** @param {ReturnType<typeof at>[]} states */
  const world = (states) => {
    const dropped = /** @type {number[]} */ ([]);
    const told = /** @type {number[]} */ ([]);
    const client = { begin: async () => at('working'), made: async () => /** @type {any} */ (states.shift()), drop: async (/** @type {number} */ n) => void dropped.push(n) }; // prettier-ignore
    const maker = new Maker(
      client,
      ({ bytes }) => told.push(bytes),
      async () => {},
    );
    return { maker, dropped, told };
  };
  const zip = /** @type {const} */ ({ format: 'zip', name: 'a' });

  it('is watched until it is done', async () => {
    const { maker, told } = world([at('working', 10), at('working', 60), at('done', 100)]);
    expect(await maker.make({}, zip)).toMatchObject({ state: 'done', number: 7 });
    expect(told).toEqual([0, 10, 60]);
    expect(maker.now).toBe(null);
  });

  it('says why it failed', async () => {
    const { maker } = world([at('failed')]);
    await expect(maker.make({}, zip)).rejects.toThrow('the disk is full');
    expect(maker.now).toBe(null);
  });

  it('is stopped, once, and nothing is fetched', async () => {
    const { maker, dropped } = world([at('working', 10), at('working', 20), at('done', 100)]);
    const wait = maker.wait;
    let looks = 0;
    maker.wait = async (ms) => {
      if (++looks === 2) await Promise.all([maker.stop(), maker.stop()]);
      return wait(ms);
    };
    expect(await maker.make({}, zip)).toBe(null);
    expect(dropped).toEqual([7]);
    await maker.stop();
    expect(dropped).toEqual([7]);
  });

  it('says how far it is', () => {
    expect(progressOf({ bytes: 0, total: 100 })).toEqual({ share: 0, text: 'Gathering …' });
    expect(progressOf({ bytes: 12_000_000, total: 40_000_000 })).toEqual({ share: 0.3, text: '12 MB of 40 MB' }); // prettier-ignore
    expect(progressOf({ bytes: 900, total: 0 })).toEqual({ share: 0, text: '1 kB so far' });
    expect(progressOf({ bytes: 2.5e9, total: 2e9 }).share).toBe(1);
  });
});

it('says since when, as people do', () => {
  const now = new Date(2026, 10, 28, 0, 30).getTime(); // a Saturday
  const ago = (/** @type {number} */ days) => since(new Date(2026, 10, 28 - days, 15).getTime(), now); // prettier-ignore
  expect([0, 1, 2, 6, 7].map(ago)).toEqual(['since today', 'since yesterday', 'since Thursday', 'since Sunday', 'since 21 November']); // prettier-ignore
  expect(ago(800)).toBe('since 2024');
});

it('thins a line that is too long, keeping its way', () => {
  const line = Array.from({ length: 8000 }, (_, i) => i);
  expect(thinned(line, 2000)).toHaveLength(2000);
  expect(thinned(line, 2000)[1000]).toBe(4000);
  expect(thinned([1, 2], 2000)).toEqual([1, 2]);
});

describe('the door', () => {
  const asked = /** @type {{url: string, options: any}[]} */ ([]);
  const answers = /** @type {Response[]} */ ([]);
  globalThis.fetch = /** @type {any} */ (
    async (/** @type {URL} */ url, /** @type {any} */ options) => {
      // prettier-ignore
      asked.push({ url: String(url), options });
      return answers.shift() ?? new Response('{}');
    }
  );

  it('brings the key of the page along, once asked for, and says why it was refused', async () => {
    const door = new Door('http://muser.localhost/');
    answers.push(new Response('{"page_key": "k1"}'), new Response('{"ok": 1}'));
    expect(await (await door.post('do/x', { a: 1 })).json()).toEqual({ ok: 1 });
    expect(asked[1].options.headers['X-Muser-Page']).toBe('k1');
    answers.push(new Response('{"error": {"code": "usage", "message": "no such", "hint": "look again"}}', { status: 409 })); // prettier-ignore
    await expect(door.post('do/x', {})).rejects.toThrow('no such: look again');
    expect(asked).toHaveLength(3); // the key was not asked for again
    answers.push(new Response('refused\n', { status: 403 }), new Response('{"page_key": "k2"}'), new Response('{}')); // prettier-ignore
    await expect(door.post('do/x', {})).rejects.toThrow('refused');
    await door.post('do/x', {});
    expect(asked.at(-1)?.options.headers['X-Muser-Page']).toBe('k2');
    answers.push(new Response('<html>oops</html>', { status: 500 }));
    await expect(door.get('api/x')).rejects.toThrow('api/x: 500');
  });
});
