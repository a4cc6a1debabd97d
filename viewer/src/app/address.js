/** The address of what one sees: written while one moves, followed when it changes. */
import { announce } from '../ui/element.js';
import { formatRoute, home, parseRoute } from './route.js';

/** @typedef {import('./route.js').Route} Route */
/**
 * What an address can ask for.
 * @typedef {{
 *   atlas: import('./atlas.js').Atlas, store: import('./store/store.js').Store,
 *   ready: () => boolean,
 *   openItem: (slot: number) => void, closeItem: () => void, openedItem: () => number,
 *   openRegion: (region: Region) => Promise<void>, closeRegion: () => void, openedRegion: () => Region | null,
 *   showSpace: (space: SpaceName) => Promise<void>, toggleTree: () => Promise<void>,
 *   showTime: (from: number, to: number) => void, find: (q: string) => void, finding: () => string | null,
 * }} AddressContext
 */

export class Address {
  route = parseRoute(location.hash);
  #timer = 0;
  #pushNext = false;
  /** An address is being followed: what that opens is no step of its own. */
  #following = 0;
  /** Set before anything is followed. @type {AddressContext} */
  context = /** @type {any} */ (null);

  /** @param {AddressContext} context */
  listen(context) {
    this.context = context;
    addEventListener('hashchange', () => void this.#onHash());
  }

  /** @returns {Camera | null} */
  camera() {
    const { z, x, y } = this.route;
    if (z === null) return null;
    const { atlas } = this.context;
    const { frame } = atlas.mapOf(atlas.space);
    return {
      x: frame[0] + x * (frame[2] - frame[0]),
      y: frame[1] + y * (frame[3] - frame[1]),
      scale: atlas.wholeOf(atlas.space).scale * 2 ** z,
    };
  }

  /** All that was asked for by the address is there. @param {SpaceName} space */
  async follow(space) {
    this.#following++;
    await this.#open(space).finally(() => this.#following--);
  }

  /** @param {SpaceName} name */
  async #open(name) {
    const { context, route } = this;
    const space = context.store.spaces[name];
    if (route.from && route.to)
      context.showTime(Date.parse(route.from) / 60_000, Date.parse(route.to) / 60_000 + 1439);
    if (route.view === 'tree' && context.atlas.view !== 'tree') await context.toggleTree();
    const region = route.region === null ? undefined : space.regionById.get(route.region);
    if (!region) context.closeRegion();
    else if (context.openedRegion() !== region) await context.openRegion(region);
    if (route.q && context.finding() !== route.q) context.find(route.q);
    if (route.item === null) return;
    const slot = space.columns.slotOf(route.item);
    if (slot < 0) announce('The item of this link is no longer here.');
    else if (context.openedItem() !== slot) {
      if (route.z === null) await context.atlas.flyTo(slot);
      context.openItem(slot);
    }
  }

  /** Change some of it. @param {Partial<Route>} parts @param {boolean} [push] a step that the browser's Back takes back */
  set(parts, push = false) {
    Object.assign(this.route, parts);
    this.soon(push);
  }

  /** @param {boolean} [push] */
  soon(push = false) {
    this.#pushNext ||= push && !this.#following;
    clearTimeout(this.#timer);
    // A step is written at once, also when the camera moves on before it is.
    this.#timer = window.setTimeout(() => this.#write(), this.#pushNext ? 0 : 250);
  }

  #write() {
    const { atlas, ready } = this.context;
    const { scene } = atlas;
    if (!scene.plane || !ready()) return;
    const { frame } = scene.plane;
    this.route.space = atlas.space;
    this.route.z = Math.log2(scene.camera.scale / scene.fit().scale);
    this.route.x = (scene.camera.x - frame[0]) / (frame[2] - frame[0] || 1);
    this.route.y = (scene.camera.y - frame[1]) / (frame[3] - frame[1] || 1);
    const hash = formatRoute(this.route);
    const push = this.#pushNext;
    this.#pushNext = false;
    if (hash === location.hash) return;
    if (push) history.pushState(null, '', hash);
    else history.replaceState(null, '', hash);
  }

  async #onHash() {
    const { context } = this;
    const next = parseRoute(location.hash);
    const same = next.space === context.atlas.space;
    this.route = next.z === null && !location.hash ? home() : next;
    if (next.item === null) context.closeItem();
    if (!same) await context.showSpace(next.space);
    if (next.view === 'map' && context.atlas.view === 'tree') await context.toggleTree();
    const camera = context.openedRegion() || next.region !== null ? null : this.camera();
    if (camera) await context.atlas.scene.fly(camera, 900);
    await this.follow(next.space);
  }
}
