/** The map in motion: one camera, one painter, one animation frame. */
import { clampCamera, toScreen, wholeCamera, zoomAbout } from '../geometry/camera.js';
import { LARGEST } from '../geometry/pictures.js';
import {
  ALL_FROM,
  ALL_TO,
  dotRadius,
  mosaicShare,
  relaxedShare,
  smoothstep,
  thumbSize,
} from '../geometry/lod.js';
import { STATE } from '../render/frame.js';
import { STEPS, stepOf } from '../geometry/ranges.js';
import { Fades } from './fades.js';
import { Frames } from './frames.js';
import { Gatherer, passes } from './gather.js';
import { FILLED, LEAST_MOSAIC_PX } from './look.js';
import { Motion } from './motion.js';
import { drawnIn, isFull, pick } from './sight.js';
import { ThumbWriter } from './thumbs.js';

/** @typedef {import('./plane.js').Plane} Plane */
/** @typedef {import('./pictures.js').Pictures} Pictures */
/** @typedef {import('../render/gl/painter.js').GlPainter | import('../render/canvas/painter.js').CanvasPainter} Painter */
/** @typedef {import('../render/frame.js').Frame} Frame */
/** @typedef {import('../app/theme.js').Theme} Theme */
/** @typedef {'quiet' | 'map' | 'mosaic'} Pictured how many pictures the map shows */

/** Thumbnails come so many zoom steps after their rank: between them the land stays in sight. */
const RANK_LAG = 0.9;
/** Of a frame, for gathering what comes into view; more where frames are slow anyway. */
const GATHER_MS = 3;
const GATHER_SHARE = 0.2;

export class Scene {
  /** @type {Plane | null} */
  plane = null;
  /** @type {Camera} */
  camera = { x: 0, y: 0, scale: 1 };
  /** @type {Size} */
  size = { width: 1, height: 1 };
  dpr = 1;
  gatherer = new Gatherer();
  /** @type {import('./gather.js').Filter | null} */
  filter = null;
  /** Brought out; everything else is dimmed. @type {Set<number>} */
  bright = new Set();
  #selected = -1;
  /** @type {Pictured} */
  #wish = 'map';
  /** @type {() => Set<number>} */
  #unseen = () => new Set();
  /** Called after every drawn frame. @type {((frame: Frame) => void)[]} */
  onFrame = [];
  /** @type {() => boolean} */
  #arranging = () => false;
  /** @type {(frame: Frame, now: number) => boolean} */
  #decorate = () => false;
  thumbs = new ThumbWriter(this);

  fades = new Fades();
  #motion = new Motion();
  frames = new Frames({
    move: (now, elapsed) => this.#move(now, elapsed),
    upload: (now) => this.pictures.flush(this.painter, now),
    draw: (now) => this.#draw(now),
    adapt: () => this.stale(),
  });

  /** @type {Theme} */
  #theme;

  /** @param {Painter} painter @param {Pictures} pictures @param {Theme} theme */
  constructor(painter, pictures, theme) {
    this.painter = painter;
    this.pictures = pictures;
    this.#theme = theme;
    pictures.onReady = () => this.refresh();
  }

  /** @param {Painter} painter after a lost context */
  setPainter(painter) {
    this.painter = painter;
    this.pictures.clear();
    this.gatherer.restart();
    this.refresh();
  }

  /** The view has another size. @param {Size} size @param {number} dpr device pixels per px */
  resize(size, dpr) {
    this.size = size;
    this.dpr = dpr;
    this.stale();
  }

  /** Draw again soon. */
  refresh() {
    this.frames.request();
  }

  /** Items, places or looks changed: gather them again. */
  stale() {
    this.gatherer.stale();
    this.refresh();
  }

  /** Items outside a span step back. @param {import('./gather.js').Filter | null} filter null: none does */
  filterBy(filter) {
    this.filter = filter;
    this.stale();
  }

  /** Colour items by groups instead of their regions. @param {import('./gather.js').Paint | null} paint null: by regions */
  paintBy(paint) {
    this.gatherer.paint = paint;
    this.stale();
  }

  /** Whether an item shows under the present filters. @param {number} slot */
  passes(slot) {
    const { columns } = /** @type {Plane} */ (this.plane).space;
    return passes(columns, slot, this.filter, this.gatherer.paint);
  }

  /** @param {Plane} plane @param {{x: Float32Array, y: Float32Array} | null} before places to morph from */
  show(plane, before) {
    this.plane = plane;
    this.fades.morph(before);
    this.gatherer.restart();
    this.refresh();
  }

  get morphing() {
    return this.fades.morphing;
  }

  get still() {
    return this.fades.still;
  }

