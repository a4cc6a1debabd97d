/** Thumbnails in the painter's memory: wanted, fetched by page, uploaded a little per frame. */
import { CellPool } from '../render/pool.js';
import { LEVELS, cellsOf } from '../render/frame.js';

/** @typedef {import('../work/rpc.js').Remote} Remote */
/** @typedef {import('../site/space.js').Space} Space */
/** @typedef {{slot: number, level: number}} Want */

const UPLOAD_MS = 4;
const LANES = 4;
const FADE_MS = 220;

export class Pictures {
  /** @type {Map<number, CellPool>} */
  #pools = new Map(LEVELS.map((level) => [level.px, new CellPool(cellsOf(level))]));
  /** @type {Set<string>} level/slot asked for */
  #asked = new Set();
  /** @type {Set<string>} level/slot that cannot be had */
  #failed = new Set();
  /** @type {{level: number, slot: number, bitmap: ImageBitmap}[]} */
  #ready = [];
  /** @type {Map<string, number>} level/slot → when it was uploaded */
  #since = new Map();
  /** @type {{key: string, level: number, run: () => Promise<void>}[]} */
  #queue = [];
  #running = 0;
  /** @type {Set<string>} */
  #wanted = new Set();
  /** Called when something can be uploaded. */
  onReady = () => {};

  /** @param {Remote} remote @param {string} base */
  constructor(remote, base) {
    this.remote = remote;
    this.base = base;
    this.live = false;
  }

  /** Forget everything: another space, or a painter that lost its memory. */
  clear() {
    for (const pool of this.#pools.values()) pool.clear();
    for (const { bitmap } of this.#ready) bitmap.close();
    this.#ready = [];
    this.#queue = [];
    this.#asked.clear();
    this.#failed.clear();
    this.#since.clear();
    this.#wanted.clear();
  }

  /** Other pictures lie in these slots now. @param {Iterable<number>} slots */
  forget(slots) {
    for (const slot of slots) {
      for (const [px, pool] of this.#pools) {
        pool.drop(slot);
        this.#failed.delete(`${px}/${slot}`);
      }
    }
  }

  /** What could not be had may be there now. */
  retry() {
    this.#failed.clear();
  }

  /**
   * Say what is in sight; the most important first.
   * @param {Space} space @param {Want[]} wants
   */
  want(space, wants) {
    this.#wanted = new Set(wants.map(({ level, slot }) => `${level}/${slot}`));
    /** @type {Map<string, {level: number, cells: number[], slots: number[], url: string, px: number, pagePx: number}>} */
    const pages = new Map();
    this.#queue = [];
    const levels = space.entry.thumbs?.levels ?? [];
    for (const { slot, level } of wants) {
      const key = `${level}/${slot}`;
      const pool = this.#pools.get(level);
      if (!pool || pool.touch(slot) >= 0 || this.#asked.has(key) || this.#failed.has(key)) continue;
      const of = levels.find((one) => one.px === level);
      if (of && slot < of.packed) {
        const cells = (of.page_px / of.px) ** 2;
        const path = of.pages[Math.floor(slot / cells)];
        if (!path) continue;
        const page = pages.get(path) ?? { level, cells: [], slots: [], url: new URL(path, this.base).href, px: of.px, pagePx: of.page_px };
        page.cells.push(slot % cells);
        page.slots.push(slot);
        pages.set(path, page);
      } else if (level === 1024) {
        const id = space.columns.id[slot];
        this.#enqueue(key, level, [slot], 'whole', { url: new URL(`preview?id=${id}&size=1024`, this.base).href, px: level });
      } else {
        const path = space.looseThumbs.get(slot);
        if (path) this.#enqueue(key, level, [slot], 'whole', { url: new URL(path, this.base).href, px: level });
      }
    }
    for (const [path, { level, cells, slots, url, px, pagePx }] of pages) {
      this.#enqueue(path, level, slots, 'cells', { url, px, pagePx, cells });
    }
    this.#pump();
  }

  /** @param {string} key @param {number} level @param {number[]} slots @param {string} op @param {object} args */
  #enqueue(key, level, slots, op, args) {
    this.#queue.push({
      key,
      level,
      run: async () => {
        for (const slot of slots) this.#asked.add(`${level}/${slot}`);
        try {
          const answer = await this.remote.call(op, args);
          const bitmaps = Array.isArray(answer) ? answer : [answer];
          slots.forEach((slot, i) => this.#ready.push({ level, slot, bitmap: bitmaps[i] }));
        } catch {
          for (const slot of slots) this.#failed.add(`${level}/${slot}`);
        }
        for (const slot of slots) this.#asked.delete(`${level}/${slot}`);
        this.onReady();
      },
    });
  }

  #pump() {
    while (this.#running < LANES && this.#queue.length) {
      const job = this.#queue.shift();
      if (!job) return;
      this.#running++;
      job.run().finally(() => {
        this.#running--;
        this.#pump();
      });
    }
  }

  /**
   * Upload for at most 4 ms.
   * @param {{upload: (px: number, cell: number, bitmap: ImageBitmap) => void, kind: string}} painter
   * @param {number} now ms @returns {boolean} whether anything changed
   */
  flush(painter, now) {
    if (!this.#ready.length) return false;
    const start = performance.now();
    while (this.#ready.length && performance.now() - start < UPLOAD_MS) {
      const next = this.#ready.shift();
      if (!next) break;
      const { level, slot, bitmap } = next;
      const pool = this.#pools.get(level);
      if (!this.#wanted.has(`${level}/${slot}`)) {
        bitmap.close(); // out of sight again; the worker still has its page
        continue;
      }
      const cell = pool?.take(slot, (owner) => this.#wanted.has(`${level}/${owner}`)) ?? -1;
      if (cell >= 0) {
        painter.upload(level, cell, bitmap);
        this.#since.set(`${level}/${slot}`, now);
      }
      if (cell < 0 || painter.kind === 'webgl2') bitmap.close();
    }
    return true;
  }

  get waiting() {
    return this.#queue.length + this.#running + this.#ready.length;
  }

  /**
   * The best picture at hand.
   * @param {number} slot @param {number} level wanted @param {number} now
   * @returns {{level: number, cell: number, alpha: number} | null}
   */
  find(slot, level, now) {
    const order = [level, ...LEVELS.map(({ px }) => px).filter((px) => px < level).reverse(), ...LEVELS.map(({ px }) => px).filter((px) => px > level)];
    for (const px of order) {
      const pool = this.#pools.get(px);
      if (!pool?.has(slot)) continue;
      const cell = pool.touch(slot);
      const age = now - (this.#since.get(`${px}/${slot}`) ?? -1e9);
      // A sharper picture replaces a coarser one at once; only the first fades in.
      const first = !LEVELS.some((other) => other.px !== px && this.#pools.get(other.px)?.has(slot));
      return { level: px, cell, alpha: first ? Math.min(1, age / FADE_MS) : 1 };
    }
    return null;
  }
}
