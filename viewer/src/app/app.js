/** Puts the page together: makes the parts and gives each what it needs. No part knows the page. */
import { Stage } from '../map/stage.js';
import { Bar, PhoneBar } from '../ui/bar.js';
import { Dock } from '../ui/dock.js';
import { el } from '../ui/element.js';
import { HelpSheet } from '../ui/help.js';
import { ItemView } from '../ui/item.js';
import { ListView } from '../ui/list.js';
import { Messages, StatusLine } from '../ui/messages.js';
import { MoreSheet } from '../ui/more.js';
import { PeekCard } from '../ui/peek.js';
import { listenKeys } from '../ui/shortcuts.js';
import { ThumbSource } from '../ui/thumbs.js';
import { Toast } from '../ui/toast.js';
import { act } from './actions.js';
import { Address } from './address.js';
import { Arrivals } from './arrivals.js';
import { Atlas } from './atlas.js';
import { Follow } from './follow.js';
import { galleryItems, makeHands } from './hands.js';
import { Keeping } from './keeping.js';
import { keyboardOf } from './keyboard.js';
import { Labels } from './labels.js';
import { Narrator } from './narrator.js';
import { Navigation } from './navigation.js';
import { makeOverview, toggleOverview } from './overview.js';
import { nextPictures, recallPictures } from './pictures.js';
import { Pointer } from './pointer.js';
import { Regions } from './regions.js';
import { firstTheme, remember } from './settings.js';
import { Selection } from './store/selection.js';
import { Store } from './store/store.js';
import { THEMES } from './theme.js';
import { TreeView } from './treeview.js';
import { Visits } from './visits.js';

/** @typedef {{host: HTMLElement, tools: Element, base: string, test: boolean, webgl: 'auto' | 'always' | 'never'}} Options */

const RETRY_MS = 4000;
const FOLLOW_MS = 400;

export class App {
  ready = false;

