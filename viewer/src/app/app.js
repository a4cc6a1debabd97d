/** The application: parts, and what happens between them. */
import { listen } from '../map/gestures.js';
import { Stage } from '../map/stage.js';
import { toMap } from '../geometry/camera.js';
import { Bar } from '../ui/bar.js';
import { CardLayer } from '../ui/cards.js';
import { announce, el } from '../ui/element.js';
import { HoverCard } from '../ui/hovercard.js';
import { ItemView } from '../ui/item.js';
import { Messages, StatusLine } from '../ui/messages.js';
import { NameLayer } from '../ui/names.js';
import { listenKeys } from '../ui/shortcuts.js';
import { ThumbSource } from '../ui/thumbs.js';
import { Narrator } from './narrator.js';
import { Views } from './views.js';
import { Visits } from './visits.js';
import { Atlas } from './atlas.js';
import { Model } from './model.js';
import { formatRoute, home, parseRoute } from './route.js';
import { recall, remember } from './settings.js';

/** @typedef {{host: HTMLElement, tools: Element, base: string, test: boolean, webgl: boolean}} Options */

const HOVER_MS = 120;

export class App {
  ready = false;
  #hoverTimer = 0;
  #hovered = -1;
  #routeTimer = 0;
  #pushNext = false;
  #tapTimer = 0;
  #seeTimer = 0;
  /** A lineage is held in sight until something else is asked for. */
  heldPath = false;

  /** @param {Options} options */
  constructor(options) {
    this.options = options;
    this.route = parseRoute(location.hash);
    const system = matchMedia('(prefers-color-scheme: light)');
    const theme = this.route.theme || recall('theme') || (system.matches ? 'light' : 'dark');
    this.theme = /** @type {'dark' | 'light'} */ (theme);
    document.documentElement.dataset.theme = this.theme;
    system.addEventListener('change', () => {
      if (!recall('theme')) this.setTheme(system.matches ? 'light' : 'dark', false);
    });
    this.messages = new Messages();
    this.status = new StatusLine();
    this.stage = new Stage(options.host, { webgl: options.webgl });
    this.model = new Model(options.base, {
      part: (space, part) => this.#onPart(space, part),
      items: (event) => this.#onItems(event),
      beforeRefit: (space) => this.atlas.beforeRefit(space),
      refit: (space) => void this.#onRefit(space),
      link: (state) => this.#onLink(state),
      status: (event) => this.status.work(event),
      trouble: (error) => this.messages.trouble(error),
    });
    this.atlas = new Atlas(this.model, this.stage, this.theme);
    this.scene = this.atlas.scene;
    this.scene.still = options.test || matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.thumbs = new ThumbSource(this.atlas.pages, options.base);
    this.names = new NameLayer((region) => void this.openRegion(region));
    this.cards = new CardLayer();
    this.hover = new HoverCard();
    this.item = new ItemView({
      base: options.base,
      live: () => this.model.manifest?.live === true,
      close: () => this.#closedItem(),
      hop: (slot) => this.openItem(slot, true),
      lineage: (slot) => void this.views.lineage(slot),
      findOnMap: (slot) => {
        this.item.close();
        this.views.region.close();
        void this.views.fly(slot);
      },
      drawThumb: (canvas, slot, px) => this.thumbs.draw(canvas, this.atlas.current, slot, px),
    });
    this.visits = { image: new Visits('image', options.base), text: new Visits('text', options.base) };
    this.scene.isFresh = (slot) => this.visits[this.atlas.space].unseen.has(this.atlas.current.columns.id[slot]);
    this.narrator = new Narrator(this.atlas);
    this.bar = new Bar(options.tools, (tool) => this.#act(tool), () => this.#act('switch'));
    this.boxZoom = el('div', { class: 'box-zoom', hidden: true });
    this.views = new Views(this);
    const { views } = this;
    this.narrator.quiet = () => views.region.open || this.item.open || views.find.open;
    this.atlas.onMany = (more) => this.toast(`+${more} new`);
    this.toastNode = el('div', { class: 'toast', hidden: true, attrs: { role: 'status' } });
    this.stage.node.append(this.cards.node, views.figures.node, this.names.node, this.boxZoom);
    const foot = el('footer', { class: 'foot' }, this.status.node);
    options.host.append(
      this.narrator.title.node, this.narrator.stamp.node, views.region.node, views.minimap.node, views.timeline.node,
      views.list.node, this.hover.node, this.messages.node, this.toastNode, foot, views.find.node, this.item.node, views.help.node,
    ); // prettier-ignore
    this.#listen();
  }

  async start() {
    this.#resize();
    this.messages.say('Muser', 'Reading the map …');
    const { space } = this.route;
    this.atlas.space = space;
    this.bar.space(space);
    try {
      await document.fonts.ready;
      await this.model.start(space);
    } catch (error) {
      this.messages.trouble(/** @type {any} */ (error));
      this.status.text.textContent = '';
      this.#retryLater(/** @type {any} */ (error).kind);
      return;
    }
    await this.#settled(space);
    this.ready = true;
    if (this.route.z === null && this.route.item === null && this.route.region === null) this.narrator.stampSpace();
    document.documentElement.dataset.ready = 'true';
  }

  /** A site that does not answer may come back. @param {string | undefined} kind */
  #retryLater(kind) {
    if (this.options.test || (kind !== 'offline' && kind !== 'missing')) return;
    setTimeout(() => void this.start(), 4000);
  }

