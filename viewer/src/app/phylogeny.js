/** The phylogeny of the space in sight: laid out in the worker, and again when items come and go. */
import { believable } from '../geometry/histogram.js';
import { treeLines, treePlane } from '../map/treeplane.js';
import { LINE_FLOATS } from '../render/frame.js';
import { THEMES, inkOf, rgb } from './theme.js';

/** @typedef {import('./atlas.js').Atlas} Atlas */
/** @typedef {import('../geometry/tree.js').Tree} Tree */
/** @typedef {import('../map/plane.js').Plane} Plane */

const GROW_MS = 900; // after a change, so that a flurry costs one layout
const REST = 3; // times as long as the last layout took, before the next

export class Phylogeny {
  /** @type {Tree | null} */
  tree = null;
  /** @type {Plane | null} */
  plane = null;
  /** @type {Lineage | null} */
  #lineage = null;
  /** @type {Box} */
  #box = [0, 0, 1, 1];
  #timer = 0;
  #took = 0;
  /** Drawn for the first time, or anew. */
  onLaid = () => {};

  /** @param {Atlas} atlas */
  constructor(atlas) {
    this.atlas = atlas;
  }

  /** Another space shows, or none of this. */
  forget() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.tree = this.plane = this.#lineage = null;
  }

  /** Lay out the tree of the space in sight. @returns {Promise<boolean>} whether there is one, and the space is still in sight */
  async lay() {
    const { atlas } = this;
    const space = atlas.current;
    const started = performance.now();
    const lineage = await space.lineage().catch(() => null);
    if (!lineage || space !== atlas.current) return false;
    const { columns } = space;
    const n = columns.slots;
    /** @type {Tree} */
    const tree = await atlas.store.data.call('tree', {
      parent: lineage.parent.subarray(0, n), cosine: lineage.cosine.subarray(0, n), weak: lineage.weak.subarray(0, n),
      time: believable(columns.time, columns.flags, n), flags: columns.flags.slice(0, n), rank: columns.rank.slice(0, n), region: columns.region.slice(0, n * 3),
    }); // prettier-ignore
    // While it is open it keeps its place, whatever a refit does to the map.
    if (atlas.view === 'map') this.#box = space.entry.frame;
    const plane = treePlane(space, tree, this.#box);
    await plane.build(atlas.store.data);
    if (space !== atlas.current) return false;
    this.tree = tree;
    this.plane = plane;
    this.#lineage = lineage;
    this.#took = performance.now() - started;
    this.draw();
    this.onLaid();
    return tree.count > 0;
  }

  /** The edges of a way to the root, in pieces. @param {number[]} path @returns {{from: number, to: number, weak: boolean, line: number[]}[]} */
  edges(path) {
    const { tree } = this;
    if (!tree) return [];
    const wanted = new Set(path.slice(0, -1));
    const found = [];
    for (let i = 0; i < tree.child.length; i++) {
      const from = tree.child[i];
      if (wanted.has(from))
        found.push({
          from,
          to: from,
          weak: tree.weak[i] === 1,
          line: [...tree.lines.subarray(i * 4, i * 4 + 4)],
        });
    }
    return found;
  }

  /** Tell the painter the edges and rings. */
  draw() {
    const { tree, plane, atlas } = this;
    if (!tree || !plane) return;
    const colour = (/** @type {number} */ slot) =>
      inkOf(atlas.current.colourOf(slot) || '#8a939b', atlas.theme === 'dark');
    const data = treeLines(tree, plane, colour, rgb(THEMES[atlas.theme].edge));
    atlas.stage.painter.setLines('fixed', data, data.length / LINE_FLOATS);
  }

  /** Items came or went, or the files were written anew: let the tree in sight follow, soon. */
  changed() {
    if (this.#timer || this.atlas.view !== 'tree') return;
    this.#timer = window.setTimeout(() => void this.#grow(), Math.max(GROW_MS, this.#took * REST));
  }

  /** Everyone moves to the new place, newcomers from where their parent stood. The camera stays. */
  async #grow() {
    const { atlas } = this;
    const { scene } = atlas;
    const known = this.tree;
    const done = await this.lay();
    this.#timer = 0;
    if (!done || !this.plane || atlas.view !== 'tree') return;
    const before = scene.currentPlaces();
    scene.show(this.plane, this.#fromParents(before));
    scene.fadeTo(scene.fades.landGoal, 1, 0);
    if (scene.still || !known) return;
    const { x } = this.plane;
    const came = [];
    for (let slot = 0; slot < x.length; slot++)
      if (!Number.isNaN(x[slot]) && !(slot < known.x.length && !Number.isNaN(known.x[slot])))
        came.push(slot);
    atlas.drop(came);
  }

  /** @param {{x: Float32Array, y: Float32Array}} before @returns {{x: Float32Array, y: Float32Array}} */
  #fromParents(before) {
    const n = this.plane?.x.length ?? 0;
    const x = new Float32Array(n).fill(NaN);
    const y = new Float32Array(n).fill(NaN);
    x.set(before.x.subarray(0, n));
    y.set(before.y.subarray(0, n));
    const parent = this.#lineage?.parent;
    for (let slot = 0; parent && slot < n; slot++) {
      if (!Number.isNaN(x[slot])) continue;
      let from = parent[slot];
      for (let steps = 0; steps < 64 && from >= 0 && from < n && Number.isNaN(x[from]); steps++)
        from = parent[from];
      if (from >= 0 && from < n) [x[slot], y[slot]] = [x[from], y[from]];
    }
    return { x, y };
  }

  /** From an item to the root. @param {number} slot @returns {Promise<number[]>} */
  async path(slot) {
    const lineage = await this.atlas.current.lineage().catch(() => null);
    const path = [];
    const seen = new Set();
    for (let s = slot; lineage && s >= 0 && !seen.has(s); s = lineage.parent[s] ?? -1) {
      seen.add(s);
      path.push(s);
    }
    return path;
  }
}
