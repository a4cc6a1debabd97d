import { describe, expect, it } from 'vitest';
import { snippetOf } from '../src/find/client.js';
import { matchStart, plain } from '../src/find/match.js';
import {
  canTurn,
  inPage,
  moreLike,
  parseQuery,
  spanOf,
  tokenText,
  turned,
  withToken,
  without,
} from '../src/find/query.js';
import { WordIndex } from '../src/find/words.js';
import { lit, merged, offered } from '../src/app/hits.js';
import { heatOf } from '../src/geometry/heat.js';
import { stateOf } from '../src/app/findstate.js';

const minutes = (/** @type {string} */ date) => Date.parse(date) / 60_000;

describe('queries', () => {
  it('are words, phrases, exclusions, filters and examples', () => {
    const tokens = parseQuery('red "happy face" -blue folder:"my trip" -tag:old like:12 http://x');
    expect(tokens.map(({ kind, key, value, not }) => [kind, key, value, not])).toEqual([
      ['word', '', 'red', false],
      ['phrase', '', 'happy face', false],
      ['word', '', 'blue', true],
      ['filter', 'folder', 'my trip', false],
      ['filter', 'tag', 'old', true],
      ['like', 'like', '12', false],
      ['word', '', 'http://x', false],
    ]);
  });

  it('survive what people type', () => {
    for (const q of ['"', '""', '-', ':', 'tag:', '"open', 'a:b:c', '- -', 'like:x', '\\', '(', 'x'.repeat(10_000)])
      expect(() => parseQuery(q)).not.toThrow(); // prettier-ignore
    expect(parseQuery('"open quote').map(({ value }) => value)).toEqual(['open quote']);
    expect(parseQuery('   "" ')).toEqual([]);
    expect(parseQuery('-').map(({ kind, value }) => [kind, value])).toEqual([['word', '-']]);
  });

  it('lose and gain tokens', () => {
    const q = 'red folder:"my trip" year:2021';
    expect(without(q, parseQuery(q)[1])).toBe('red year:2021');
    expect(withToken('red', tokenText('folder', 'my trip'))).toBe('red folder:"my trip"');
    expect(withToken('red year:2021', 'year:2021')).toBe('red year:2021');
  });

  it('name spans of time', () => {
    const span = (/** @type {string} */ q) => spanOf(parseQuery(q));
    expect(span('year:2021')).toEqual({ from: minutes('2021-01-01'), to: minutes('2022-01-01') - 1 }); // prettier-ignore
    expect(span('after:2021-05 before:2021-06-02')).toEqual({ from: minutes('2021-05-01'), to: minutes('2021-06-02') - 1 }); // prettier-ignore
    expect(span('year:2019..2020')?.to).toBe(minutes('2021-01-01') - 1);
    expect(span('year:soon')).toBeNull();
    expect(span('words')).toBeNull();
  });
});

