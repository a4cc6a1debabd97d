/** The latest `items` events of one space, kept until a manifest that contains them is loaded. */

/** As many as the daemon keeps for a page that is behind. */
const MOST_EVENTS = 256;

export class Journal {
  /** @type {ItemsEvent[]} in order of revision */
  #events = [];
  /** Newest revision that had to be dropped; a manifest older than it misses something. */
  #dropped = -1;

  /** @param {ItemsEvent} event */
  add(event) {
    this.#events.push(event);
    if (this.#events.length > MOST_EVENTS)
      this.#dropped = /** @type {ItemsEvent} */ (this.#events.shift()).revision;
  }

  /**
   * Forget what a manifest contains.
   * @param {number} revision of the manifest
   * @returns {{events: ItemsEvent[], complete: boolean}} what is newer, oldest first; `complete`:
   *   false when a newer one had to be dropped, so that only a newer manifest helps
   */
  after(revision) {
    this.#events = this.#events.filter((event) => event.revision > revision);
    return { events: [...this.#events], complete: this.#dropped <= revision };
  }

  clear() {
    this.#events = [];
    this.#dropped = -1;
  }
}
