/**
 * The camera of the first run: while the first items come in it keeps the whole map in view, until
 * somebody moves it. After that, what is new is offered and not forced.
 */

export class Follow {
  #on = false;
  /** Slots that came since the offer was last taken. @type {number[]} */
  fresh = [];

  /** @param {import('./atlas.js').Atlas} atlas @param {(text: string, act: () => void) => void} offer */
  constructor(atlas, offer) {
    this.atlas = atlas;
    this.offer = offer;
  }

  /** The map is there. @param {SpaceEntry} entry @param {boolean} placed the address says where to look */
  begin(entry, placed) {
    this.#on = entry.fit === null && !placed; // no first fit yet: the first import goes on
  }

  /** Somebody moved the map. */
  moved() {
    this.#on = false;
  }

  /** @param {number[]} added slots */
  came(added) {
    const { atlas, offer } = this;
    if (this.#on && atlas.view === 'map') {
      void atlas.scene.fly(atlas.scene.fit(), 700);
      return;
    }
    this.fresh.push(...added);
    offer(`+${this.fresh.length.toLocaleString('en')} new`, () => {
      atlas.lookAt(this.fresh.filter((slot) => atlas.current.columns.present(slot)).slice(0, 200), true); // prettier-ignore
      this.fresh = [];
    });
  }

  /** The files changed: whether the whole map is to be kept in view. */
  get on() {
    return this.#on;
  }
}
