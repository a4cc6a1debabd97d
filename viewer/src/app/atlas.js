/** The maps as one controller: which space shows, what is hovered, opened and selected. */
import { fitCamera, viewBox, wholeCamera } from '../geometry/camera.js';
import { Marks } from '../map/marks.js';
import { Pictures } from '../map/pictures.js';
import { Plane } from '../map/plane.js';
import { Scene } from '../map/scene.js';
import { Remote } from '../work/rpc.js';
import { startPages } from '../work/workers.js';
import { Phylogeny } from './phylogeny.js';
import { THEMES } from './theme.js';

/** @typedef {import('./store/store.js').Store} Store */
/** @typedef {import('../map/stage.js').Stage} Stage */

const MOST_DROPS = 20;
const MOST_LATE = 1000;
/** Of what is neither found nor selected, while something is. */
const KEPT_OPACITY = 0.25;

export class Atlas {
  /** @type {SpaceName} */
  space = 'image';
  /** @type {'map' | 'tree'} */
  view = 'map';
  phylogeny = new Phylogeny(this);
  /** @type {Record<SpaceName, {map: Plane | null, camera: Record<string, Camera>}>} */
  planes = {
    image: { map: null, camera: {} },
    text: { map: null, camera: {} },
  };
  /** @type {() => void} */
  onChange = () => {};
  #gridTimer = 0;
  /** Slots that stay brought out while nothing is hovered. @type {Set<number>} */
  #kept = new Set();
  /** Ids per slot before a refit. */
  #ids = new Uint32Array(0);
  /** Before a refit the whole map was in view: it stays so. */
  #whole = false;
  #morphFrom = /** @type {{x: Float32Array, y: Float32Array} | null} */ (null);

  /** @param {Store} store @param {Stage} stage @param {'dark' | 'light'} theme */
  constructor(store, stage, theme) {
    this.store = store;
    this.stage = stage;
    this.pages = new Remote(startPages());
    this.pictures = new Pictures(this.pages, store.base);
    this.scene = new Scene(stage.painter, this.pictures, THEMES[theme]);
    this.marks = new Marks(this.scene);
    this.scene.decorateWith((frame, now) => this.marks.write(frame, now));
    stage.onPainter = (painter) => {
      this.scene.setPainter(painter);
      painter.setLand(this.current.land);
      this.phylogeny.draw();
    };
    this.theme = theme;
  }

  get current() {
    return this.store.spaces[this.space];
  }

  get tree() {
    return this.phylogeny.tree;
  }

  /** @param {'dark' | 'light'} theme */
  setTheme(theme) {
    this.theme = theme;
    this.scene.recolour(THEMES[theme]);
    this.colour();
    this.phylogeny.draw();
  }

  colour() {
    this.scene.gatherer.setColours(
      this.current.regions,
      this.theme === 'dark',
      THEMES[this.theme].outlier,
    );
  }

  /** @param {SpaceName} name @returns {Plane} */
  mapOf(name) {
    const held = this.planes[name];
    const space = this.store.spaces[name];
    if (!held.map || held.map.bounds !== space.entry.bounds || held.map.cell !== space.entry.cell) {
      held.map = new Plane('map', space);
    }
    return held.map;
  }

  /** Remember where one looks, before another space shows. */
  leave() {
    if (this.scene.plane) this.planes[this.space].camera[this.view] = this.scene.camera;
  }

  /** Show a space's map. @param {SpaceName} name @param {Camera | null} [camera] */
  show(name, camera = null) {
    const other = name !== (this.scene.plane?.space.name ?? name);
    this.space = name;
    if (other) {
      this.keepOut([]);
      this.scene.select(-1);
      this.marks.setLinks([]);
      this.marks.setTies(-1, []);
      this.phylogeny.forget();
      this.view = 'map';
      this.scene.fadeTo(1, 0);
    }
    this.colour();
    this.stage.painter.setLand(this.current.land);
    this.scene.show(this.mapOf(name), null);
    const kept = camera ?? this.planes[name].camera[this.view] ?? null;
    this.scene.look(kept ?? this.scene.fit());
    this.onChange();
  }

  /** Morph to the phylogeny. @returns {Promise<import('../geometry/tree.js').Tree | null>} */
  async showTree() {
    const { phylogeny } = this;
    if (!(await phylogeny.lay()) || !phylogeny.plane) return null;
    this.#turnTo('tree', phylogeny.plane, 0.1, 1);
    return phylogeny.tree;
  }

  showMap() {
    if (this.view === 'map') return;
    this.#turnTo('map', this.mapOf(this.space), 1, 0);
  }

