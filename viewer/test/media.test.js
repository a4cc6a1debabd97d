// @vitest-environment happy-dom
import { describe, expect, it, vi } from 'vitest';
import { el } from '../src/ui/element.js';
import { relations } from '../src/site/links.js';
import { fillLinks } from '../src/ui/links.js';
import { clock, originalOf, pages, player, previewOf, Strip } from '../src/ui/media.js';

const space = /** @type {any} */ ({
  name: 'text',
  base: 'http://here/',
  columns: { id: new Uint32Array([7, 9]) },
});
const film = /** @type {any} */ ({ frames: 3, seconds: 90, width: 16, height: 9 });

describe('what moves and what has pages', () => {
  it('writes durations as players do', () => {
    expect([0, 9.4, 90, 3600, 3723].map(clock)).toEqual([
      '0:00',
      '0:09',
      '1:30',
      '1:00:00',
      '1:02:03',
    ]);
  });

  it('names items by their id, never by a path', () => {
    expect(previewOf(space, 1, 256, 2)).toBe('http://here/preview?id=9&size=256&part=2');
    expect(originalOf(space, 0)).toBe('http://here/original?id=7');
    expect(originalOf(space, 0, 2)).toBe('http://here/original?id=7&part=2');
  });

  it('shows the frames of a video that cannot be played', () => {
    const node = player(space, 0, film, 'Trip');
    const video = node.querySelector('video');
    expect(video?.getAttribute('src')).toBe('http://here/original?id=7');
    video?.dispatchEvent(new Event('error'));
    expect(node.querySelectorAll('img')).toHaveLength(3);
    expect(node.textContent).toContain('cannot play it');
  });

  it('turns pages, round the end, and leads to the file at that page', () => {
    const node = pages(space, 1, 3);
    expect(node.hidden).toBe(true);
    node.querySelector('img')?.dispatchEvent(new Event('load'));
    expect(node.hidden).toBe(false);
    const [back, forth] = node.querySelectorAll('button');
    const link = node.querySelector('a');
    expect(link?.textContent).toBe('Page 1 of 3');
    back.click();
    expect(link?.textContent).toBe('Page 3 of 3');
    expect(link?.getAttribute('href')).toBe('http://here/original?id=9#page=3');
    forth.click();
    expect(node.querySelector('img')?.getAttribute('src')).toContain('part=0');
  });

  it('plays a strip of frames only while it is looked at', () => {
    vi.useFakeTimers();
    const strip = new Strip();
    strip.start(space, 0, film);
    const seen = [strip.image.src];
    for (let n = 0; n < 3; n++) {
      vi.advanceTimersByTime(700);
      seen.push(strip.image.src);
    }
    expect(seen.map((src) => src.slice(-1))).toEqual(['0', '1', '2', '0']);
    strip.stop();
    vi.advanceTimersByTime(2000);
    expect(strip.image.src).toBe(seen[3]);
    strip.start(space, 0, /** @type {any} */ ({ title: 'a note' }));
    expect(strip.node.hidden).toBe(true);
    vi.useRealTimers();
  });
});

describe('what an item has to do with others', () => {
  const edge = {
    id: 9,
    slot: 1,
    space: 'image',
    title: 'Cat',
    name: 'cat.jpg',
    reason: 'shows it',
  };
  const found = /** @type {any} */ ({
    edges: [
      { ...edge, kind: 'embed', outward: true },
      { ...edge, kind: 'link', outward: false, title: '' },
      { ...edge, kind: 'day', outward: true },
    ],
    parts: ['/p/IMG_1.CR2'],
  });

  it('is listed by direction, opens an item of either map, and gives its parts', () => {
    const node = el('section');
    const opened = vi.fn();
    fillLinks(node, found, space, 0, opened);
    const heads = [...node.querySelectorAll('h3')].map((one) => one.textContent);
    expect(heads).toEqual(['Links', 'Linked from', 'Of the same day', 'Belongs to it']);
    const buttons = node.querySelectorAll('button');
    expect(buttons[1].textContent).toBe('cat.jpg');
    buttons[0].click();
    expect(opened).toHaveBeenCalledWith('image', 1);
    expect(node.querySelector('a')?.getAttribute('href')).toBe('http://here/original?id=7&part=1');
    fillLinks(node, { edges: [], parts: [] }, space, 0, opened);
    expect(node.hidden).toBe(true);
  });

  it('is nothing without a daemon', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new Error('off')));
    expect(await relations(space, 0, true)).toEqual({ edges: [], parts: [] });
    vi.stubGlobal('fetch', () => Promise.resolve({ ok: true, json: () => Promise.resolve(found) }));
    expect((await relations(space, 0, true)).edges).toHaveLength(3);
    vi.unstubAllGlobals();
  });

  it('a site without a daemon has them in a file', async () => {
    const links = [
      { of: 3, space: 'image', slot: 1, kind: 'embed', outward: true, title: 'Peak', reason: 'shows it' },
      { of: 4, space: 'text', slot: 3, kind: 'link', outward: false, title: '', reason: 'is linked from there' },
    ]; // prettier-ignore
    const file = async () => ({ space: 'text', links });
    const space = /** @type {any} */ ({ entry: { links: 'links/text-1.json' }, file });
    const { edges } = await relations(space, 3, false);
    expect(edges.map(({ space: at, slot, title }) => [at, slot, title])).toEqual([['image', 1, 'Peak']]); // prettier-ignore
    expect((await relations(space, 4, false)).edges[0].name).toBe('Untitled');
    const none = /** @type {any} */ ({ entry: {}, file });
    expect(await relations(none, 3, false)).toEqual({ edges: [], parts: [] });
  });
});
