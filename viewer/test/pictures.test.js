import { expect, it } from 'vitest';
import { Pictures } from '../src/map/pictures.js';
import { ThumbSource } from '../src/ui/thumbs.js';

/** A remote that remembers what it was asked for. */
function listener() {
  /** @type {any[]} */
  const asked = [];
  return {
    asked,
    call: async (/** @type {string} */ op, /** @type {any} */ args) => (
      asked.push([op, args.url, args.cells ?? null]),
      [{}, {}]
    ),
  };
}

const space = /** @type {any} */ ({
  entry: {
    thumbs: { levels: [{ px: 64, page_px: 128, packed: 8, pages: ['one.webp', 'two.webp'] }] },
  },
  looseThumbs: new Map([[5, 'loose-5.webp'], [9, 'loose-9.webp']]), // prettier-ignore
  columns: { id: Uint32Array.from({ length: 10 }, (_, i) => i), ratio: () => 1 },
});

it('takes a loose thumbnail before the page: its slot was given to another item since', async () => {
  const remote = listener();
  new Pictures(/** @type {any} */ (remote), 'http://a/').want(
    space,
    [4, 5, 6, 9].map((slot) => ({ slot, level: 64 })),
  );
  await Promise.resolve();
  expect(remote.asked).toEqual([
    ['whole', 'http://a/loose-5.webp', null],
    ['whole', 'http://a/loose-9.webp', null],
    ['cells', 'http://a/two.webp', [0, 2]],
  ]);
});

it('does so for a single thumbnail too', async () => {
  const remote = listener();
  const thumbs = new ThumbSource(/** @type {any} */ (remote), 'http://a/');
  for (const slot of [4, 5, 9]) await thumbs.get(space, slot, 64);
  expect(remote.asked.map(([op, url]) => [op, url])).toEqual([
    ['cells', 'http://a/two.webp'],
    ['whole', 'http://a/loose-5.webp'],
    ['whole', 'http://a/loose-9.webp'],
  ]);
});
