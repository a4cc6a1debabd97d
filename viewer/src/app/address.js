/** The address of what one sees: written while one moves, followed when it changes. */
import { announce } from '../ui/element.js';
import { formatRoute, home, parseRoute } from './route.js';

/** @typedef {import('./app.js').App} App */

export class Address {
  route = parseRoute(location.hash);
  #timer = 0;
  #pushNext = false;
  /** An address is being followed: what that opens is no step of its own. */
  #following = 0;

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    addEventListener('hashchange', () => void this.#onHash());
  }

  /** @returns {Camera | null} */
  camera() {
    const { z, x, y } = this.route;
    if (z === null) return null;
    const plane = this.app.atlas.mapOf(this.app.atlas.space);
    const frame = plane.frame;
    this.app.scene.plane ??= plane;
    return {
      x: frame[0] + x * (frame[2] - frame[0]),
      y: frame[1] + y * (frame[3] - frame[1]),
      scale: this.app.scene.fit().scale * 2 ** z,
    };
  }

  /** All that was asked for by the address is there. @param {SpaceName} space */
  async follow(space) {
    this.#following++;
    await this.#open(space).finally(() => this.#following--);
  }

  /** @param {SpaceName} space */
  async #open(space) {
    if (this.app.store.link === 'static') this.app.status.link('static');
    if (this.route.from && this.route.to && this.app.views.timeline.node.hidden) {
      this.app.views.toggleTimeline();
      this.app.views.timeline.set([
        Date.parse(this.route.from) / 60_000,
        Date.parse(this.route.to) / 60_000 + 1439,
      ]);
    }
    if (this.route.view === 'tree' && this.app.atlas.view !== 'tree')
      await this.app.views.toggleTree();
    const region =
      this.route.region === null
        ? undefined
        : this.app.store.spaces[space].regionById.get(this.route.region);
    if (!region) this.app.views.region.close();
    else if (this.app.views.region.region !== region || !this.app.views.region.open)
      await this.app.views.openRegion(region);
    if (this.route.q && !this.app.views.find.open) this.app.views.find.show(this.route.q);
    if (this.route.item === null) return;
    const slot = this.app.store.spaces[space].columns.slotOf(this.route.item);
    if (slot < 0) announce('The item of this link is no longer here.');
    else if (this.app.item.slot !== slot) {
      if (this.route.z === null) await this.app.atlas.flyTo(slot);
      this.app.openItem(slot);
    }
  }

  /** @param {boolean} [push] a step that the browser's Back takes back */
  soon(push = false) {
    this.#pushNext ||= push && !this.#following;
    clearTimeout(this.#timer);
    // A step is written at once, also when the camera moves on before it is.
    this.#timer = window.setTimeout(() => this.#write(), this.#pushNext ? 0 : 250);
  }

  #write() {
    const { scene } = this.app;
    if (!scene.plane || !this.app.ready) return;
    const frame = scene.plane.frame;
    this.route.space = this.app.atlas.space;
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
    const next = parseRoute(location.hash);
    const same = next.space === this.app.atlas.space;
    this.route = next.z === null && !location.hash ? home() : next;
    if (next.item === null) this.app.item.close();
    if (!same) await this.app.showSpace(next.space);
    if (next.view === 'map' && this.app.atlas.view === 'tree') await this.app.views.toggleTree();
    const camera = this.app.views.region.open || next.region !== null ? null : this.camera();
    if (camera) await this.app.scene.fly(camera, 900);
    await this.follow(next.space);
  }
}
