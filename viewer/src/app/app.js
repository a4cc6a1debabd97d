/** The application: parts, and what happens between them. */
import { Stage } from '../map/stage.js';
import { Bar } from '../ui/bar.js';
import { CardLayer } from '../ui/cards.js';
import { announce, el } from '../ui/element.js';
import { HoverCard } from '../ui/hovercard.js';
import { ItemView } from '../ui/item.js';
import { Messages, StatusLine } from '../ui/messages.js';
import { NameLayer } from '../ui/names.js';
import { listenKeys } from '../ui/shortcuts.js';
import { ThumbSource } from '../ui/thumbs.js';
import { act } from './actions.js';
import { Arrangement } from '../map/arrangement.js';
import { Pointer } from './pointer.js';
import { Narrator } from './narrator.js';
import { Views } from './views.js';
import { Visits } from './visits.js';
import { Address } from './address.js';
import { Atlas } from './atlas.js';
import { Store } from './store/store.js';
import { recall, remember } from './settings.js';

/** @typedef {{host: HTMLElement, tools: Element, base: string, test: boolean, webgl: 'auto' | 'always' | 'never'}} Options */

export class App {
  ready = false;
  #seeTimer = 0;
  /** A lineage is held in sight until something else is asked for. */
  heldPath = false;

  /** @param {Options} options */
  constructor(options) {
    this.options = options;
    this.address = new Address(this);
    this.theme = this.#firstTheme();
    this.messages = new Messages();
    this.status = new StatusLine();
    this.stage = new Stage(options.host, { webgl: options.webgl });
    this.store = new Store(options.base);
    this.#hear();
    this.atlas = new Atlas(this.store, this.stage, this.theme);
    this.scene = this.atlas.scene;
    this.scene.still = options.test || matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.thumbs = new ThumbSource(this.atlas.pages, options.base);
    this.names = new NameLayer((region) => void this.openRegion(region));
    this.scene.thumbs.covered = this.names.boxes;
    this.arrangement = new Arrangement(this.store.data, (plane) => this.#arranged(plane));
    this.cards = new CardLayer();
    this.hover = new HoverCard();
    this.item = this.#itemView();
    this.visits = {
      image: new Visits('image', options.base),
      text: new Visits('text', options.base),
    };
    this.scene.fresh = () => this.visits[this.atlas.space].unseen;
    this.narrator = new Narrator(this.atlas);
    this.bar = new Bar(
      options.tools,
      (tool) => act(this, tool),
      () => act(this, 'switch'),
    );
    this.views = new Views(this);
    const { views } = this;
    this.narrator.quiet = () => views.region.open || this.item.open || views.find.open;
    this.atlas.onMany = (more) => this.toast(`+${more} new`);
    this.toastNode = el('div', { class: 'toast', hidden: true, attrs: { role: 'status' } });
    this.#furnish();
    this.pointer = new Pointer(this);
    this.#listen();
  }

  /** What the store tells. */
  #hear() {
    const { events } = this.store;
    this.store.painted = () => this.#painted();
    events.on('part', ({ space, part }) => this.#onPart(space, part));
    events.on('items', (event) => this.#onItems(event));
    events.on('beforeRefit', (space) => this.atlas.beforeRefit(space));
    events.on('refit', (space) => void this.#onRefit(space));
    events.on('link', (state) => this.#onLink(state));
    events.on('status', (event) => this.status.work(event));
    events.on('gaps', (missing) => this.status.gaps(missing));
    events.on('trouble', (error) => this.messages.trouble(error));
  }

  /** What the address asks for, else what was chosen once, else the system's, which is followed. */
  #firstTheme() {
    const system = matchMedia('(prefers-color-scheme: light)');
    system.addEventListener('change', () => {
      if (!recall('theme')) this.setTheme(system.matches ? 'light' : 'dark', false);
    });
    const theme = this.route.theme || recall('theme') || (system.matches ? 'light' : 'dark');
    document.documentElement.dataset.theme = theme;
    return /** @type {'dark' | 'light'} */ (theme);
  }

  /** Put the parts on the page, the ones below first. */
  #furnish() {
    const { narrator, views } = this;
    this.stage.node.append(this.cards.node, views.figures.node, this.names.node);
    const foot = el('footer', { class: 'foot' }, this.status.node);
    this.options.host.append(
      narrator.title.node, narrator.stamp.node, views.region.node, views.minimap.node, views.timeline.node,
      views.list.node, this.hover.node, this.messages.node, this.toastNode, foot, views.find.node, this.item.node, views.help.node,
    ); // prettier-ignore
  }

  #itemView() {
    return new ItemView({
      base: this.options.base,
      live: () => this.store.manifest?.live === true,
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
  }

  get route() {
    return this.address.route;
  }

  async start() {
    this.#resize();
    this.messages.say('Muser', 'Reading the map …');
    const { space } = this.route;
    this.atlas.space = space;
    this.bar.space(space);
    try {
      await document.fonts.ready;
      await this.store.start(space);
    } catch (error) {
      this.messages.trouble(/** @type {any} */ (error));
      this.status.text.textContent = '';
      this.#retryLater(/** @type {any} */ (error).kind);
      return;
    }
    await this.address.follow(space);
    this.ready = true;
    // Loading makes frames late too: that is not the painter's fault.
    this.scene.paced = !this.options.test;
    performance.mark('muser-ready');
    if (this.route.z === null && this.route.item === null && this.route.region === null)
      this.narrator.stampSpace();
    document.documentElement.dataset.ready = 'true';
  }

  /** A site that does not answer may come back. @param {string | undefined} kind */
  #retryLater(kind) {
    if (this.options.test || (kind !== 'offline' && kind !== 'missing')) return;
    setTimeout(() => void this.start(), 4000);
  }

  #shown = false;
  #chunks = 0;
  /** @param {SpaceName} space @param {'land' | 'regions' | 'columns' | 'loaded'} part */
  #onPart(space, part) {
    if (!this.#shown && space === this.atlas.space) {
      this.#shown = true;
      this.atlas.show(space, this.address.camera());
    }
    // Chunks come in by the hundred: the map follows in larger steps, the words only at the end.
    if (part === 'columns') {
      if (this.#chunks) return;
      this.#chunks = window.setTimeout(() => {
        this.#chunks = 0;
        this.atlas.part(space, part);
      }, 500);
      return;
    }
    this.atlas.part(space, part);
    if (part === 'loaded') this.visits[space].arrive(this.store.spaces[space].columns);
    if (space === this.atlas.space) {
      this.#describe(part === 'loaded');
      if (part === 'land') {
        this.views.refresh();
      }
      if (part === 'loaded') {
        this.narrator.survey();
        this.views.refresh();
      }
    }
  }

