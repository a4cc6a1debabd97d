/** The pictures of a frame: which, where, how large, at which level; written as the painter wants them. */
import { levelFor, thumbShare } from '../geometry/lod.js';
import { viewBox } from '../geometry/camera.js';
import { COVER_FLOATS, LEVELS, STATE, THUMB_FLOATS, grown } from '../render/frame.js';
import { Look } from './look.js';

/** @typedef {import('./plane.js').Plane} Plane */
/** @typedef {import('../render/frame.js').Frame} Frame */
/** @typedef {import('./pictures.js').Want} Want */
/** @typedef {{slot: number, x: number, y: number, halfWidth: number, halfHeight: number, dotX: number, dotY: number}} Box of a picture, px; `dot`: where its item is */

const MOST = 1800;
/** The widest thumbnail: what is drawn wider comes from its preview. */
const PREVIEW_PX = 256;
const ASK_MS = 90;
const FADE_MS = 180;
/** Brought out, pictures keep so much of their side between them. */
const APART = 0.92;
/** Farther off its dot than so much of its side a picture has a line to it. */
const LEADER = 0.5;

export class ThumbWriter {
  /** Items in sight whose thumbnails are due. */
  visible = 0;
  /** Those of them that are drawn. */
  shown = 0;
  /** What those that are due take of the view, px²; it counts where their middles are in it. */
  area = 0;
  /** How many of them have their middles in the view. */
  inside = 0;
  #askedAt = -1e9;
  #askLater = 0;
  #sets = LEVELS.map((level) => ({
    ...level,
    side: level.page / level.px,
    data: new Float32Array(64 * THUMB_FLOATS),
    count: 0,
  }));
  #covers = new Float32Array(64 * COVER_FLOATS);
  #covered = 0;
  /** @type {number[]} */
  #due = [];
  /** Slot → how visible its thumbnail is, 0 … 1; of this frame and of the one before. */
  #alphas = new Map();
  #before = new Map();
  #last = 0;
  #look = new Look();
  /** @type {number[]} */
  #names = [];
  /** Where pictures stand, the topmost last. @type {Box[]} */
  boxes = [];
  /** From dots to pictures that stand aside: x0, y0, x1, y1 in map units, and how visible. @type {number[]} */
  leaders = [];

  /** @param {import('./scene.js').Scene} scene */
  constructor(scene) {
    this.scene = scene;
  }

  /** @param {number[]} names x0, y0, x1, y1 of each in px: no picture is drawn there, dots are; read at every frame */
  leaveFree(names) {
    this.#names = names;
  }

  /** @param {Plane} plane @param {Frame} frame @param {number} now ms @returns {boolean} something is fading in */
  fill(plane, frame, now) {
    const { scene } = this;
    const { pictures, painter } = scene;
    for (const set of this.#sets) set.count = 0;
    let fading = false;
    this.visible = this.#covered = this.boxes.length = this.leaders.length = 0;
    this.area = this.inside = 0;
    [this.#alphas, this.#before] = [this.#before, this.#alphas];
    this.#alphas.clear();
    const step = scene.still ? 1 : Math.min(64, Math.max(0, now - this.#last)) / FADE_MS;
    this.#last = now;
    const entry = plane.space.entry.thumbs;
    if (entry) {
      const { slots } = scene.gatherer.out;
      const levels = entry.levels
        .map(({ px }) => px)
        .filter((px) => this.#sets.some((set) => set.px === px));
      this.#look.begin(plane, frame);
      const due = this.#inSight(plane, frame, step);
      this.visible = due.length;
      const found = { level: 0, cell: 0, alpha: 0, plate: 0 };
      /** @type {Want[]} */
      const wants = [];
      for (const i of due) {
        const out = (scene.gatherer.out.looks[i * 8 + 4] & STATE.out) !== 0;
        this.#lookAt(slots[i], out, frame);
        const sharp = this.#look.side * frame.dpr;
        const level =
          sharp > PREVIEW_PX && pictures.live
            ? 1024
            : levelFor(sharp, levels.length ? levels : [256]);
        wants.push({ slot: slots[i], level });
        const there = pictures.find(slots[i], level, now, found);
        const alpha = this.#alphas.get(slots[i]) ?? 1;
        if (!there || Math.min(found.alpha, alpha) < 1) fading ||= there;
        this.#place(i, plane, frame, there ? alpha * found.alpha : 0);
        if (there) this.#write(found, alpha, i, plane);
      }
      this.#ask(plane, wants, levels[0] ?? 64, now);
    }
    this.shown = 0;
    for (const { px, data, count } of this.#sets) {
      painter.setThumbs(px, data, count);
      this.shown += count;
    }
    painter.setCovers(this.#covers, this.#covered);
    return fading;
  }

  /** How an item looks; brought out, all show. @param {number} slot @param {boolean} out @param {Frame} frame */
  #lookAt(slot, out, frame) {
    const look = this.#look;
    const shows = look.at(slot);
    if (!out) return shows;
    if (!shows) look.ox = look.oy = 0;
    look.side = Math.max(shows ? look.side : 0, frame.thumbSize);
    return true;
  }

  /**
   * Indices of the gathered whose thumbnails show or are fading, the least important first.
   * @param {Plane} plane @param {Frame} frame @param {number} step of a fade, 0 … 1
   */
  #inSight(plane, frame, step) {
    const { scene } = this;
    const { gatherer } = scene;
    const { looks, slots, count } = gatherer.out;
    const margin = 0.06 + frame.thumbSize / Math.max(scene.size.width, 1) / 2;
    const [x0, y0, x1, y1] = viewBox(scene.camera, scene.size, margin);
    // From farther off than the whole map names are larger than what they stand on.
    const crowded = plane.kind === 'map' ? frame.step < -0.1 : frame.allThumbs < 0.5;
    const due = this.#due;
    due.length = 0;
    // Those that come a little later may be fading out; the first ones are drawn last, over the others.
    const end = Math.min(gatherer.ranks[Math.min(this.#lastOf(plane, frame) + 3, 256)], count);
    for (let k = end - 1; k >= 0; k--) {
      const i = gatherer.byRank[k];
      if ((looks[i * 8 + 4] & STATE.out) !== 0) continue;
      const [x, y] = this.#placeOf(i, frame);
      if (x < x0 || x > x1 || y < y0 || y > y1) continue;
      const before = this.#before.get(slots[i]) ?? 0;
      let wanted = this.#look.at(slots[i]);
      if (wanted && crowded) {
        const [px, py] = this.#pixelOf(x, y);
        wanted = !this.covers(px + this.#look.ox, py + this.#look.oy, this.#look.side * 0.42);
      }
      const alpha = wanted ? Math.min(1, before + step) : Math.max(0, before - step);
      if (alpha === 0) continue;
      this.#alphas.set(slots[i], alpha);
      due.push(i);
    }
    due.push(...this.#apart(frame));
    if (due.length > MOST) due.splice(0, due.length - MOST);
    return due;
  }

  /** The last of those that show, in the order in which they come. @param {Plane} plane @param {Frame} frame */
  #lastOf(plane, frame) {
    if (plane.kind === 'map') {
      if (!plane.ranges || frame.mode === 'quiet') return -1;
      return frame.mode === 'mosaic' ? 255 : Math.max(0, Math.floor(frame.step));
    }
    let last = 255;
    if (frame.allThumbs <= 0)
      while (last >= 0 && thumbShare(last, frame.zoom, frame.cellPx) <= 0.5) last--;
    return last;
  }

  /** Map units. @param {number} i of the gathered @param {Frame} frame @returns {[number, number]} */
  #placeOf(i, { morph, relax }) {
    const { places } = this.scene.gatherer.out;
    const p = i * 6;
    return [
      places[p + 4] + (places[p] + (places[p + 2] - places[p]) * relax - places[p + 4]) * morph,
      places[p + 5] +
        (places[p + 1] + (places[p + 3] - places[p + 1]) * relax - places[p + 5]) * morph,
    ];
  }

  /** @param {number} x map units @param {number} y @returns {[number, number]} */
  #pixelOf(x, y) {
    const { camera, size } = this.scene;
    return [
      (x - camera.x) * camera.scale + size.width / 2,
      (camera.y - y) * camera.scale + size.height / 2,
    ];
  }

  /** Whether a name lies over a box. @param {number} x px @param {number} y px @param {number} half of its width @param {number} [tall] half of its height */
  covers(x, y, half, tall = half) {
    const covered = this.#names;
    for (let k = 0; k < covered.length; k += 4) {
      if (
        x + half > covered[k] &&
        x - half < covered[k + 2] &&
        y + tall > covered[k + 1] &&
        y - tall < covered[k + 3]
      )
        return true;
    }
    return false;
  }

  /** Whether a name or a picture is there. @param {number} x px @param {number} y px */
  taken(x, y) {
    if (this.covers(x, y, 10, 5)) return true;
    return this.boxes.some(
      (box) => Math.abs(box.x - x) < box.halfWidth + 6 && Math.abs(box.y - y) < box.halfHeight + 6,
    );
  }

  /** The picture under a point, or −1. @param {number} x px @param {number} y px */
  pick(x, y) {
    for (let k = this.boxes.length - 1; k >= 0; k--) {
      const box = this.boxes[k];
      if (Math.abs(box.x - x) <= box.halfWidth && Math.abs(box.y - y) <= box.halfHeight)
        return box.slot;
    }
    return -1;
  }

  /** Of those brought out, in their order, the ones that cover no other; the rest are bright dots. @param {Frame} frame */
  #apart(frame) {
    const { scene } = this;
    const gap = (frame.thumbSize * APART) / scene.camera.scale;
    const bySlot = new Map(scene.outIndices.map((i) => [scene.gatherer.out.slots[i], i]));
    /** @type {{i: number, x: number, y: number}[]} */
    const kept = [];
    for (const slot of new Set([...scene.bright, scene.selected])) {
      const i = bySlot.get(slot);
      if (i === undefined) continue;
      const [x, y] = this.#placeOf(i, frame);
      if (kept.every((other) => Math.abs(other.x - x) > gap || Math.abs(other.y - y) > gap))
        kept.push({ i, x, y });
    }
    return kept.reverse().map(({ i }) => i);
  }

  /**
   * At most every 90 ms; what is asked for too early is asked for a little later.
   * @param {Plane} plane @param {Want[]} due the most important last @param {number} coarse px, for the time until then @param {number} now
   */
  #ask(plane, due, coarse, now) {
    const { scene } = this;
    if (Math.abs(now - this.#askedAt) > ASK_MS) {
      this.#askedAt = now;
      /** @type {Want[]} */
      const wants = [];
      for (let k = due.length - 1; k >= 0; k--) {
        if (due[k].level > 128) wants.push({ slot: due[k].slot, level: coarse });
        wants.push(due[k]);
      }
      scene.pictures.want(plane.space, wants);
    } else if (!this.#askLater) {
      this.#askLater = window.setTimeout(() => {
        this.#askLater = 0;
        scene.refresh();
      }, ASK_MS + 20);
    }
  }

  /** Note where a picture stands, what it covers, and the way to its dot. @param {number} i of the gathered @param {Plane} plane @param {Frame} frame @param {number} alpha */
  #place(i, plane, frame, alpha) {
    const { slots } = this.scene.gatherer.out;
    const slot = slots[i];
    const { side, ox, oy } = this.#look;
    const ratio = plane.space.columns.ratio(slot);
    const [x, y] = this.#placeOf(i, frame);
    const [dotX, dotY] = this.#pixelOf(x, y);
    const halfWidth = (side * Math.min(1, ratio)) / 2;
    const halfHeight = (side * Math.min(1, 1 / ratio)) / 2;
    const { width, height } = this.scene.size;
    const [px, py] = [dotX + ox, dotY + oy];
    if (px >= 0 && py >= 0 && px <= width && py <= height) {
      this.area += 4 * halfWidth * halfHeight;
      this.inside++;
    }
    if (alpha < 0.3) return;
    this.boxes.push({ slot, x: dotX + ox, y: dotY + oy, halfWidth, halfHeight, dotX, dotY });
    if (alpha > 0.9) {
      const at = this.#covered++ * COVER_FLOATS;
      if (at + COVER_FLOATS > this.#covers.length) this.#covers = grown(this.#covers);
      this.#covers.set([dotX + ox, dotY + oy, halfWidth, halfHeight], at);
    }
    const filtered = this.scene.gatherer.out.looks[i * 8 + 4] & STATE.filtered;
    if (filtered || Math.hypot(ox, oy) <= side * LEADER) return;
    const { scale } = this.scene.camera;
    this.leaders.push(x, y, x + ox / scale, y - oy / scale, alpha);
  }

  /** @param {import('./pictures.js').Found} found @param {number} alpha @param {number} i of the gathered @param {Plane} plane */
  #write(found, alpha, i, plane) {
    const { places, slots, looks } = this.scene.gatherer.out;
    const set = this.#sets.find(({ px }) => px === found.level) ?? this.#sets[0];
    const at = set.count * THUMB_FLOATS;
    if (at + THUMB_FLOATS > set.data.length) set.data = grown(set.data);
    const { data, side } = set;
    const { columns } = plane.space;
    const slot = slots[i];
    const inLayer = found.cell % (side * side);
    const state = looks[i * 8 + 4];
    const bright = (state & STATE.out) !== 0;
    for (let k = 0; k < 6; k++) data[at + k] = places[i * 6 + k];
    data[at + 6] = columns.ratio(slot);
    data[at + 7] = alpha;
    data[at + 8] = this.scene.painter.kind === 'canvas2d' ? found.cell : inLayer % side;
    data[at + 9] = Math.floor(inLayer / side);
    data[at + 10] = Math.floor(found.cell / (side * side));
    data[at + 11] = found.alpha * ((state & STATE.ghost) !== 0 ? 0.45 : 1);
    data[at + 12] = looks[i * 8];
    data[at + 13] = looks[i * 8 + 1];
    data[at + 14] = looks[i * 8 + 2];
    data[at + 15] = bright ? 1 : (state & STATE.filtered) !== 0 ? -1 : 0;
    data[at + 16] = this.#look.side;
    data[at + 17] = this.#look.ox;
    data[at + 18] = this.#look.oy;
    data[at + 19] = found.plate & (this.scene.theme.dark ? 1 : 2) ? 1 : 0;
    set.count++;
  }
}
