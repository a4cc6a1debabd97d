/** Thumbnails on canvas elements of the interface: lightbox, lists, region details. */
/** @typedef {import('../work/rpc.js').Remote} Remote */
/** @typedef {import('../site/space.js').Space} Space */

const KEPT = 400;

export class ThumbSource {
  /** @type {Map<string, Promise<ImageBitmap | null>>} oldest first */
  #kept = new Map();

  /** @param {Remote} remote of the pages worker @param {string} base */
  constructor(remote, base) {
    this.remote = remote;
    this.base = base;
  }

  /** @param {Space} space @param {number} slot @param {number} px a level @returns {Promise<ImageBitmap | null>} */
  get(space, slot, px) {
    const key = `${px}/${slot}/${space.columns.id[slot]}`;
    let promise = this.#kept.get(key);
    if (!promise) {
      promise = this.#load(space, slot, px).catch(() => null);
      this.#kept.set(key, promise);
      if (this.#kept.size > KEPT) {
        const oldest = this.#kept.keys().next().value;
        if (oldest !== undefined) this.#kept.delete(oldest);
      }
    }
    return promise;
  }

  /** @param {Space} space @param {number} slot @param {number} px */
  async #load(space, slot, px) {
    const loose = space.looseThumbs.get(slot); // newer than the pages
    if (loose) {
      const { bitmaps } = await this.remote.call('whole', {
        url: new URL(loose, this.base).href,
        px,
      });
      return bitmaps[0];
    }
    const level = space.entry.thumbs?.levels.find((one) => one.px === px);
    if (!level || slot >= level.packed) return null;
    const cells = (level.page_px / px) ** 2;
    const path = level.pages[Math.floor(slot / cells)];
    if (!path) return null;
    const url = new URL(path, this.base).href;
    const { bitmaps } = await this.remote.call('cells', {
      url,
      px,
      pagePx: level.page_px,
      cells: [slot % cells],
    });
    return bitmaps[0];
  }

  /** Draw a thumbnail without its margins. @param {HTMLCanvasElement} canvas @param {Space} space @param {number} slot @param {number} px */
  async draw(canvas, space, slot, px) {
    const bitmap = await this.get(space, slot, px);
    const context = canvas.getContext('2d');
    if (!bitmap || !context) return false;
    const ratio = space.columns.ratio(slot);
    const square = bitmap.width === px && bitmap.height === px;
    const w = square ? Math.max(1, Math.round(ratio >= 1 ? px : px * ratio)) : bitmap.width;
    const h = square ? Math.max(1, Math.round(ratio >= 1 ? px / ratio : px)) : bitmap.height;
    canvas.width = w;
    canvas.height = h;
    context.drawImage(bitmap, (bitmap.width - w) / 2, (bitmap.height - h) / 2, w, h, 0, 0, w, h);
    canvas.classList.add('drawn');
    return true;
  }
}