  /** @param {Options} options */
  constructor(options) {
    const { base } = (this.options = options);
    this.address = new Address();
    this.theme = firstTheme(this.address.route.theme, (theme) => this.setTheme(theme, false));
    this.messages = new Messages();
    this.status = new StatusLine();
    this.toast = new Toast();
    this.dock = new Dock();
    this.stage = new Stage(options.host, { webgl: options.webgl });
    this.store = new Store(base);
    this.selection = new Selection();
    this.atlas = new Atlas(this.store, this.stage, this.theme);
    this.scene = this.atlas.scene;
    this.scene.withoutMotion(
      options.test || matchMedia('(prefers-reduced-motion: reduce)').matches,
    );
    this.visits = { image: new Visits('image', base), text: new Visits('text', base) };
    this.scene.glowFor(() => this.visits[this.atlas.space].unseen);
    this.narrator = new Narrator(this.atlas);
    this.thumbs = new ThumbSource(this.atlas.pages, base);
    this.follow = new Follow(this.atlas, (text, take) => this.toast.offer(text, take));
    this.labels = this.#makeLabels();
    this.regions = this.#makeRegions();
    this.tree = this.#makeTree();
    this.list = this.#makeList();
    this.minimap = makeOverview(this.scene, () => this.follow.moved());
    recallPictures(this.scene);
    this.help = new HelpSheet();
    this.item = this.#makeItem();
    this.peek = this.#makePeek();
    const parts = {
      ...this,
      drawThumb: this.#drawThumb,
      navigation: () => this.navigation,
      keeping: /** @returns {Keeping} */ () => this.keeping,
      pressed: (/** @type {import('../ui/bar.js').Tool} */ tool, /** @type {boolean} */ on) => this.bar.pressed(tool, on), // prettier-ignore
    };
    const hands = makeHands(parts);
    /** @type {Keeping} */
    this.keeping = new Keeping({ ...parts, refreshed: () => this.list.stale() }, hands);
    this.finding = hands.finding;
    this.picking = hands.picking;
    this.selectBar = hands.selectBar;
    this.gallery = hands.gallery;
    this.tray = hands.tray;
    this.time = hands.time;
    this.arrivals = this.#makeArrivals();
    this.pointer = this.#makePointer();
    const press = (/** @type {import('../ui/shortcuts.js').Action} */ action) => void act(this.keyboard, action); // prettier-ignore
    this.bar = new Bar(options.tools, press, () => press('switch'));
    this.more = new MoreSheet(this.dock, press);
    this.phoneBar = new PhoneBar((to) => (to === 'more' ? this.more.toggle() : press(to)));
    this.navigation = new Navigation({ ...this, landed: () => this.refresh(true) });
    this.keyboard = keyboardOf({ ...this, help: () => this.help.node, show: this.#shows() });
    this.#furnish();
    this.#listen();
  }

  /** @param {HTMLCanvasElement} canvas @param {number} slot @param {number} px @returns {Promise<boolean>} */
  #drawThumb = (canvas, slot, px) => this.thumbs.draw(canvas, this.atlas.current, slot, px);

  /** @param {number} slot */
  #openItem = (slot) => this.navigation.openItem(slot);

  #makeLabels() {
    return new Labels({
      atlas: this.atlas,
      visits: this.visits,
      openRegion: (region) => void this.regions.open(region),
      inSight: () => this.list.inSight(),
      drawThumb: (canvas, slot, px) => this.thumbs.draw(canvas, this.atlas.current, slot, px),
    });
  }

  /** @returns {Regions} */
  #makeRegions() {
    return new Regions({
      atlas: this.atlas,
      store: this.store,
      narrator: this.narrator,
      hover: this.labels.hover,
      openItem: this.#openItem,
      drawThumb: this.#drawThumb,
      select: (slots) => this.picking.take(slots, 'add'),
      keeping: () => this.keeping,
      items: galleryItems({
        ...this,
        drawThumb: this.#drawThumb,
        navigation: () => this.navigation,
      }),
      route: (region) => this.address.set({ region }, region !== null),
      focusMap: () => this.navigation.focusMap(),
    });
  }

