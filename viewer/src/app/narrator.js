/** Titles of territories one enters, and stamps of places one arrives at. */
import { buildTerritory, ownerAt, shareOf, surveyView } from '../geometry/territory.js';
import { viewBox } from '../geometry/camera.js';
import { Stamp, TitleCard } from '../ui/title.js';
import { counted, day, isolated, titleOf, years } from '../ui/words.js';
import { Entering } from './entering.js';

/** @typedef {import('./atlas.js').Atlas} Atlas */

export class Narrator {
  /** One per level, made when it is first looked at; none before all items are there. @type {import('../geometry/territory.js').Territory[] | null} */
  #territories = null;
  /** @type {Entering[]} */
  #entering = [new Entering(), new Entering(), new Entering()];
  #timer = 0;
  /** A title is welcome: nothing lies over the map. @type {() => boolean} */
  quiet = () => false;

  /** @param {Atlas} atlas */
  constructor(atlas) {
    this.atlas = atlas;
    const still = () => atlas.scene.still;
    this.title = new TitleCard(still);
    this.stamp = new Stamp(still);
  }

  /** Items or regions changed. */
  survey() {
    this.#territories = [];
  }

  /** @param {number} level −1: none */
  #territory(level) {
    if (!this.#territories || level < 0) return null;
    const { columns, entry } = this.atlas.current;
    return (this.#territories[level] ??= buildTerritory(columns, level, entry.frame));
  }

  /** Names fit the zoom: none from afar, then country, county, parish. @returns {number} −1: none */
  level() {
    const { scene } = this.atlas;
    const ratio = scene.camera.scale / scene.fit().scale;
    return ratio < 1.5 ? -1 : ratio < 4.5 ? 0 : ratio < 14 ? 1 : 2;
  }

  /** The region at a place, fitting the zoom. @param {number} x @param {number} y @returns {Region | null} */
  regionAt(x, y) {
    const wanted = Math.max(0, this.level());
    for (let level = wanted; level >= 0; level--) {
      const territory = this.#territory(level);
      const region = territory
        ? this.atlas.current.regionById.get(ownerAt(territory, x, y))
        : undefined;
      if (region) return region;
    }
    return null;
  }

  /** The view moved. */
  moved() {
    if (this.#timer) return;
    this.#timer = window.setTimeout(() => {
      this.#timer = 0;
      this.#look();
    }, 120);
  }

  #look() {
    const { scene, view, current } = this.atlas;
    const level = this.level();
    const territory = view === 'map' ? this.#territory(level) : null;
    if (!territory) return;
    const machine = this.#entering[level];
    const box = viewBox(scene.camera, scene.size);
    const share = machine.region >= 0 ? shareOf(territory, box, machine.region) : 0;
    const quiet = scene.flying || this.quiet();
    const entered = machine.step(surveyView(territory, box), share, performance.now(), quiet);
    if (entered >= 0) {
      const region = current.regionById.get(entered);
      if (region) this.title.show(region.name, this.#about(region));
    } else if (machine.pending) this.moved();
  }

  /** @param {Region} region */
  #about(region) {
    return [
      counted(region.count, this.atlas.space === 'image' ? 'image' : 'note'),
      years(region.years),
    ]
      .filter(Boolean)
      .join(' · ');
  }

  /** The establishing shot. */
  stampSpace() {
    const { current, space } = this.atlas;
    if (!current.entry.count) return;
    let [low, high] = [Infinity, -Infinity];
    for (const region of current.regions) {
      if (!region.years) continue;
      low = Math.min(low, region.years[0]);
      high = Math.max(high, region.years[1]);
    }
    const what = counted(current.entry.count, space === 'image' ? 'image' : 'note');
    this.stamp.show(
      space === 'image' ? 'The pictures' : 'The notes',
      [what, Number.isFinite(low) ? years([low, high]) : ''].filter(Boolean).join(' · '),
    );
  }

  /** @param {Region} region */
  stampRegion(region) {
    const parent = this.atlas.current.regionById.get(region.parent);
    this.stamp.show(
      parent ? `${isolated(region.name)}, ${isolated(parent.name)}` : region.name,
      this.#about(region),
    );
  }

  /** @param {number} slot */
  async stampItem(slot) {
    const space = this.atlas.current;
    const detail = await space.detail(slot);
    const region = space.regionById.get(space.columns.finest(slot));
    const title = titleOf(detail);
    this.stamp.show(
      title.length > 60 ? `${title.slice(0, 59)}…` : title,
      [
        isolated(region?.name ?? 'between regions'),
        day(space.columns.time[slot], space.columns.flags[slot]),
      ].join(' · '),
    );
  }
}
