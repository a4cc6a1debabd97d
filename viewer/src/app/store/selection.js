/** What is selected, by id and space: it survives zoom, change of view, and refits. */
import { Emitter } from './events.js';

/** @typedef {'replace' | 'add' | 'subtract' | 'intersect'} Mode */

export class Selection {
  /** @type {Record<SpaceName, Set<number>>} */
  #ids = { image: new Set(), text: new Set() };
  /** @type {Emitter<{change: SpaceName}>} */
  events = new Emitter();

  /** @param {SpaceName} space @returns {ReadonlySet<number>} ids */
  of(space) {
    return this.#ids[space];
  }

  get size() {
    return this.#ids.image.size + this.#ids.text.size;
  }

  /** @param {SpaceName} space @param {number} id */
  has(space, id) {
    return this.#ids[space].has(id);
  }

  /** @param {SpaceName} space @param {Iterable<number>} ids @param {Mode} [mode] */
  apply(space, ids, mode = 'replace') {
    const old = this.#ids[space];
    const given = new Set(ids);
    if (mode === 'add') for (const id of old) given.add(id);
    else if (mode === 'intersect')
      for (const id of given) {
        if (!old.has(id)) given.delete(id);
      }
    if (mode === 'subtract') {
      const rest = new Set(old);
      for (const id of given) rest.delete(id);
      this.#ids[space] = rest;
    } else this.#ids[space] = given;
    this.events.emit('change', space);
  }

  /** @param {SpaceName} space @param {number} id @returns {boolean} whether it is selected now */
  toggle(space, id) {
    const ids = this.#ids[space];
    if (!ids.delete(id)) ids.add(id);
    this.events.emit('change', space);
    return ids.has(id);
  }

  /** Everything else of a space. @param {SpaceName} space @param {Iterable<number>} all ids */
  invert(space, all) {
    const old = this.#ids[space];
    const rest = new Set();
    for (const id of all) if (!old.has(id)) rest.add(id);
    this.#ids[space] = rest;
    this.events.emit('change', space);
  }

  /** Items that are gone are selected no more. @param {SpaceName} space @param {(id: number) => boolean} present */
  prune(space, present) {
    const ids = this.#ids[space];
    const before = ids.size;
    for (const id of ids) if (!present(id)) ids.delete(id);
    if (ids.size !== before) this.events.emit('change', space);
  }

  clear() {
    for (const space of /** @type {const} */ (['image', 'text'])) {
      if (!this.#ids[space].size) continue;
      this.#ids[space] = new Set();
      this.events.emit('change', space);
    }
  }
}
