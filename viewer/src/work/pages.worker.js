/** Thumbnail pages: fetched and decoded here, handed out cell by cell. */
import { plateOf } from '../geometry/plates.js';
import { readFile } from '../site/files.js';
import { serve } from './rpc.js';

const KEPT_BYTES = 96 * 2 ** 20;
/** @type {Map<string, Promise<ImageBitmap>>} oldest first */
const pages = new Map();
let bytes = 0;

/** @param {string} url */
function page(url) {
  let promise = pages.get(url);
  if (promise) {
    pages.delete(url);
    pages.set(url, promise);
    return promise;
  }
  promise = picture(url);
  pages.set(url, promise);
  promise.then(trim, () => pages.delete(url));
  return promise;
}

/** @param {string} url */
async function picture(url) {
  const answer = await readFile(url);
  if (!answer.ok) throw new Error(`${answer.status} for ${url}`);
  return createImageBitmap(await answer.blob(), { premultiplyAlpha: 'premultiply' });
}

/** @param {ImageBitmap} fresh */
async function trim(fresh) {
  bytes += fresh.width * fresh.height * 4;
  for (const [url, promise] of pages) {
    if (bytes <= KEPT_BYTES) return;
    const old = await promise;
    if (old === fresh) return;
    pages.delete(url);
    bytes -= old.width * old.height * 4;
    old.close();
  }
}

/** @param {ImageBitmap} bitmap */
function whole(bitmap) {
  return { value: { bitmaps: [bitmap], plates: [plates(bitmap)] }, transfer: [bitmap] };
}

/** A picture in few pixels is enough to tell its ink. */
const LOOK_PX = 24;
const look = new OffscreenCanvas(LOOK_PX, LOOK_PX).getContext('2d', { willReadFrequently: true });

/** @param {ImageBitmap} bitmap */
function plates(bitmap) {
  if (!look) return 0;
  look.clearRect(0, 0, LOOK_PX, LOOK_PX);
  look.drawImage(bitmap, 0, 0, LOOK_PX, LOOK_PX);
  return plateOf(look.getImageData(0, 0, LOOK_PX, LOOK_PX).data);
}

serve({
  /** Some cells of one page. */
  cells: async ({ url, px, pagePx, cells }) => {
    const side = pagePx / px;
    const source = await page(url);
    const bitmaps = await Promise.all(
      cells.map((/** @type {number} */ cell) =>
        createImageBitmap(source, (cell % side) * px, Math.floor(cell / side) * px, px, px, {
          premultiplyAlpha: 'premultiply',
        }),
      ),
    );
    return { value: { bitmaps, plates: bitmaps.map(plates) }, transfer: bitmaps };
  },

  /** A picture of its own, at most `px` on its longer side. */
  whole: async ({ url, px }) => {
    const source = await picture(url);
    const share = px / Math.max(source.width, source.height);
    if (share >= 1) return whole(source);
    const small = await createImageBitmap(source, {
      resizeWidth: Math.max(1, Math.round(source.width * share)),
      resizeHeight: Math.max(1, Math.round(source.height * share)),
      resizeQuality: 'high',
      premultiplyAlpha: 'premultiply',
    });
    source.close();
    return whole(small);
  },
});