describe('words', () => {
  const entry = (/** @type {number} */ slot, /** @type {string} */ title, more = {}) => ({
    slot, title, name: '', tags: [], path: '', ...more,
  }); // prettier-ignore
  const index = new WordIndex([
    entry(0, 'Red apple', { tags: ['fruit'], path: 'food/apple.png', name: 'apple.png' }),
    entry(1, 'Green apple'),
    entry(2, 'Bear', { name: 'x.jpg', path: 'animals/2021/x.jpg' }),
    entry(3, 'Ear of corn'),
    entry(4, 'Café über naïve'),
    entry(5, 'Pineapple'),
    entry(6, 'inspect.getattr_static'),
    entry(7, '東京タワーの写真'),
    entry(8, 'Привет мир'),
  ]);
  const slots = (/** @type {string} */ q) => index.find(q).map(({ slot }) => slot);

  it('match at the starts of words, all of them', () => {
    expect(slots('ear')).toEqual([3]);
    expect(slots('apple')).toEqual([0, 1]);
    expect(slots('app red')).toEqual([0]);
    expect(slots('getattr')).toEqual([6]);
    expect(slots('cafe uber')).toEqual([4]);
    expect(slots('привет')).toEqual([8]);
  });

  it('are found inside where no spaces part them', () => expect(slots('タワー')).toEqual([7]));

  it('forgive one slip in a long word, when nothing else fits', () => {
    expect(slots('aplpe')).toContain(1);
    expect(slots('zzzzzz')).toEqual([]);
  });

  it('say where they stand', () => {
    expect(index.find('red')[0].why).toBe('title');
    expect(index.find('fruit')[0].why).toBe('tag');
    expect(index.find('animals')[0].why).toBe('folder');
  });

  it('obey filters and exclusions', () => {
    expect(slots('apple -green')).toEqual([0]);
    expect(slots('folder:animals')).toEqual([2]);
    expect(slots('tag:fruit')).toEqual([0]);
    expect(slots('type:png')).toEqual([0]);
    expect(slots('-type:png apple')).toEqual([1]);
  });

  it('do not choke on signs', () => {
    for (const q of ['(', '[', '\\', '*', '"', '.', '$^', '%', '👍']) expect(() => slots(q)).not.toThrow();
  }); // prettier-ignore

  it('ignore case, accents and separators', () => {
    expect(plain('  Café_au-Lait.JPG ')).toBe('cafe au lait jpg');
  });

  it('start where letters do', () => {
    expect(matchStart('ar', plain('bar ar'))).toBe(1);
    expect(matchStart('ar', plain('bar'))).toBe(0);
    expect(matchStart('wal', plain('The walrus'))).toBe(0.85);
  });
});

describe('snippets', () => {
  it('come with ranges or with control characters', () => {
    expect(snippetOf('a \u0002walrus\u0003 here', undefined)).toEqual({ text: 'a walrus here', marks: [[2, 8]] }); // prettier-ignore
    expect(snippetOf({ text: 'abc', marks: [[0, 1]] }, undefined)).toEqual({ text: 'abc', marks: [[0, 1]] }); // prettier-ignore
    expect(snippetOf(undefined, undefined)).toEqual({ text: '', marks: [] });
  });
});

describe('the state of a search', () => {
  const base = {
    q: 'x', link: /** @type {const} */ ('live'), daemon: /** @type {const} */ ('asked'), reading: false,
    found: 0, certain: 0, near: 0, notes: [], ways: [{ label: 'Clear', act: () => {} }],
  }; // prettier-ignore

  it('says nothing only when all doors have answered', () => {
    expect(stateOf({ ...base, reading: true }).text).not.toContain('Nothing');
    expect(stateOf(base).text).toBe('by meaning …');
    expect(stateOf({ ...base, daemon: 'slow' }).text).toBe('waking the model …');
    const none = stateOf({ ...base, daemon: 'answered' });
    expect([none.text, none.busy, none.ways?.length]).toEqual(['Nothing here.', false, 1]);
    const like = stateOf({ ...base, daemon: 'answered', found: 9, example: true, hidden: 6 });
    expect(like.text).toContain('Nothing is much like it');
    expect(like.ways?.map(({ label }) => label)).toEqual(['6 more, less certain', 'Clear']);
    const sure = stateOf({ ...base, daemon: 'answered', found: 90, certain: 9, hidden: 69 });
    expect(sure.ways?.map(({ label }) => label)).toEqual(['69 more, less certain']);
    expect(stateOf({ ...base, found: 90, certain: 9, hidden: 69 }).ways).toEqual([]);
  });

  it('tells what is certain, and what could not be asked', () => {
    expect(stateOf({ ...base, daemon: 'answered', found: 41, certain: 12 }).text).toBe('41 found, 12 beyond doubt'); // prettier-ignore
    expect(stateOf({ ...base, daemon: 'failed', found: 2, certain: 2 }).text).toContain('did not answer'); // prettier-ignore
    expect(stateOf({ ...base, link: 'static', daemon: 'off', found: 2, certain: 2 }).text).toContain('not running'); // prettier-ignore
  });
});

