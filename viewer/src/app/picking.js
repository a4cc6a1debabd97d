/** Selecting on the map: a lasso, a rectangle, one by one; and what the selection does to the map. */
import { cornersOf, outlineOf, slotsWithin } from '../geometry/lasso.js';
import { toMap } from '../geometry/camera.js';
import { el } from '../ui/element.js';

/** @typedef {import('./store/selection.js').Mode} Mode */
/** @typedef {import('../map/gestures.js').Keys} Keys */
/** @typedef {'lasso' | 'rectangle'} Tool */
/**
 * @typedef {{
 *   atlas: import('./atlas.js').Atlas, selection: import('./store/selection.js').Selection,
 *   found: () => Set<number> | null, say: (text: string) => void, tool: (tool: Tool | null) => void,
 * }} PickingContext
 * `found`: slots that are found, when something is: a lasso takes only what shows
 */

const STEP_PX = 3; // between two points of a lasso
const LEAST_PX = 8;
const NS = 'http://www.w3.org/2000/svg';

export class Picking {
  /** The tool that a drag uses; null: it moves the map. @type {Tool | null} */
  tool = null;
  /** @type {[number, number][]} px */
  #points = [];
  /** @type {Tool} */
  #drawing = 'rectangle';
  /** What a drag does without keys, chosen in the bar of the tool. @type {Mode} */
  mode = 'replace';
  /** The line that was drawn last, in map units; what it encloses was selected. @type {{space: SpaceName, points: [number, number][]} | null} */
  drawn = null;
  /** ms that the last one took. */
  took = 0;

  /** @param {PickingContext} context */
  constructor(context) {
    this.context = context;
    this.outline = document.createElementNS(NS, 'path');
    const svg = document.createElementNS(NS, 'svg');
    svg.append(this.outline);
    this.node = el('div', { class: 'lasso', hidden: true, attrs: { 'aria-hidden': 'true' } });
    this.node.append(svg);
  }

  /** @param {Tool | null} tool */
  use(tool) {
    this.tool = tool;
    this.context.tool(tool);
    if (tool) this.context.say(tool === 'lasso' ? 'Draw around what you want' : 'Draw a rectangle');
  }

  /** Whether a drag that begins with these keys draws. @param {Keys} keys */
  wants(keys) {
    this.#drawing = this.tool ?? 'rectangle';
    return this.tool !== null || keys.shiftKey;
  }

  /** @param {number} x px @param {number} y @param {'start' | 'move' | 'end' | 'cancel'} phase @param {Keys} keys */
  draw(x, y, phase, keys) {
    if (phase === 'start') {
      this.#points = [[x, y]];
      this.node.hidden = false;
    } else if (phase === 'move') this.#move(x, y);
    else {
      this.node.hidden = true;
      this.outline.setAttribute('d', '');
      const points = this.#points;
      this.#points = [];
      if (phase === 'end') this.#take(points, modeOf(keys, this.tool ? this.mode : null));
    }
  }

  /** @param {number} x @param {number} y */
  #move(x, y) {
    if (this.#drawing === 'rectangle') {
      const [x0, y0] = this.#points[0];
      this.#points = [this.#points[0], [x, y]];
      this.outline.setAttribute('d', `M${x0} ${y0}H${x}V${y}H${x0}Z`);
      return;
    }
    const [lastX, lastY] = /** @type {[number, number]} */ (this.#points.at(-1));
    if (Math.hypot(x - lastX, y - lastY) < STEP_PX) return;
    this.#points.push([x, y]);
    this.outline.setAttribute('d', `M${this.#points.map(([px, py]) => `${px} ${py}`).join('L')}Z`);
  }

  /** @param {[number, number][]} points px @param {Mode} mode */
  #take(points, mode) {
    const { scene } = this.context.atlas;
    const { plane } = scene;
    const wide = Math.max(...points.map(([x]) => x)) - Math.min(...points.map(([x]) => x));
    const tall = Math.max(...points.map(([, y]) => y)) - Math.min(...points.map(([, y]) => y));
    if (!plane || Math.max(wide, tall) < LEAST_PX) return;
    const onMap = points.map(([x, y]) => toMap(scene.camera, scene.size, x, y));
    const [a, b] = [onMap[0], onMap[onMap.length - 1]];
    const line = this.#drawing === 'rectangle' ? cornersOf(a, b) : onMap;
    const outline = outlineOf(line);
    if (!outline) return;
    this.drawn = plane.kind === 'map' ? { space: plane.space.name, points: line } : null;
    const started = performance.now();
    const slots = slotsWithin(outline, plane, plane, scene.relax, this.#visible());
    this.take(slots, mode);
    this.took = performance.now() - started;
  }

  /** What shows under the present filters. @returns {(slot: number) => boolean} */
  #visible() {
    const { scene, current } = this.context.atlas;
    const { columns } = current;
    const found = this.context.found();
    return (slot) => columns.present(slot) && scene.passes(slot) && (!found || found.has(slot));
  }

  /** Select items. @param {number[]} slots @param {Mode} mode */
  take(slots, mode) {
    const { atlas, selection } = this.context;
    const { columns } = atlas.current;
    selection.apply(atlas.space, slots.map((slot) => columns.id[slot]), mode); // prettier-ignore
    this.context.say(`${selection.of(atlas.space).size.toLocaleString('en')} selected`);
  }

  /** @param {number} slot */
  toggle(slot) {
    const { atlas, selection } = this.context;
    const on = selection.toggle(atlas.space, atlas.current.columns.id[slot]);
    this.context.say(`${on ? 'Selected' : 'No longer selected'}, ${selection.size} in all`);
  }

  /** A click on an item; true: it was meant for the selection. @param {number} slot @param {Keys} keys */
  tap(slot, keys) {
    if (!keys.ctrlKey && !keys.metaKey && !keys.shiftKey && !this.tool) return false;
    this.context.atlas.select(slot);
    this.toggle(slot);
    return true;
  }

  /** Everything that shows in the view. @param {number[]} inSight */
  takeView(inSight) {
    this.take(inSight.filter(this.#visible()), 'add');
  }

  invert() {
    const { atlas, selection } = this.context;
    const { columns } = atlas.current;
    const visible = this.#visible();
    const all = [];
    for (let slot = 0; slot < columns.slots; slot++) if (visible(slot)) all.push(columns.id[slot]);
    selection.invert(atlas.space, all);
  }

  /** Slots of what is selected in the space in sight. @returns {number[]} */
  slots() {
    const { atlas, selection } = this.context;
    const ids = selection.of(atlas.space);
    const { columns } = atlas.current;
    const slots = [];
    if (ids.size)
      for (let slot = 0; slot < columns.slots; slot++)
        if (columns.present(slot) && ids.has(columns.id[slot])) slots.push(slot);
    return slots;
  }
}

/**
 * With a tool Shift adds; without one Shift only says that one draws, and Ctrl adds. Alt takes
 * away; both together keep what is in both.
 * @param {Keys} keys @param {Mode | null} chosen in the bar of the tool; null: no tool @returns {Mode}
 */
export function modeOf({ shiftKey, altKey, ctrlKey, metaKey }, chosen) {
  const adds = chosen ? shiftKey : ctrlKey || metaKey;
  if (adds && altKey) return 'intersect';
  if (altKey) return 'subtract';
  return adds ? 'add' : (chosen ?? 'replace');
}