  /** Flights, morphs and fades end at once. @param {boolean} still */
  withoutMotion(still) {
    this.fades.still = still;
  }

  /** Draw fewer dots and pixels while frames are slow. */
  keepFrameRate() {
    this.frames.adapt();
  }

  /** @param {() => Set<number>} ids of the items that are new since the last visit, drawn with a glow */
  glowFor(ids) {
    this.#unseen = ids;
  }

  /** @param {(frame: Frame, now: number) => boolean} draw marks and lines of a frame; true: they still move */
  decorateWith(draw) {
    this.#decorate = draw;
  }

  /** @param {() => boolean} arranging whether sizes and places of pictures are still being computed */
  waitFor(arranging) {
    this.#arranging = arranging;
  }

  get theme() {
    return this.#theme;
  }

  /** Draw in other colours. @param {Theme} theme */
  recolour(theme) {
    this.#theme = theme;
    this.stale();
  }

  get selected() {
    return this.#selected;
  }

  /** Mark an item. @param {number} slot −1: none */
  select(slot) {
    this.#selected = slot;
    this.stale();
  }

  /** How many pictures were asked for. */
  get wish() {
    return this.#wish;
  }

  /** @param {Pictured} wish the important ones (map), all that have room (mosaic), or none (quiet) */
  showPictures(wish) {
    this.#wish = wish;
    this.refresh();
  }

  /** Where every item stands on the screen at this moment, in map units. @returns {{x: Float32Array, y: Float32Array}} */
  currentPlaces() {
    return this.plane?.places(this.relax) ?? { x: new Float32Array(0), y: new Float32Array(0) };
  }

  get cellPx() {
    return (this.plane?.cell ?? 1) * this.camera.scale;
  }
  get relax() {
    if (this.plane?.kind !== 'map') return 0;
    return this.mode === 'mosaic' ? mosaicShare(this.cellPx) : relaxedShare(this.cellPx);
  }

  /** What is shown of the pictures: as wished; a small map is a mosaic from the start. @returns {Pictured} */
  get mode() {
    const plane = this.plane;
    if (plane && !plane.space.entry.thumbs) return this.#wish === 'quiet' ? 'quiet' : 'map';
    if (this.#wish !== 'map' || plane?.kind !== 'map' || !plane.ranges) return this.#wish;
    return plane.cell * plane.ranges.fit * FILLED >= LEAST_MOSAIC_PX ? 'mosaic' : 'map';
  }

  get scales() {
    const fit = this.fit().scale;
    const cell = this.plane?.cell ?? 1;
    // There every picture has reached the size that it ends with.
    const end = (LARGEST * Math.min(this.size.width, this.size.height)) / (0.75 * cell);
    return { min: fit * 0.4, max: Math.max(fit * 8, end) };
  }

  /** @returns {Camera} */
  fit() {
    return wholeCamera(this.plane?.frame ?? [0, 0, 1, 1], this.size, this.plane?.cell ?? 1);
  }

  /** @param {Camera} camera */
  look(camera) {
    this.camera = clampCamera(camera, this.plane?.reach ?? [0, 0, 1, 1], this.scales);
    this.refresh();
  }

  /** @param {number} dx px @param {number} dy px */
  pan(dx, dy) {
    const { x, y, scale } = this.camera;
    this.look({ x: x - dx / scale, y: y + dy / scale, scale });
  }

  /** @param {number} factor @param {number} px @param {number} py */
  zoom(factor, px, py) {
    const { min, max } = this.scales;
    const limit = factor > 1 && isFull(this) ? this.camera.scale : max;
    const scale = Math.min(Math.max(this.camera.scale * factor, min), limit);
    const zoomed = zoomAbout(this.camera, this.size, scale / this.camera.scale, px, py);
    this.look(factor > 1 ? drawnIn(this, zoomed, px, py) : zoomed);
  }

  /** @param {number} vx px per ms @param {number} vy */
  fling(vx, vy) {
    if (this.still) return;
    this.#motion.fling(vx, vy);
    this.refresh();
  }

  /** Any input ends a flight. */
  halt() {
    this.#motion.halt();
  }

  /** Nothing moves, and all is drawn that is at hand. */
  get resting() {
    return this.frames.idle && !this.#arranging();
  }

  get flying() {
    return this.#motion.flying;
  }

  /** @param {Camera} to @param {number} [longest] ms @returns {Promise<void>} at the end, or when interrupted */
  fly(to, longest = 2500) {
    this.halt();
    const goal = clampCamera(to, this.plane?.reach ?? [0, 0, 1, 1], this.scales);
    if (this.still) {
      this.look(goal);
      return Promise.resolve();
    }
    const end = this.#motion.fly(this.camera, goal, this.size, longest);
    this.refresh();
    return end;
  }

  /** @param {Set<number>} bright slots @param {number} [opacity] of everything else */
  bringOut(bright, opacity) {
    this.bright = bright;
    this.fades.dim(bright.size > 0, opacity);
    this.#lookAgain();
    this.refresh();
  }

  /** Show the items, or only the land. @param {boolean} shown */
  showItems(shown) {
    this.fades.rest(shown);
    this.bringOut(this.bright);
  }

  /** Indices of what is brought out among the gathered. @type {number[]} */
  outIndices = [];

  /** Mark what is brought out without gathering again. */
  #lookAgain() {
    const { out } = this.gatherer;
    for (const i of this.outIndices) out.looks[i * 8 + 4] &= ~STATE.out;
    this.outIndices = [];
    for (let i = 0; i < out.count; i++) {
      if (!this.bright.has(out.slots[i]) && out.slots[i] !== this.#selected) continue;
      out.looks[i * 8 + 4] |= STATE.out;
      this.outIndices.push(i);
    }
    this.painter.setLooks(out);
  }

  /** @param {number} now @param {number} elapsed ms @returns {boolean} still moving */
  #move(now, elapsed) {
    const step = this.#motion.step(now, elapsed);
    if (!step) return false;
    if ('camera' in step) this.camera = step.camera;
    else this.pan(step.dx, step.dy);
    return true;
  }

