/** Sizes and places of a map's pictures, or of its notes' titles and cards, decided in the worker whenever what they depend on changes. */

import { BAR_PX, wholeCamera } from '../geometry/camera.js';

/** @typedef {import('../work/rpc.js').Remote} Remote */
/** @typedef {import('./plane.js').Plane} Plane */
/** @typedef {import('../geometry/ranges.js').Obstacle} Obstacle */
/** @typedef {{key: string, list: Obstacle[]}} Names `key`: the same for the same names in the same places */

/** Steps that are decided before any of it is shown, and so on: what shows from afar comes first. */
const WAVES = [4, 10, 16, 22, 28, Infinity];
const EDGE_PX = 6;
const SOON_MS = 60;
const ARRIVALS_MS = 700;

export class Arrangement {
  #timer = 0;
  #turn = 0;
  /** Something is being decided. */
  busy = false;
  #key = '';
  #base = '';

  /**
   * @param {Remote} remote
   * @param {(plane: Plane) => void} onChange a plane has other ranges
   */
  constructor(remote, onChange) {
    this.remote = remote;
    this.onChange = onChange;
  }

  /**
   * See to it that a plane's pictures are arranged for a view.
   * @param {Plane} plane @param {Size} view @param {number} fit scale that shows the whole map
   * @param {Names} names
   */
  tend(plane, view, fit, names) {
    const { space } = plane;
    if (plane.kind !== 'map' || space.missing || !space.columns.slots || view.width < 2) return;
    const { fit: made, frame, cell } = space.entry;
    const where = [space.name, made?.number, frame, cell, view.width, view.height, fit];
    const base = [...where, names.key].join(' ');
    const key = `${base} ${space.columns.slots} ${space.entry.count}`;
    if (key === this.#key) return;
    // Only items came or went: those that were there stay as they are.
    const held = base === this.#base && plane.arranged ? plane.ranges : null;
    this.#key = key;
    this.#base = base;
    clearTimeout(this.#timer);
    this.busy = true;
    const turn = ++this.#turn;
    this.#timer = window.setTimeout(
      () => void this.#arrange(plane, { view, fit, names: names.list, held }, turn),
      held ? ARRIVALS_MS : SOON_MS,
    );
  }

  /** @param {Plane} plane @param {{view: Size, fit: number, names: Obstacle[], held: any}} setting @param {number} turn */
  async #arrange(plane, setting, turn) {
    const edge = edgeOf(plane, setting.view);
    const items = itemsOf(plane);
    const { cell } = plane;
    const notes = !plane.space.entry.thumbs;
    const { x, y, rx, ry, rank, flags, aspect, region } = items;
    const transfer = [x, y, rx, ry, rank, flags, aspect, region].map(({ buffer }) => buffer);
    let nearest = null;
    for (const until of setting.held ? [Infinity] : WAVES) {
      const first = until === WAVES[0] || setting.held;
      const answer = await this.remote.call(
        'pictures',
        first ? { items, setting: { ...setting, cell, notes, edge }, until } : { until },
        first ? transfer : [],
      );
      if (turn !== this.#turn) return;
      this.busy = !answer.done;
      nearest = answer.nearest ?? nearest;
      plane.arrange(answer.ranges, nearest, answer.done);
      this.onChange(plane);
      if (answer.done) return;
    }
  }
}

/** @param {Plane} plane */
function itemsOf({ space }) {
  const { columns, regions } = space;
  const n = columns.slots;
  return {
    count: n,
    x: columns.x.slice(0, n), y: columns.y.slice(0, n), rx: columns.rx.slice(0, n), ry: columns.ry.slice(0, n),
    rank: columns.rank.slice(0, n), flags: columns.flags.slice(0, n), aspect: columns.aspect.slice(0, n),
    region: columns.region.slice(0, n * 3),
    regions: regions.map(({ id, level, x, y, medoid, example }) => ({ id, level, x, y, medoid, example })),
  }; // prettier-ignore
}

/** Where the view of the whole map ends, px as they lie at its scale, y down. @param {Plane} plane @param {Size} view @returns {Box} */
function edgeOf({ frame, cell }, view) {
  const { x, y, scale } = wholeCamera(frame, view, cell);
  const [left, top] = [x * scale - view.width / 2, -y * scale - view.height / 2];
  return [left + EDGE_PX, top + BAR_PX, left + view.width - EDGE_PX, top + view.height - EDGE_PX];
}
