/** Thumbnails in the painter's memory: wanted, fetched by page, uploaded a little per frame. */
import { CellPool } from '../render/pool.js';
import { LEVELS, cellsOf } from '../render/frame.js';

/** @typedef {import('../work/rpc.js').Remote} Remote */
/** @typedef {import('../site/space.js').Space} Space */
/** @typedef {{slot: number, level: number}} Want `level`: px */
/** @typedef {{level: number, cell: number, alpha: number, plate: number}} Found `plate`: see work/plates.js */

const UPLOAD_MS = 4;
const LANES = 4;
const FADE_MS = 220;

/** Levels in the order in which they stand in for another: the coarser ones first, the next one first. @type {number[][]} */
const STAND_INS = LEVELS.map((_, i) => [
  i,
  ...[0, 1, 2, 3].slice(0, i).reverse(),
  ...[0, 1, 2, 3].slice(i + 1),
]);

export class Pictures {
  #pools = LEVELS.map((level) => new CellPool(cellsOf(level)));
  /** When what lies in a cell was uploaded, per level. */
  #since = LEVELS.map((level) => new Float64Array(cellsOf(level)));
  /** Keys asked for. @type {Set<number>} */
  #asked = new Set();
  /** Keys that cannot be had. @type {Set<number>} */
  #failed = new Set();
  /** @type {{level: number, slot: number, bitmap: ImageBitmap}[]} */
  #ready = [];
  /** @type {(() => Promise<void>)[]} */
  #queue = [];
  /** Slots whose ink is too near the land: in which themes, as bits. @type {Map<number, number>} */
  #plates = new Map();
  #running = 0;
  /** Keys in sight. @type {Set<number>} */
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
    for (const pool of this.#pools) pool.clear();
    for (const { bitmap } of this.#ready) bitmap.close();
    this.#ready = [];
    this.#queue = [];
    this.#asked.clear();
    this.#failed.clear();
    this.#wanted.clear();
    this.#plates.clear();
  }

  /** Other pictures lie in these slots now. @param {Iterable<number>} slots */
  forget(slots) {
    for (const slot of slots) {
      for (const [level, pool] of this.#pools.entries()) {
        pool.drop(slot);
        this.#failed.delete(keyOf(level, slot));
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
    this.#wanted = new Set();
    this.#queue = [];
    /** @type {Map<string, {level: number, cells: number[], slots: number[], url: string, px: number, pagePx: number}>} */
    const pages = new Map();
    const levels = space.entry.thumbs?.levels ?? [];
    for (const { slot, level: px } of wants) {
      const level = indexOf(px);
      const key = keyOf(level, slot);
      this.#wanted.add(key);
      if (this.#pools[level].touch(slot) >= 0 || this.#asked.has(key) || this.#failed.has(key))
        continue;
      const of = levels.find((one) => one.px === px);
      const loose = px === 1024 ? undefined : space.looseThumbs.get(slot); // newer than the pages
      if (loose) {
        this.#enqueue(level, [slot], 'whole', { url: this.#url(loose), px });
      } else if (of && slot < of.packed) {
        const cells = (of.page_px / of.px) ** 2;
        const path = of.pages[Math.floor(slot / cells)];
        if (!path) continue;
        const page = pages.get(path) ?? {
          level,
          cells: [],
          slots: [],
          url: this.#url(path),
          px: of.px,
          pagePx: of.page_px,
        };
        page.cells.push(slot % cells);
        page.slots.push(slot);
        pages.set(path, page);
      } else if (px === 1024) {
        this.#enqueue(level, [slot], 'whole', {
          url: this.#url(`preview?id=${space.columns.id[slot]}&size=1024`),
          px,
        });
      }
    }
    for (const { level, cells, slots, url, px, pagePx } of pages.values()) {
      this.#enqueue(level, slots, 'cells', { url, px, pagePx, cells });
    }
    this.#pump();
  }

  /** @param {string} path */
  #url(path) {
    return new URL(path, this.base).href;
  }

  /** @param {number} level @param {number[]} slots @param {string} op @param {object} args */
  #enqueue(level, slots, op, args) {
    this.#queue.push(async () => {
      for (const slot of slots) this.#asked.add(keyOf(level, slot));
      try {
        const answer = await this.remote.call(op, args);
        slots.forEach((slot, i) => {
          this.#plates.set(slot, answer.plates[i]);
          this.#ready.push({ level, slot, bitmap: answer.bitmaps[i] });
        });
      } catch {
        for (const slot of slots) this.#failed.add(keyOf(level, slot));
      }
      for (const slot of slots) this.#asked.delete(keyOf(level, slot));
      this.onReady();
    });
  }

  #pump() {
    while (this.#running < LANES && this.#queue.length) {
      const job = this.#queue.shift();
      if (!job) return;
      this.#running++;
      job().finally(() => {
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
      if (!this.#wanted.has(keyOf(level, slot))) {
        bitmap.close(); // out of sight again; the worker still has its page
        continue;
      }
      const cell = this.#pools[level].take(slot, (owner) => this.#wanted.has(keyOf(level, owner)));
      if (cell >= 0) {
        painter.upload(LEVELS[level].px, cell, bitmap);
        this.#since[level][cell] = now;
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
   * @param {number} slot @param {number} px level wanted @param {number} now
   * @param {Found} found is filled @returns {boolean} whether there is one
   */
  find(slot, px, now, found) {
    for (const level of STAND_INS[indexOf(px)]) {
      const cell = this.#pools[level].cellOf(slot);
      if (cell < 0) continue;
      found.level = LEVELS[level].px;
      found.cell = cell;
      found.plate = this.#plates.get(slot) ?? 0;
      found.alpha = Math.min(1, (now - this.#since[level][cell]) / FADE_MS);
      // A sharper picture replaces a coarser one at once; only the first fades in.
      if (found.alpha < 1 && this.#pools.some((pool, other) => other !== level && pool.has(slot)))
        found.alpha = 1;
      return true;
    }
    return false;
  }
}

/** @param {number} px @returns {number} which of LEVELS */
function indexOf(px) {
  return LEVELS.findIndex((level) => level.px === px);
}

/** @param {number} level which of LEVELS @param {number} slot */
function keyOf(level, slot) {
  return slot * LEVELS.length + level;
}
