/** The panels around the map and what they do: region, tree, timeline, list, overview, find, help. */
import { FigureLayer } from '../ui/rings.js';
import { FindBox } from '../ui/find.js';
import { HelpSheet } from '../ui/help.js';
import { ListView } from '../ui/list.js';
import { Minimap } from '../ui/minimap.js';
import { RegionView } from '../ui/region.js';
import { Timeline } from '../ui/timeline.js';
import { announce } from '../ui/element.js';
import { THEMES } from './theme.js';
import { recall, remember } from './settings.js';

/** @typedef {import('./app.js').App} App */

const FOLLOW_MS = 400;

export class Views {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    const { atlas, scene } = app;
    const drawThumb = (
      /** @type {HTMLCanvasElement} */ canvas,
      /** @type {number} */ slot,
      /** @type {number} */ px,
    ) => app.thumbs.draw(canvas, atlas.current, slot, px);
    this.region = new RegionView({
      remote: app.store.data,
      openItem: (slot) => app.openItem(slot),
      closed: () => this.#regionClosed(),
      drawThumb,
      still: () => scene.still,
    });
    this.figures = new FigureLayer();
    this.timeline = new Timeline((brush) => this.#brushed(brush));
    this.list = new ListView(scene, {
      open: (slot) => app.openItem(slot),
      hover: (slot) => void atlas.hover(slot),
      drawThumb,
    });
    this.minimap = new Minimap((x, y) => {
      scene.halt();
      scene.look({ ...scene.camera, x, y });
    });
    this.minimap.node.hidden = recall('minimap', innerWidth > 700 ? 'on' : 'off') !== 'on';
    this.find = new FindBox({
      space: () => atlas.current,
      live: () => app.store.link === 'live',
      base: app.options.base,
      go: (hit) => void this.#go(hit),
      query: (q) => {
        app.route.q = q;
        app.address.soon();
      },
    });
    const wish = recall('pictures', 'map');
    if (wish === 'mosaic' || wish === 'quiet') scene.wish = wish;
    this.help = new HelpSheet();
    atlas.phylogeny.onLaid = () => this.#years();
    scene.onFrame.push((frame) => {
      this.figures.update(frame, atlas.view, (x, y) => scene.thumbs.taken(x, y));
      this.minimap.update(frame);
      this.list.moved();
    });
  }

  /** Everything that depends on a space's data or the theme. */
  refresh() {
    const { atlas, theme } = this.app;
    this.figures.heights(atlas.current.land);
    this.minimap.set(atlas.current.land, THEMES[theme], atlas.space);
    if (!this.timeline.node.hidden) this.timeline.show(atlas.current);
    this.app.scene.refresh();
  }

  #followTimer = 0;