  /** @param {'map' | 'tree'} view @param {Plane} plane @param {number} land @param {number} edge */
  #turnTo(view, plane, land, edge) {
    const before = this.scene.currentPlaces();
    this.planes[this.space].camera[this.view] = this.scene.camera;
    this.view = view;
    this.marks.setLinks([]);
    this.bringBack();
    this.scene.show(plane, before);
    this.scene.fadeTo(land, edge);
    void this.scene.fly(this.planes[this.space].camera[view] ?? this.scene.fit(), 1100);
    this.onChange();
  }

  /** Bring out a way through the tree. @param {number[]} path from an item to the root */
  showPath(path) {
    const colour = THEMES[this.theme].path;
    this.marks.setLinks(
      this.phylogeny.edges(path).map((edge) => ({ ...edge, weight: 0.5, colour })),
    );
    // Both ends first: where there is no room for all pictures, theirs show.
    this.scene.bringOut(new Set([path[0], path[path.length - 1], ...path]));
  }

  /** A part of a space came in. @param {SpaceName} name @param {'land' | 'regions' | 'columns' | 'loaded'} part */
  part(name, part) {
    if (part === 'columns' || part === 'loaded') this.#gridSoon(name, part === 'loaded');
    if (name !== this.space) return;
    if (part === 'land') this.stage.painter.setLand(this.current.land);
    if (part === 'regions') this.colour();
    this.scene.stale();
    this.onChange();
  }

  /** @param {SpaceName} name @param {boolean} now */
  #gridSoon(name, now) {
    clearTimeout(this.#gridTimer);
    const run = async () => {
      await this.mapOf(name).build(this.store.data);
      if (name === this.space) this.scene.stale();
      this.onChange();
    };
    if (now) void run();
    else this.#gridTimer = window.setTimeout(run, 400);
  }

  /** @param {SpaceName} name */
  beforeRefit(name) {
    if (name === this.space) {
      const { scene } = this;
      const onMap = this.view === 'map' && scene.plane !== null;
      this.#morphFrom = onMap ? scene.currentPlaces() : null;
      this.#whole = onMap && !scene.flying && isAt(scene.camera, scene.fit());
    }
    if (name === 'image') this.#ids = this.store.spaces.image.columns.id.slice();
  }

  /** The files of a space changed: morph, keeping camera and selection. @param {SpaceName} name */
  async refit(name) {
    const before = name === this.space ? this.#morphFrom : null;
    if (name === 'image') {
      const { id, slots } = this.store.spaces.image.columns;
      const other = [];
      for (let s = 0; s < Math.min(slots, this.#ids.length); s++)
        if (id[s] !== this.#ids[s]) other.push(s);
      this.pictures.forget(other);
      this.pictures.retry();
    }
    const plane = this.mapOf(name);
    await plane.build(this.store.data);
    if (name !== this.space) return;
    if (this.view === 'tree') {
      this.colour();
      this.stage.painter.setLand(this.current.land);
      this.phylogeny.changed();
      this.onChange();
      return;
    }
    const moved = before !== null && before.x.length > 0 && this.scene.plane !== null;
    this.colour();
    this.stage.painter.setLand(this.current.land, moved && !this.scene.still);
    this.scene.show(plane, moved ? before : null);
    if (!moved) this.scene.look(this.scene.fit());
    else if (this.#whole) void this.scene.fly(this.scene.fit(), 1100);
    this.onChange();
  }

  /** @param {ItemsEvent} event */
  items(event) {
    const plane = this.planes[event.space].map;
    if (plane) {
      for (const item of event.changed) plane.late.add(item.slot);
      for (const item of event.added) plane.late.add(item.slot);
    }
    if (event.space === 'image')
      this.pictures.forget([...event.added, ...event.changed].map(({ slot }) => slot));
    if (event.space === this.space) {
      this.#leave(event.removed);
      if (this.view === 'map') this.drop(event.added.map(({ slot }) => slot));
      else this.phylogeny.changed();
      this.scene.stale();
    }
    this.onChange();
    // A few that lie outside the grid cost less than sorting everything again.
    if (!plane?.grid || plane.late.size > MOST_LATE) this.#gridSoon(event.space, false);
  }

  /** Those that went fade away where they were. @param {number[]} removed */
  #leave(removed) {
    const plane = this.scene.plane;
    for (const slot of removed) {
      const [x, y] =
        plane && slot < plane.x.length ? plane.place(slot, this.scene.relax) : [NaN, NaN];
      if (Number.isFinite(x)) this.marks.leave(x, y);
    }
  }

  /** Those that came drop in, at most twenty. @param {number[]} added */
  drop(added) {
    if (this.scene.still) return;
    added.slice(0, MOST_DROPS).forEach((slot, i) => this.marks.arrive(slot, i * 60));
  }

  /** Bring out an item and its neighbours. @param {number} slot −1: nothing */
  async hover(slot) {
    if (slot < 0) {
      this.marks.setLinks([]);
      this.bringBack();
      return;
    }
    const space = this.current;
    const near = await space.neighbours(slot);
    if (space !== this.current) return;
    this.marks.setLinks(near.map((one) => ({ from: slot, to: one.slot, weight: one.cosine ** 2 })));
    this.scene.bringOut(new Set([slot, ...near.map((one) => one.slot)]));
  }

  /** What stays brought out, the first ones first; everything else steps back. @param {Iterable<number>} slots none: nothing is */
  keepOut(slots) {
    this.#kept = new Set(slots);
    this.bringBack();
  }

  /** Nothing is hovered any more. */
  bringBack() {
    this.scene.bringOut(this.#kept, KEPT_OPACITY);
  }

  /** @param {number} slot */
  select(slot) {
    this.scene.select(slot);
  }

  /** Fly so that an item can be seen well. @param {number} slot */
  flyTo(slot) {
    const { scene } = this;
    const plane = scene.plane;
    if (!plane || !this.current.columns.present(slot)) return Promise.resolve();
    const scale =
      plane.kind === 'tree'
        ? Math.max(scene.camera.scale, scene.fit().scale * 6)
        : Math.max(scene.camera.scale, 84 / plane.cell);
    const [x, y] = plane.place(slot, plane.kind === 'map' ? 1 : 0);
    return scene.fly({ x, y, scale: Math.min(scale, scene.scales.max) });
  }

  /** Another land under the same items, or none. @param {Land | null} land */
  showLand(land) {
    this.stage.painter.setLand(land);
    this.scene.refresh();
  }

  /**
   * The map gets another size; one that was looked at as a whole stays whole.
   * @param {Size} size @param {number} dpr @param {boolean} fixed what shows stays where it is on the screen, else in the middle
   */
  resize(size, dpr, fixed) {
    const { scene } = this;
    const before = scene.size;
    const whole = scene.plane ? isAt(scene.camera, scene.fit()) : false;
    scene.resize(size, dpr);
    if (!scene.plane || before.width <= 1) return;
    const { x, y, scale } = scene.camera;
    if (whole) scene.look(scene.fit());
    else if (fixed)
      scene.look({
        x: x + (size.width - before.width) / 2 / scale,
        y: y - (size.height - before.height) / 2 / scale,
        scale,
      });
  }

  /** The view of a whole map, shown or not. @param {SpaceName} name @returns {Camera} */
  wholeOf(name) {
    const plane = this.mapOf(name);
    return wholeCamera(plane.frame, this.scene.size, plane.cell);
  }

  /**
   * Look at items: the camera moves when none of them is in view, or always.
   * @param {number[]} slots @param {boolean} always
   */
  lookAt(slots, always) {
    const { scene } = this;
    const { plane } = scene;
    if (!plane || !slots.length) return;
    const view = viewBox(scene.camera, scene.size, -0.02);
    /** @type {Box} */
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (const slot of slots) {
      const [x, y] = plane.place(slot, scene.relax);
      if (!Number.isFinite(x)) continue;
      if (!always && x > view[0] && x < view[2] && y > view[1] && y < view[3]) return;
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
    }
    if (!Number.isFinite(box[0])) return;
    if (slots.length === 1) {
      if (always) void this.flyTo(slots[0]);
      else void scene.fly({ ...scene.camera, x: box[0], y: box[1] }, 700);
      return;
    }
    const goal = fitCamera(box, scene.size, 72);
    void scene.fly({ ...goal, scale: Math.min(goal.scale, 84 / plane.cell) }, 1200);
  }

  /** Fly to a region. @param {Region} region */
  flyToRegion(region) {
    return this.scene.fly(this.regionCamera(region));
  }

  /** @param {Region} region @returns {Camera} */
  regionCamera(region) {
    const { columns } = this.current;
    let n = 0;
    let spread = 0;
    for (let s = 0; s < columns.slots; s++) {
      if (!columns.present(s) || columns.region[s * 3 + region.level] !== region.id) continue;
      spread += (columns.x[s] - region.x) ** 2 + (columns.y[s] - region.y) ** 2;
      n++;
    }
    const radius = n ? Math.sqrt(spread / n) * 2.1 + (this.current.entry.cell ?? 0) : 1;
    const { width, height } = this.scene.size;
    return {
      x: region.x,
      y: region.y,
      scale: Math.min(width, height) / 2 / Math.max(radius, 1e-6),
    };
  }
}

/** @param {Camera} a @param {Camera} b */
function isAt(a, b) {
  const near = (/** @type {number} */ p, /** @type {number} */ q) => Math.abs(p - q) * b.scale < 1;
  return near(a.x, b.x) && near(a.y, b.y) && Math.abs(a.scale / b.scale - 1) < 1e-3;
}
