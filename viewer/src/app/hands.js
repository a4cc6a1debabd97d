/** What finds, selects and moves through time: its parts, put together. */
import { announce } from '../ui/element.js';
import { GalleryPanel } from '../ui/gallerypanel.js';
import { SelectBar } from '../ui/selectbar.js';
import { Tray } from '../ui/tray.js';
import { listenExamples } from './examples.js';
import { Finding } from './finding.js';
import { Picking } from './picking.js';
import { TimeMachine } from './timemachine.js';
import { Titles } from './titles.js';

/**
 * @typedef {{
 *   atlas: import('./atlas.js').Atlas, store: import('./store/store.js').Store,
 *   selection: import('./store/selection.js').Selection, dock: import('../ui/dock.js').Dock,
 *   address: import('./address.js').Address, toast: import('../ui/toast.js').Toast,
 *   list: import('../ui/list.js').ListView, visits: Record<SpaceName, import('./visits.js').Visits>,
 *   drawThumb: (canvas: HTMLCanvasElement, slot: number, px: number) => Promise<boolean>,
 *   navigation: () => import('./navigation.js').Navigation, keeping: () => import('./keeping.js').Keeping,
 *   pressed: (tool: import('../ui/bar.js').Tool, on: boolean) => void,
 * }} HandsContext
 * `navigation` and `keeping`: made after these parts
 * @typedef {{finding: Finding, picking: Picking, selectBar: SelectBar, gallery: GalleryPanel, tray: Tray, time: TimeMachine}} Hands
 */

const MOST_EXAMPLES = 5;

/** @param {HandsContext} context @returns {Hands} */
export function makeHands(context) {
  const { atlas, dock, drawThumb, pressed, list } = context;
  const items = galleryItems(context);
  const picking = new Picking({
    atlas,
    selection: context.selection,
    found: () => context.navigation().found,
    say: announce,
    tool: (tool) => {
      selectBar.show(tool);
      pressed('lasso', tool !== null);
    },
  });
  const selectBar = new SelectBar({
    tool: (tool) => picking.use(tool),
    mode: (mode) => (picking.mode = mode),
  });
  const gallery = new GalleryPanel(
    dock,
    {
      space: () => atlas.current,
      slots: (of) => (of === 'view' ? list.inSight() : picking.slots()),
      opened: () => pressed('gallery', true),
      closed: () => pressed('gallery', false),
    },
    items,
  );
  const time = new TimeMachine({
    atlas,
    base: context.store.base,
    drawThumb,
    found: () => context.navigation().found,
    route: (from, to) => context.address.set({ from, to }),
    shown: (on) => pressed('timeline', on),
    select: (slots) => picking.take(slots, 'add'),
    openItem: items.open,
  });
  const finding = makeFinding(context, items, picking, time);
  listenExamples({
    live: () => context.store.link === 'live',
    example: (blob) => finding.byExample(blob),
    words: (q) => finding.change(q),
    say: (text) => context.toast.show(text),
  });
  return { finding, picking, selectBar, gallery, time, tray: makeTray(context, picking, gallery) };
}

/**
 * What a gallery can do with the items of the map in sight.
 * @param {Pick<HandsContext, 'atlas' | 'selection' | 'drawThumb' | 'navigation'>} context
 * @returns {import('../ui/gallery.js').GalleryContext}
 */
export function galleryItems({ atlas, selection, drawThumb, navigation }) {
  const idOf = (/** @type {number} */ slot) => atlas.current.columns.id[slot];
  return {
    drawThumb,
    open: (slot) => navigation().openItem(slot),
    preview: (slot) => navigation().preview(slot),
    like: (slot) => navigation().like([slot]),
    selected: (slot) => selection.has(atlas.space, idOf(slot)),
    select: (slot, how, from) => {
      if (how === 'toggle') selection.toggle(atlas.space, idOf(slot));
      else selection.apply(atlas.space, from.map(idOf), 'add');
    },
  };
}

/**
 * @param {HandsContext} context @param {import('../ui/gallery.js').GalleryContext} items
 * @param {Picking} picking @param {TimeMachine} time
 */
function makeFinding(
  { store, dock, atlas, visits, address, navigation, keeping },
  items,
  picking,
  time,
) {
  // prettier-ignore
  return new Finding({
    titles: new Titles(store),
    store,
    dock,
    items,
    space: () => atlas.space,
    showSpace: (space) => navigation().showSpace(space, true),
    highlight: (slots) => {
      navigation().highlight(slots);
      time.redraw();
      keeping().offered();
    },
    lookAt: (slots, always) => atlas.lookAt(slots, always),
    goRegion: (region) => void navigation().showRegion(region),
    unseen: (space) => visits[space].unseen,
    query: (q) => address.set({ q }),
    closed: () => navigation().focusMap(),
    select: (slots) => picking.take(slots, 'add'),
    collect: () => keeping().collections.show(),
    export: () => keeping().exports.show('found'),
  });
}

/** @param {HandsContext} context @param {Picking} picking @param {GalleryPanel} gallery */
function makeTray(
  { atlas, selection, drawThumb, list, navigation, toast, keeping },
  picking,
  gallery,
) {
  // prettier-ignore
  return new Tray({
    drawThumb,
    space: () => atlas.current,
    other: () => {
      const name = atlas.space === 'image' ? 'text' : 'image';
      return { name, size: selection.of(name).size };
    },
    slots: () => picking.slots(),
    open: (slot) => navigation().openItem(slot),
    gallery: () => gallery.show('selection'),
    fit: () => atlas.lookAt(picking.slots(), true),
    like: () => navigation().like(picking.slots().slice(0, MOST_EXAMPLES)),
    invert: () => picking.invert(),
    view: () => picking.takeView(list.inSight()),
    clear: () => selection.clear(),
    toOther: () => void navigation().switch(),
    collect: () => keeping().collections.show(),
    export: () => keeping().exports.show('selection'),
    say: (text) => toast.show(text),
  });
}