  /** Items of the space in sight came, went or changed. */
  follow() {
    this.list.stale();
    if (this.#followTimer) return;
    this.#followTimer = window.setTimeout(() => {
      this.#followTimer = 0;
      if (!this.timeline.node.hidden) this.timeline.show(this.app.atlas.current);
      this.find.follow();
    }, FOLLOW_MS);
  }

  /** @param {Region} region */
  async openRegion(region) {
    const { app } = this;
    app.hover.hide();
    app.narrator.title.hide();
    app.route.region = region.id;
    app.address.soon(true);
    await app.store.load(app.atlas.space); // names come before the items they name
    await app.atlas.flyToRegion(region);
    if (app.route.region !== region.id) return;
    document.body.classList.add('in-region');
    app.scene.showItems(false);
    app.narrator.stampRegion(region);
    await this.region.show(app.atlas.current, region);
  }

  #regionClosed() {
    document.body.classList.remove('in-region');
    this.app.scene.showItems(true);
    this.app.route.region = null;
    this.app.address.soon();
    this.app.stage.node.focus({ preventScroll: true });
  }

  /** @param {import('../ui/find.js').Hit} hit */
  async #go(hit) {
    const { app } = this;
    this.find.close();
    if (hit.kind === 'region') {
      app.atlas.showMap();
      await app.atlas.flyToRegion(hit.region);
      app.narrator.stampRegion(hit.region);
      return;
    }
    await this.fly(hit.slot);
  }

  /** Fly to an item and say where one is. @param {number} slot */
  async fly(slot) {
    const { app } = this;
    app.atlas.showMap();
    app.bar.pressed('tree', false);
    app.atlas.select(slot);
    await app.atlas.flyTo(slot);
    void app.narrator.stampItem(slot);
  }

  async toggleTree() {
    const { app } = this;
    const { atlas } = app;
    if (atlas.view === 'tree') {
      atlas.showMap();
      app.route.view = 'map';
      announce('Map');
    } else {
      const tree = await atlas.showTree();
      if (!tree || !tree.count) {
        announce('There is no lineage yet.');
        return;
      }
      app.route.view = 'tree';
      announce(`Phylogeny of ${tree.count} items`);
      if (tree.count < tree.total)
        app.toast(
          `The ${tree.count.toLocaleString('en')} most prominent of ${tree.total.toLocaleString('en')} items`,
        );
    }
    app.bar.pressed('tree', atlas.view === 'tree');
    app.address.soon();
  }

  #years() {
    const { tree, plane } = this.app.atlas.phylogeny;
    if (tree && plane)
      this.figures.years(
        tree.rings,
        (plane.frame[0] + plane.frame[2]) / 2,
        (plane.frame[1] + plane.frame[3]) / 2,
      );
  }

  /** Show an item's way to the root in the tree. @param {number} slot */
  async lineage(slot) {
    const { app } = this;
    app.item.close();
    this.region.close();
    const path = await app.atlas.phylogeny.path(slot);
    if (app.atlas.view !== 'tree') await this.toggleTree();
    app.atlas.select(slot);
    app.atlas.showPath(path);
    app.heldPath = true;
    announce(`${path.length - 1} generations from the root`);
    app.toast(
      path.length > 1 ? `${path.length - 1} generations back to the root` : 'This is the root',
    );
  }

  toggleTimeline() {
    const { timeline } = this;
    timeline.node.hidden = !timeline.node.hidden;
    document.body.classList.toggle('with-timeline', !timeline.node.hidden);
    if (!timeline.node.hidden) timeline.show(this.app.atlas.current);
    else timeline.set(null);
    this.app.bar.pressed('timeline', !timeline.node.hidden);
  }

  /** @param {[number, number] | null} brush */
  #brushed(brush) {
    const { app } = this;
    app.scene.filter = brush ? { from: brush[0], to: brush[1] } : null;
    const iso = (/** @type {number} */ minutes) =>
      new Date(minutes * 60_000).toISOString().slice(0, 10);
    app.route.from = brush ? iso(brush[0]) : '';
    app.route.to = brush ? iso(brush[1]) : '';
    app.scene.stale();
    app.address.soon();
  }

  toggleList() {
    const on = this.list.node.hidden;
    this.list.toggle(on);
    document.body.classList.toggle('with-list', on);
    this.app.bar.pressed('list', on);
    if (on) this.list.head.focus({ preventScroll: true });
  }

  toggleMinimap() {
    this.minimap.node.hidden = !this.minimap.node.hidden;
    remember('minimap', this.minimap.node.hidden ? 'off' : 'on');
    this.app.scene.refresh();
  }

  /** As a map of the important ones, as a mosaic of all that has room, or not at all. */
  nextPictures() {
    const { scene } = this.app;
    const turns = /** @type {const} */ (['map', 'mosaic', 'quiet']);
    scene.wish = turns[(turns.indexOf(scene.wish) + 1) % turns.length];
    remember('pictures', scene.wish);
    this.app.toast(
      { map: 'Pictures: map', mosaic: 'Pictures: mosaic', quiet: 'No pictures' }[scene.wish],
    );
    scene.refresh();
  }

  /** Previous or next region of those whose names show. @param {number} by */
  stepRegion(by) {
    const { app } = this;
    const regions = [...app.atlas.current.regions]
      .filter((region) => region.level === Math.max(0, app.narrator.level()))
      .sort((a, b) => a.id - b.id);
    if (!regions.length) return;
    const { camera } = app.scene;
    const nearest = regions.reduce((best, one) =>
      Math.hypot(one.x - camera.x, one.y - camera.y) <
      Math.hypot(best.x - camera.x, best.y - camera.y)
        ? one
        : best,
    );
    const at = this.#stepped && regions.includes(this.#stepped) ? this.#stepped : nearest;
    const next = regions[(regions.indexOf(at) + by + regions.length) % regions.length];
    this.#stepped = next;
    void app.atlas.flyToRegion(next).then(() => announce(next.name));
    if (this.region.open) void this.openRegion(next);
  }

  /** @type {Region | null} */
  #stepped = null;

  /** One layer back. @returns {boolean} */
  back() {
    const { app } = this;
    if (this.find.open) this.find.close();
    else if (this.region.open) this.region.close();
    else if (!this.list.node.hidden) this.toggleList();
    else if (!this.timeline.node.hidden) this.toggleTimeline();
    else if (app.heldPath) app.dropPath();
    else if (app.atlas.view === 'tree') void this.toggleTree();
    else if (document.body.classList.contains('hide-interface'))
      document.body.classList.remove('hide-interface');
    else if (app.scene.selected >= 0) app.atlas.select(-1);
    else return false;
    return true;
  }
}
