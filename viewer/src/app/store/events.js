/** A typed event emitter: who listens is called in the order of subscription. */

/** @template {Record<string, any>} Events event name → what is told */
export class Emitter {
  /** @type {Map<keyof Events, Set<(value: any) => void>>} */
  #listeners = new Map();

  /**
   * @template {keyof Events} K
   * @param {K} name @param {(value: Events[K]) => void} listener
   * @returns {() => void} stop listening
   */
  on(name, listener) {
    const all = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, all.add(listener));
    return () => all.delete(listener);
  }

  /** @template {keyof Events} K @param {K} name @param {Events[K]} value */
  emit(name, value) {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) listener(value);
  }
}