  /** What is known so far is on the screen. A page in the background is not painted: it goes on. */
  async #painted() {
    await new Promise((resolve) => {
      setTimeout(resolve, 400);
      requestAnimationFrame(() => setTimeout(resolve));
    });
    performance.mark('muser-land');
  }

  /** Message and status for the space in sight. @param {boolean} loaded */
  #describe(loaded) {
    const { entry, troubles } = this.atlas.current;
    this.status.items(entry.count, this.atlas.space);
    if (entry.count) {
      if (loaded && this.atlas.current.unread) {
        this.messages.say(
          'This map is incomplete',
          `Its files cannot be read (${troubles[0]}). They are asked for again.`,
          true,
        );
      } else this.messages.hide();
      if (troubles.length) console.warn('site:', troubles.join('\n'));
    } else if (loaded) {
      const what = this.atlas.space === 'image' ? 'pictures' : 'notes';
      this.messages.say(
        `No ${what} yet`,
        `Put ${what} into a watched folder: they appear here by themselves.`,
      );
    }
    this.relabel();
  }

  /** @param {ItemsEvent} event */
  #onItems(event) {
    const space = this.store.spaces[event.space];
    for (const item of event.added) this.visits[event.space].add(item.id);
    this.atlas.items(event);
    if (event.space !== this.atlas.space) return;
    if (this.item.open && event.removed.includes(this.item.slot)) this.item.gone();
    this.messages.hide();
    this.status.items(space.entry.count, event.space);
    this.relabel();
    this.views.follow();
  }

  /** @param {SpaceName} space */
  async #onRefit(space) {
    await this.atlas.refit(space);
    this.visits[space].arrive(this.store.spaces[space].columns);
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
    this.names.set(
      this.atlas.current.regions,
      fit,
      (region) => fresh.get(region.id) ?? 0,
      this.scene.size.width,
    );
    this.#arrange();
    this.scene.refresh();
  }

  /** See to it that pictures have their sizes and places. */
  #arrange() {
    const { plane, size } = this.scene;
    if (!plane || plane.kind !== 'map' || !plane.space.entry.thumbs) return;
    const names = { key: this.names.key, list: this.names.obstacles() };
    this.arrangement.tend(plane, size, this.scene.fit().scale, names);
  }

  /** Pictures have other sizes, and names wait for them. @param {import('../map/plane.js').Plane} plane */
  #arranged(plane) {
    if (plane !== this.scene.plane) return;
    if (plane.ranges) this.names.defer(plane.ranges.nameFrom);
    this.scene.stale();
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
      if (this.names.update(frame, frame.landAlpha)) this.scene.refresh();
      this.cards.update(this.scene, frame);
      this.narrator.moved();
      this.#see();
      this.address.soon();
    });
    listenKeys((action) => act(this, action));
  }

  /** @param {number} slot @param {boolean} [walking] */
  openItem(slot, walking = false) {
    this.hover.hide();
    this.atlas.select(slot);
    this.route.item = this.atlas.current.columns.id[slot];
    this.visits[this.atlas.space].see([this.route.item]);
    void this.item.show(this.atlas.current, slot, walking);
    this.address.soon(!walking);
  }

  #closedItem() {
    this.route.item = null;
    void this.atlas.hover(-1);
    if (!this.views.region.open) this.stage.node.focus({ preventScroll: true });
    this.address.soon();
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
    await this.store.load(space);
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
    // Only the daemon makes larger pictures than the pages hold.
    this.atlas.pictures.live = state === 'live';
    if (state === 'live') this.atlas.pictures.retry();
  }
}