  /** @returns {TreeView} */
  #makeTree() {
    return new TreeView({
      atlas: this.atlas,
      toast: (text) => this.toast.show(text),
      shown: (view) => {
        this.bar.pressed('tree', view === 'tree');
        this.address.set({ view });
      },
      clear: () => {
        this.item.close();
        this.regions.close();
      },
    });
  }

  /** @returns {ListView} */
  #makeList() {
    return new ListView(this.scene, {
      open: this.#openItem,
      hover: (slot) => void this.atlas.hover(slot),
      drawThumb: this.#drawThumb,
    });
  }

  /** @returns {ItemView} */
  #makeItem() {
    return new ItemView({
      base: this.options.base,
      dock: this.dock,
      drawThumb: this.#drawThumb,
      live: () => this.store.manifest?.live === true,
      close: () => this.navigation.closedItem(),
      hop: (slot) => this.navigation.openItem(slot, true),
      lineage: (slot) => void this.tree.lineage(slot),
      findOnMap: (slot) => void this.navigation.findOnMap(slot),
      like: (slot) => this.navigation.like([slot]),
      select: (slot) => this.picking.toggle(slot),
      selected: (slot) => this.selection.has(this.atlas.space, this.atlas.current.columns.id[slot]),
      walk: (slot) => this.navigation.walkOf(slot),
      edit: (slot, how) => void this.keeping.openFile(slot, how),
      linked: (slot, others) => this.atlas.marks.setTies(slot, others),
      visit: (space, slot) => void this.navigation.visit(space, slot),
      section: (slot) => this.finding.sectionOf(slot),
    });
  }

  /** @returns {PeekCard} */
  #makePeek() {
    return new PeekCard({
      dock: this.dock,
      drawThumb: this.#drawThumb,
      open: this.#openItem,
      walk: (slot, by) => void this.navigation.walkPeek(slot, by),
      closed: () => this.atlas.select(-1),
    });
  }

  /** @returns {Arrivals} */
  #makeArrivals() {
    const { store, atlas, selection, labels, narrator, visits, status, messages } = this;
    return new Arrivals({
      store, atlas, selection, labels, narrator, visits, status, messages,
      camera: () => this.address.camera(),
      roots: () => store.roots(),
      gone: () => {
        if (this.item.open && !atlas.current.columns.present(this.item.slot)) this.item.gone();
      },
      changed: () => this.#changed(),
      refreshed: () => this.refresh(),
      fresh: (event) => this.follow.came(event.added.map(({ slot }) => slot)),
    }); // prettier-ignore
  }

  /** @returns {Pointer} */
  #makePointer() {
    const { narrator } = this;
    return new Pointer({
      atlas: this.atlas,
      stage: this.stage,
      hover: this.labels.hover,
      picking: this.picking,
      pathHeld: () => this.tree.held,
      dropPath: () => this.tree.drop(),
      regionAt: (x, y) => (narrator.level() >= 0 ? narrator.regionAt(x, y) : null),
      openItem: (slot, touch) =>
        touch && this.dock.phone ? this.navigation.peekAt(slot) : this.navigation.openItem(slot),
      openRegion: (region) => void this.regions.open(region),
      showOnMap: (slot) => void this.navigation.showOnMap(slot),
      moved: () => this.follow.moved(),
      tappedSea: () => this.peek.close(),
    });
  }

  /** What is switched on and off, or opened, by a key. */
  #shows() {
    return {
      help: () => this.help.show(this.store.manifest),
      theme: () => this.setTheme(this.theme === 'dark' ? 'light' : 'dark'),
      list: () => this.#toggleList(),
      gallery: () => this.gallery.toggle(),
      minimap: () => toggleOverview(this.minimap, this.scene),
      pictures: () => this.toast.show(nextPictures(this.scene)),
    };
  }

  /** Put the parts on the page, the ones below first. */
  #furnish() {
    const { narrator, labels, options } = this;
    this.stage.node.append(this.keeping.borders.node, ...labels.nodes);
    options.host.append(
      narrator.title.node, narrator.stamp.node, this.regions.view.node, this.minimap.node, this.list.node,
      labels.hover.node, this.messages.node, this.selectBar.node, this.toast.node,
      el('div', { class: 'below' }, this.tray.node, this.time.panel.node),
      el('footer', { class: 'foot' }, this.status.node),
    ); // prettier-ignore
    options.host.after(
      ...this.keeping.nodes,
      this.dock.node,
      this.phoneBar.node,
      this.item.node,
      this.help.node,
    );
  }

  #listen() {
    const { atlas, store, scene, narrator, labels, navigation, regions, item } = this;
    narrator.quiet = () => regions.view.open || item.open || this.finding.open;
    atlas.phylogeny.onLaid = () => labels.years();
    this.dock.onResize = () => this.#resize(true);
    new ResizeObserver(() => this.#resize(false)).observe(this.stage.node);
    this.selection.events.on('change', () => this.#selected());
    scene.onFrame.push((frame) => {
      labels.update(frame);
      this.minimap.update(frame);
      this.keeping.borders.update(frame);
      this.list.moved();
      this.gallery.moved();
      narrator.moved();
      this.address.soon();
    });
    listenKeys((action) => act(this.keyboard, action));
    this.address.listen({
      atlas, store,
      ready: () => this.ready,
      openItem: this.#openItem,
      closeItem: () => item.close(),
      openedItem: () => item.slot,
      openRegion: (region) => regions.open(region),
      closeRegion: () => regions.close(),
      openedRegion: () => (regions.view.open ? regions.view.region : null),
      showSpace: (space) => navigation.showSpace(space),
      toggleTree: () => this.tree.toggle(),
      showTime: (from, to) => this.time.showSpan(from, to),
      find: (q) => this.finding.show(q),
      finding: () => (this.finding.open ? this.finding.panel.q : null),
    }); // prettier-ignore
  }

  async start() {
    const { atlas, store, address } = this;
    this.#resize(false);
    this.messages.say('Muser', 'Reading the map …');
    const { space } = address.route;
    atlas.space = space;
    this.bar.space(space);
    this.phoneBar.space(space);
    try {
      await this.labels.lettered();
      await store.start(space);
    } catch (error) {
      this.messages.trouble(/** @type {any} */ (error));
      this.status.text.textContent = '';
      // A site that does not answer may come back.
      const away = ['offline', 'missing'].includes(/** @type {any} */ (error).kind);
      if (away && !this.options.test) setTimeout(() => void this.start(), RETRY_MS);
      return;
    }
    if (store.link === 'static') this.status.link('static');
    await address.follow(space);
    this.ready = true;
    this.keeping.collections.begin();
    // Loading makes frames late too: that is not the painter's fault.
    if (!this.options.test) this.scene.keepFrameRate();
    performance.mark('muser-ready');
    const { z, item, region, q } = address.route;
    const anywhere = z === null && item === null && region === null;
    this.follow.begin(atlas.current.entry, !anywhere);
    if (anywhere && !q) this.narrator.stampSpace();
    document.documentElement.dataset.ready = 'true';
  }

  #changedTimer = 0;

  /** Items of the space in sight came, went or changed: the panels follow, not at once. */
  #changed() {
    this.list.stale();
    this.finding.follow();
    if (this.#changedTimer) return;
    this.#changedTimer = window.setTimeout(() => {
      this.#changedTimer = 0;
      this.time.refresh();
      this.tray.update();
      this.gallery.fill();
      this.keeping.follow();
    }, FOLLOW_MS);
  }

  /** Everything that depends on a space's files or the theme. @param {boolean} [landed] another map shows */
  refresh(landed = false) {
    const { current, space } = this.atlas;
    this.labels.land();
    this.minimap.set(current.land, THEMES[this.theme], space);
    this.time.refresh();
    this.tray.update();
    this.gallery.fill();
    this.navigation.bringOut();
    this.navigation.heat();
    if (landed) this.keeping.landed();
    else this.keeping.follow();
    if (this.follow.on) this.scene.look(this.scene.fit());
    this.scene.refresh();
  }

  #selected() {
    this.tray.update();
    this.finding.panel.gallery.reselect();
    this.gallery.gallery.reselect();
    this.regions.view.gallery.reselect();
    if (this.gallery.subject === 'selection') this.gallery.fill();
    this.item.selectionChanged();
    this.keeping.offered();
    this.navigation.bringOut();
  }

  /** The map gets smaller or larger; what it shows stays where it is. @param {boolean} docked because of a panel beside it */
  #resize(docked) {
    const [before, size] = [this.scene.size, this.stage.size()];
    if (before.width === size.width && before.height === size.height && this.scene.plane) return;
    this.atlas.resize(size, this.options.test ? 1 : Math.min(devicePixelRatio || 1, 2), docked);
    if (before.width > 1 && this.scene.plane) this.labels.relabel();
  }

  /** @param {'dark' | 'light'} theme @param {boolean} [keep] */
  setTheme(theme, keep = true) {
    this.theme = theme;
    document.documentElement.dataset.theme = theme;
    if (keep) remember('theme', theme);
    this.atlas.setTheme(theme);
    this.refresh();
  }

  #toggleList() {
    const on = this.list.node.hidden;
    this.list.toggle(on);
    document.documentElement.classList.toggle('with-list', on);
    this.bar.pressed('list', on);
    if (on) this.list.head.focus({ preventScroll: true });
  }
}