  /**
   * Let the land and the tree's edges come and go.
   * @param {number} land 0 … 1 @param {number} edge 0 … 1 @param {number} [from] of the edges; else as they are
   */
  fadeTo(land, edge, from) {
    this.fades.fadeTo(land, edge, from);
    this.refresh();
  }

  /** @param {number} now @returns {Frame} */
  frame(now) {
    const { camera, size, cellPx, plane } = this;
    const faded = this.fades.at(now);
    const rankScale = plane?.rankScale ?? camera.scale;
    return {
      camera, size, dpr: Math.min(this.dpr, this.frames.pace.dpr), space: this.plane?.space.name ?? 'image', theme: this.theme,
      view: [camera.x, camera.y, (2 * camera.scale) / size.width, (2 * camera.scale) / size.height],
      pixel: [2 / size.width, 2 / size.height],
      ...faded, relax: this.relax, zoom: Math.log2(camera.scale / rankScale) - RANK_LAG - (this.plane?.kind === 'tree' ? 0.9 : 0), cellPx, thumbSize: thumbSize(cellPx),
      allThumbs: smoothstep(ALL_FROM, ALL_TO, cellPx), dotRadius: dotRadius(cellPx * 1.5, this.plane?.space.columns.slots ?? 0),
      step: plane?.ranges && plane.kind === 'map' ? stepOf(camera.scale, plane.ranges.fit) : STEPS * Math.log2(camera.scale / this.fit().scale), mode: this.mode,
      glow: this.still ? 0.5 : 0.4 + 0.18 * Math.sin(now / 420), lineWidth: 1,
      pageAlpha: this.plane?.kind === 'map' ? faded.morph : 1,
    }; // prettier-ignore
  }

  /** @param {number} now @returns {boolean} whether another frame is needed */
  #draw(now) {
    const plane = this.plane;
    const frame = this.frame(now);
    const gathering = plane ? this.#gather(plane) : false;
    const fading = plane ? this.thumbs.fill(plane, frame, now) : false;
    const decorated = this.#decorate(frame, now);
    this.painter.draw(frame);
    for (const listener of this.onFrame) listener(frame);
    return gathering || fading || decorated || this.fades.busy(now);
  }

  /** @param {Plane} plane @returns {boolean} not at its end */
  #gather(plane) {
    const { camera, size, filter, painter } = this;
    const before = this.morphing ? this.fades.before : null;
    const wish = {
      plane,
      camera,
      size,
      limit: Math.round(painter.dotLimit * this.frames.pace.dots),
      before,
      filter,
      fresh: this.#unseen(),
    };
    const budget = Math.max(GATHER_MS, Math.min(this.frames.interval, 100) * GATHER_SHARE);
    const state = this.gatherer.tend(wish, painter, budget);
    if (state === 'new') {
      this.outIndices = [];
      if (this.bright.size || this.#selected >= 0) this.#lookAgain();
    }
    return state === 'busy';
  }

  /** The item drawn under a point, or −1. @param {number} px @param {number} py @param {number} [slop] px */
  pick(px, py, slop = 6) {
    return pick(this, px, py, slop);
  }

  /** @param {number} slot @returns {[number, number] | null} px */
  screenOf(slot) {
    if (!this.plane || slot < 0) return null;
    const [x, y] = this.plane.place(slot, this.relax);
    return toScreen(this.camera, this.size, x, y);
  }
}