  /** All that was asked for by the address is there. @param {SpaceName} space */
  async #settled(space) {
    if (this.model.link === 'static') this.status.link('static');
    if (this.route.from && this.route.to && this.views.timeline.node.hidden) {
      this.views.toggleTimeline();
      this.views.timeline.set([Date.parse(this.route.from) / 60_000, Date.parse(this.route.to) / 60_000 + 1439]);
    }
    if (this.route.view === 'tree' && this.atlas.view !== 'tree') await this.views.toggleTree();
    const region = this.route.region === null ? undefined : this.model.spaces[space].regionById.get(this.route.region);
    if (region) await this.views.openRegion(region);
    else this.views.region.close();
    if (this.route.q && !this.views.find.open) this.views.find.show(this.route.q);
    if (this.route.item !== null && this.item.slot !== this.model.spaces[space].columns.slotOf(this.route.item)) {
      const slot = this.model.spaces[space].columns.slotOf(this.route.item);
      if (slot >= 0) {
        if (this.route.z === null) await this.atlas.flyTo(slot);
        this.openItem(slot);
      } else announce('The item of this link is no longer here.');
    }
  }

  #shown = false;
  /** @param {SpaceName} space @param {'land' | 'regions' | 'columns' | 'loaded'} part */
  #onPart(space, part) {
    if (!this.#shown && space === this.atlas.space) {
      this.#shown = true;
      this.atlas.show(space, this.#routeCamera());
    }
    this.atlas.part(space, part);
    if (part === 'loaded') this.visits[space].arrive(this.model.spaces[space].columns);
    if (space === this.atlas.space) {
      this.#describe(part === 'loaded');
      if (part === 'land') this.views.refresh();
      if (part === 'loaded') {
        this.narrator.survey();
        this.views.refresh();
      }
    }
  }

  /** Message and status for the space in sight. @param {boolean} loaded */
  #describe(loaded) {
    const { entry, troubles } = this.atlas.current;
    this.status.items(entry.count, this.atlas.space);
    if (entry.count) {
      if (loaded && troubles.length && !this.atlas.current.columns.slots) {
        this.messages.say('This map is incomplete', `Some of its files cannot be read (${troubles[0]}).`, true);
      } else this.messages.hide();
      if (troubles.length) console.warn('site:', troubles.join('\n'));
    } else if (loaded) {
      const what = this.atlas.space === 'image' ? 'pictures' : 'notes';
      this.messages.say(`No ${what} yet`, `Put ${what} into a watched folder: they appear here by themselves.`);
    }
    this.relabel();
  }

  /** @returns {Camera | null} */
  #routeCamera() {
    const { z, x, y } = this.route;
    if (z === null) return null;
    const plane = this.atlas.mapOf(this.atlas.space);
    const frame = plane.frame;
    this.scene.plane ??= plane;
    return {
      x: frame[0] + x * (frame[2] - frame[0]),
      y: frame[1] + y * (frame[3] - frame[1]),
      scale: this.scene.fit().scale * 2 ** z,
    };
  }

  /** @param {ItemsEvent} event */
  #onItems(event) {
    const space = this.model.spaces[event.space];
    for (const item of event.added) this.visits[event.space].add(item.id);
    this.atlas.items(event);
    if (event.space !== this.atlas.space) return;
    if (this.item.open && event.removed.includes(this.item.slot)) this.item.gone();
    this.messages.hide();
    this.status.items(space.entry.count, event.space);
    for (const item of event.added) {
      for (const id of item.region) {
        const region = space.regionById.get(id);
        if (region) region.count++;
      }
    }
    this.relabel();
    this.views.list.fill();
  }

  /** @param {SpaceName} space */
  async #onRefit(space) {
    await this.atlas.refit(space);
    this.visits[space].arrive(this.model.spaces[space].columns);
    if (space !== this.atlas.space) return;
    this.narrator.survey();
    this.#describe(true);
    this.views.refresh();
    if (this.item.open && !this.atlas.current.columns.present(this.item.slot)) this.item.gone();
  }

  /** @param {string} text said for a moment */
  toast(text) {
    this.toastNode.textContent = text;
    this.toastNode.hidden = false;
    clearTimeout(this.#toastTimer);
    this.#toastTimer = window.setTimeout(() => (this.toastNode.hidden = true), 4000);
  }
  #toastTimer = 0;

  dropPath() {
    this.heldPath = false;
    this.atlas.marks.setLinks([]);
    this.scene.bringOut(new Set());
  }

  /** New items that one has had in good sight for a while are no longer new. */
  #see() {
    const visits = this.visits[this.atlas.space];
    if (!visits.unseen.size || this.#seeTimer) return;
    this.#seeTimer = window.setTimeout(() => {
      this.#seeTimer = 0;
      if (document.hidden || this.scene.cellPx < 28) return;
      const { columns } = this.atlas.current;
      if (visits.see(this.views.list.inSight().map((slot) => columns.id[slot]))) {
        this.scene.stale();
        this.relabel();
      }
    }, 1800);
  }

  relabel() {
    const fit = this.scene.fit().scale;
    const fresh = this.visits[this.atlas.space].perRegion(this.atlas.current.columns);
    this.names.set(this.atlas.current.regions, fit, (region) => fresh.get(region.id) ?? 0, this.scene.size.width);
    this.scene.refresh();
  }

  #resize() {
    const before = this.scene.size;
    this.scene.size = this.stage.size();
    this.scene.dpr = this.options.test ? 1 : Math.min(devicePixelRatio || 1, 2);
    if (before.width > 1 && this.scene.plane) this.relabel();
    this.scene.stale();
  }

  #listen() {
    new ResizeObserver(() => this.#resize()).observe(this.stage.node);
    this.scene.onFrame.push((frame) => {
      this.names.update(frame, frame.landAlpha);
      this.cards.update(this.scene, frame);
      this.narrator.moved();
      this.#see();
      this.routeSoon();
    });
    listen(this.stage.node, {
      touch: () => {
        this.scene.halt();
        this.stage.node.focus({ preventScroll: true });
      },
      pan: (dx, dy) => this.scene.pan(dx, dy),
      zoom: (factor, x, y) => this.scene.zoom(factor, x, y),
      fling: (vx, vy) => this.scene.fling(vx, vy),
      box: (x0, y0, x1, y1, done) => this.#box(x0, y0, x1, y1, done),
      hover: (x, y) => this.#hoverAt(x, y),
      leave: () => this.#hoverAt(-1, -1),
      tap: (x, y, touch) => this.#tap(x, y, touch),
      twice: (x, y) => {
        clearTimeout(this.#tapTimer);
        this.#zoomTo(2, x, y);
      },
    });
    listenKeys((action, event) => this.#act(action, event));
    addEventListener('hashchange', () => this.#onHash());
  }

  /** @param {number} factor @param {number} [x] px @param {number} [y] px */
  #zoomTo(factor, x = this.scene.size.width / 2, y = this.scene.size.height / 2) {
    const { camera, size } = this.scene;
    const [mx, my] = toMap(camera, size, x, y);
    const scale = Math.min(Math.max(camera.scale * factor, this.scene.scales.min), this.scene.scales.max);
    const to = { x: mx - (x - size.width / 2) / scale, y: my + (y - size.height / 2) / scale, scale };
    void this.scene.fly(to, 260);
  }

  /** @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1 @param {boolean} done */
  #box(x0, y0, x1, y1, done) {
    const [left, top] = [Math.min(x0, x1), Math.min(y0, y1)];
    const [width, height] = [Math.abs(x1 - x0), Math.abs(y1 - y0)];
    this.boxZoom.hidden = done;
    this.boxZoom.style.left = `${left}px`;
    this.boxZoom.style.top = `${top}px`;
    this.boxZoom.style.width = `${width}px`;
    this.boxZoom.style.height = `${height}px`;
    if (!done || width < 8 || height < 8) return;
    const { camera, size } = this.scene;
    const [x, y] = toMap(camera, size, left + width / 2, top + height / 2);
    void this.scene.fly({ x, y, scale: camera.scale * Math.min(size.width / width, size.height / height) }, 700);
  }

  /** @param {number} x px; −1: nowhere @param {number} y px */
  #hoverAt(x, y) {
    const slot = x < 0 || this.scene.flying ? -1 : this.scene.pick(x, y);
    if (slot === this.#hovered) return;
    this.#hovered = slot;
    this.stage.node.style.cursor = slot >= 0 ? 'pointer' : '';
    clearTimeout(this.#hoverTimer);
    this.hover.hide();
    if (slot < 0) {
      if (!this.heldPath) void this.atlas.hover(-1);
      return;
    }
    this.#hoverTimer = window.setTimeout(() => {
      if (!this.heldPath) void this.atlas.hover(slot);
      void this.hover.show(this.atlas.current, slot, [x, y], this.scene.size);
    }, HOVER_MS);
  }

  /** @param {number} x @param {number} y @param {boolean} touch */
  #tap(x, y, touch) {
    const slot = this.scene.pick(x, y, touch ? 16 : 6);
    if (this.heldPath) this.dropPath();
    if (slot >= 0) {
      // In the tree a click shows where an item lives; on the map, the item.
      if (this.atlas.view === 'tree') void this.views.fly(slot);
      else this.openItem(slot);
      return;
    }
    this.atlas.select(-1);
    const [mx, my] = toMap(this.scene.camera, this.scene.size, x, y);
    const region = this.atlas.view === 'map' && this.narrator.level() >= 0 ? this.narrator.regionAt(mx, my) : null;
    clearTimeout(this.#tapTimer);
    // A second tap would zoom in: wait for it.
    if (region) this.#tapTimer = window.setTimeout(() => void this.openRegion(region), 320);
  }

  /** @param {number} slot @param {boolean} [walking] */
  openItem(slot, walking = false) {
    this.hover.hide();
    this.atlas.select(slot);
    this.route.item = this.atlas.current.columns.id[slot];
    this.visits[this.atlas.space].see([this.route.item]);
    void this.item.show(this.atlas.current, slot, walking);
    this.routeSoon(!walking);
  }

  #closedItem() {
    this.route.item = null;
    void this.atlas.hover(-1);
    if (!this.views.region.open) this.stage.node.focus({ preventScroll: true });
    this.routeSoon();
  }

  /** @param {Region} region */
  async openRegion(region) {
    await this.views.openRegion(region);
  }

  /** @param {SpaceName} space */
  async showSpace(space) {
    this.atlas.leave();
    this.views.region.close();
    this.views.find.close();
    this.item.close();
    this.heldPath = false;
    this.bar.space(space);
    this.bar.pressed('tree', false);
    this.route.space = space;
    this.route.view = 'map';
    this.names.clear();
    this.cards.clear();
    this.hover.hide();
    this.#shown = false;
    this.atlas.space = space;
    this.messages.hide();
    const held = this.atlas.planes[space].camera.map ?? null;
    await this.model.load(space);
    this.#shown = true;
    if (this.atlas.space !== space) return;
    this.atlas.show(space, held);
    this.narrator.survey();
    this.#describe(true);
    this.views.refresh();
    if (!held) this.narrator.stampSpace();
    announce(space === 'image' ? 'Map of pictures' : 'Map of notes');
  }

  /** @param {'dark' | 'light'} theme @param {boolean} [keep] */
  setTheme(theme, keep = true) {
    this.theme = theme;
    document.documentElement.dataset.theme = theme;
    if (keep) remember('theme', theme);
    this.atlas.setTheme(theme);
    this.views.refresh();
  }

  /** @param {'static' | 'live' | 'paused'} state */
  #onLink(state) {
    this.status.link(state);
  }

  /** @param {string} action @param {Event} [_event] @returns {boolean} */
  #act(action, _event) {
    const { scene } = this;
    if (this.views.help.node.open) return false;
    if (this.item.open) {
      if (action === 'left') this.item.step(-1);
      else if (action === 'right') this.item.step(1);
      else if (action === 'facts') this.item.toggleFacts();
      else if (action === 'zoomItem') this.item.toggleZoom();
      else if (action === 'back') this.item.close();
      else return false;
      return true;
    }
    /** @type {Record<string, () => void>} */
    const acts = {
      left: () => scene.pan(100, 0),
      right: () => scene.pan(-100, 0),
      up: () => scene.pan(0, 100),
      down: () => scene.pan(0, -100),
      in: () => this.#zoomTo(1.6),
      out: () => this.#zoomTo(1 / 1.6),
      fit: () => void scene.fly(scene.fit()),
      switch: () => void this.showSpace(this.atlas.space === 'image' ? 'text' : 'image'),
      theme: () => this.setTheme(this.theme === 'dark' ? 'light' : 'dark'),
      find: () => this.views.find.show(),
      help: () => this.views.help.show(this.model.manifest),
      tree: () => void this.views.toggleTree(),
      timeline: () => this.views.toggleTimeline(),
      list: () => this.views.toggleList(),
      minimap: () => this.views.toggleMinimap(),
      previous: () => this.views.stepRegion(-1),
      next: () => this.views.stepRegion(1),
      hide: () => document.body.classList.toggle('hide-interface'),
    };
    if (action === 'back') return this.views.back();
    const act = acts[action];
    if (!act) return false;
    act();
    return true;
  }

  /** @param {boolean} [push] a step that the browser's Back takes back */
  routeSoon(push = false) {
    this.#pushNext ||= push;
    clearTimeout(this.#routeTimer);
    this.#routeTimer = window.setTimeout(() => this.#writeRoute(), push ? 0 : 250);
  }

  #writeRoute() {
    const { scene } = this;
    if (!scene.plane || !this.ready) return;
    const frame = scene.plane.frame;
    this.route.space = this.atlas.space;
    this.route.z = Math.log2(scene.camera.scale / scene.fit().scale);
    this.route.x = (scene.camera.x - frame[0]) / (frame[2] - frame[0] || 1);
    this.route.y = (scene.camera.y - frame[1]) / (frame[3] - frame[1] || 1);
    const hash = formatRoute(this.route);
    if (hash === location.hash) return;
    if (this.#pushNext) history.pushState(null, '', hash);
    else history.replaceState(null, '', hash);
    this.#pushNext = false;
  }

  async #onHash() {
    const next = parseRoute(location.hash);
    const same = next.space === this.atlas.space;
    this.route = next.z === null && !location.hash ? home() : next;
    if (next.item === null) this.item.close();
    if (!same) await this.showSpace(next.space);
    if (next.view === 'map' && this.atlas.view === 'tree') await this.views.toggleTree();
    const camera = this.views.region.open || next.region !== null ? null : this.#routeCamera();
    if (camera) await this.scene.fly(camera, 900);
    await this.#settled(next.space);
  }
}