describe('hits of several doors', () => {
  /** @param {number} slot @param {boolean | null} certain @param {Partial<import('../src/find/client.js').Hit>} [more] */
  const hit = (slot, certain, more = {}) => ({
    id: slot + 1, space: /** @type {const} */ ('image'), slot, title: '', score: 0, certain, why: [], snippet: '', marks: [], ...more,
  }); // prettier-ignore

  it('stay where they are when others come, and learn why', () => {
    const first = [hit(3, true, { why: ['title'] }), hit(1, true)];
    const more = [hit(9, true), hit(3, true, { why: ['means it'], snippet: 'x' })];
    const all = merged(first, more);
    expect(all.map(({ slot }) => slot)).toEqual([3, 1, 9]);
    expect(all[0].why).toEqual(['title', 'means it']);
    expect(all[0].snippet).toBe('x');
  });

  it('offer the nearest few where none is certain, and light up only what is', () => {
    const unsure = [4, 5, 6, 7].map((slot) => hit(slot, false));
    expect(offered(unsure, true, false, false).length).toBe(3);
    expect(offered(unsure, true, true, false).length).toBe(4);
    expect(offered(unsure, false, false, true).length).toBe(4);
    const many = [hit(1, true), ...Array.from({ length: 500 }, (_, i) => hit(9 + i, false))];
    expect(offered(many, true, false, true).length).toBe(13); // everything is a little like an example
    expect(offered(many, true, false, false).length).toBe(61);
    expect(offered(many, true, true, true)).toBe(many);
    expect(lit([hit(1, true), ...unsure])).toEqual([1]);
    expect(lit(unsure)).toEqual([4, 5, 6, 7]);
  });

  it('lie on the land as heat in five steps, hottest where most are', () => {
    const x = Float32Array.of(1, 1.1, 1, 9, NaN);
    const y = Float32Array.of(1, 1, 1.1, 9, 0);
    const steps = /** @type {Uint8Array} */ (heatOf(x, y, [0, 0, 10, 10], [0, 1, 2, 3, 4]));
    expect(Math.max(...steps)).toBe(5);
    const at = (/** @type {number} */ px, /** @type {number} */ py) => steps[Math.floor(py * 12.8) * 128 + Math.floor(px * 12.8)]; // prettier-ignore
    expect(at(1, 1)).toBe(5);
    expect(at(9, 9)).toBeGreaterThan(0);
    expect(at(9, 9)).toBeLessThan(5);
    expect(at(5, 5)).toBe(0);
    expect(heatOf(x, y, [0, 0, 10, 10], [0, 1])).toBeNull();
  });
});

describe('examples', () => {
  const only = (/** @type {string} */ q) => parseQuery(q).map(({ raw }) => raw);

  it('add up, and take the place of words at first', () => {
    expect(moreLike('red apples', [3])).toBe('like:3');
    expect(moreLike('', [3, 4, 3])).toBe('like:3 like:4');
    expect(moreLike('like:3 apples', [4, 3])).toBe('like:3 apples like:4');
    expect(only(moreLike('like:3 -like:4', [4]))).toEqual(['like:3', 'like:4']);
  });

  it('change their sign where they stand, and no other', () => {
    const q = 'like:1 like:12 -like:2 apples';
    const of = (/** @type {string} */ raw) => parseQuery(q).find((token) => token.raw === raw);
    expect(turned(q, /** @type {any} */ (of('like:1')))).toBe('-like:1 like:12 -like:2 apples');
    expect(turned(q, /** @type {any} */ (of('-like:2')))).toBe('like:1 like:12 like:2 apples');
  });

  it('are no words: the page finds nothing by them alone', () => {
    const found = (/** @type {string} */ q, live = true) => inPage(parseQuery(q), live);
    expect([found('like:1 -like:2'), found('-like:2'), found('like:1 tag:x')]).toEqual([
      false,
      false,
      false,
    ]);
    expect([found('like:1 apples'), found('tag:x'), found('-apples'), found('apples')]).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect([
      found('colour:red'),
      found('apples colour:red'),
      found('apples colour:red', false),
    ]).toEqual([false, false, true]);
  });

  it('are never all unwanted', () => {
    const may = (/** @type {string} */ q) => canTurn(parseQuery(q), parseQuery(q)[0]);
    expect([may('like:1'), may('like:1 -like:2'), may('like:1 tag:x')]).toEqual([
      false,
      false,
      false,
    ]);
    expect([may('like:1 like:2'), may('like:1 apples'), may('-like:1 apples')]).toEqual([
      true,
      true,
      true,
    ]);
  });
});
