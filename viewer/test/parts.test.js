import { describe, expect, it } from 'vitest';
import { formatRoute, home, parseRoute } from '../src/app/route.js';
import { CellPool } from '../src/render/pool.js';
import { actionOf } from '../src/ui/shortcuts.js';
import { breakable, bytes, counted, inLines, stamp, titleOf, years } from '../src/ui/words.js';

describe('deep links', () => {
  it('say the same after a round trip', () => {
    const route = {
      ...home(),
      space: /** @type {const} */ ('text'),
      z: 2.5,
      x: 0.25,
      y: -0.125,
      region: 7,
      item: 42,
      q: 'a&b #1',
      from: '2020-01-01',
      to: '2021-12-31',
      view: /** @type {const} */ ('tree'),
      theme: 'light',
    };
    expect(parseRoute(formatRoute(route))).toEqual(route);
  });

  it('understand what they can of nonsense', () => {
    expect(parseRoute('')).toEqual(home());
    expect(
      parseRoute('#/elsewhere/x/NaN/1?item=-3&region=1e9&from=yesterday&theme=pink&view=sideways'),
    ).toEqual(home());
    expect(parseRoute('#/text/1/2')).toEqual({ ...home(), space: 'text' });
  });
});

describe('the cell pool', () => {
  it('lends each cell once and takes back the least recently wanted', () => {
    const pool = new CellPool(3);
    const none = () => false;
    const cells = [1, 2, 3].map((slot) => pool.take(slot, none));
    expect(new Set(cells).size).toBe(3);
    pool.touch(1);
    expect(pool.take(4, none)).toBe(cells[1]);
    expect([pool.has(2), pool.has(1)]).toEqual([false, true]);
  });

  it('says no when everything is kept', () => {
    const pool = new CellPool(1);
    pool.take(1, () => true);
    expect(pool.take(2, () => true)).toBe(-1);
    pool.drop(1);
    expect(pool.take(2, () => true)).toBe(0);
  });
});

describe('keys', () => {
  /** @param {string} key */
  const press = (key, more = {}) => ({
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    ...more,
  });
  it('mean what the sheet says', () => {
    expect(actionOf(press('/'), true)).toBe('find');
    expect(actionOf(press('k', { ctrlKey: true }), false)).toBe('find');
    expect(actionOf(press('M'), true)).toBe('switch');
    expect(actionOf(press('Escape'), false)).toBe('back');
  });
  it('leave letters alone when they are off, and the browser its own', () => {
    expect(actionOf(press('m'), false)).toBe(null);
    expect(actionOf(press('d', { ctrlKey: true }), true)).toBe(null);
    expect(actionOf(press('Shift'), true)).toBe(null);
  });
});

describe('words', () => {
  it('hold for odd dates, counts and titles', () => {
    expect(stamp(0)).toBe('1970-01-01 00:00');
    expect(stamp(-600)).toBe('1969-12-31 14:00');
    expect(stamp(-600, 1 | 8)).toBe('1969-12-31');
    expect(stamp(0, 8, 'month')).toBe('1970-01');
    expect(stamp(0, 1 | 16)).toBe('1970-01-01 00:00 (doubtful)');
    expect(stamp(NaN)).toBe('no date');
    expect(counted(1, 'note')).toBe('1 note');
    expect(counted(1204, 'picture')).toBe('1,204 pictures');
    expect(years([2021, 2024])).toBe('2021–2024');
    expect(years(null)).toBe('');
    expect(bytes(2_500_000)).toBe('2.5 MB');
    expect(titleOf(/** @type {any} */ ({ title: ' \n ', name: '' }))).toBe('Untitled');
    expect(titleOf(/** @type {any} */ ({ title: 'a\nb', name: 'x' }))).toBe('a b');
  });
});

describe('names on the map', () => {
  it('break in two lines of about the same length', () => {
    expect(inLines('Ghana')).toEqual(['Ghana']);
    expect(inLines('PERSON PLAYING HANDBALL')).toEqual(['PERSON PLAYING', 'HANDBALL']);
    expect(inLines('OPERATIONS · FLOATING POINT')).toEqual(['OPERATIONS', 'FLOATING POINT']);
    expect(inLines('HANDELSGESELLSCHAFT')).toEqual(['HANDELSGESELLSCHAFT']);
    expect(inLines('')).toEqual(['']);
  });

  it('of code break at their joints, and say the same', () => {
    const text = breakable('smtplib.SMTPRecipientsRefused');
    expect(text.replaceAll('\u200b', '')).toBe('smtplib.SMTPRecipientsRefused');
    expect(text.split('\u200b')).toEqual(['smtplib.', 'SMTPRecipients', 'Refused']);
    expect(breakable('A plain title. And more')).toBe('A plain title. And more');
  });
});
