/** Which key or tool does what, where. */

/**
 * @typedef {{
 *   atlas: import('./atlas.js').Atlas, navigation: import('./navigation.js').Navigation,
 *   pointer: import('./pointer.js').Pointer, follow: import('./follow.js').Follow,
 *   item: import('../ui/item.js').ItemView, time: import('./timemachine.js').TimeMachine,
 *   picking: import('./picking.js').Picking, finding: import('./finding.js').Finding,
 *   regions: import('./regions.js').Regions, tree: import('./treeview.js').TreeView,
 *   selection: import('./store/selection.js').Selection, dock: import('../ui/dock.js').Dock,
 *   list: import('../ui/list.js').ListView, help: () => HTMLDialogElement,
 *   keeping: import('./keeping.js').Keeping,
 *   show: Record<'help' | 'theme' | 'list' | 'gallery' | 'minimap' | 'pictures', () => void>,
 * }} KeyboardContext
 */

const PAN_PX = 100;
const ZOOM = 1.6;

/** @param {KeyboardContext} context @returns {import('./actions.js').Keyboard} */
export function keyboardOf(context) {
  const { item, time } = context;
  return {
    blocked: () => context.help().open || context.keeping.exports.node.open,
    back: () => back(context),
    inItem: () => (item.node.open ? 'over' : item.beside ? 'beside' : 'no'),
    inTime: () => time.open,
    item: {
      left: () => item.step(-1),
      right: () => item.step(1),
      facts: () => item.toggleFacts(),
      zoomItem: () => item.toggleZoom(),
      wide: () => item.toggleWide(),
      edit: () => item.edit(),
      switch: () => {
        if (!item.cross()) void context.navigation.switch();
      },
      pick: () => item.toggleSelected(),
      example: () => context.navigation.like([item.slot]),
      back: () => item.close(),
    },
    time: {
      zoomItem: () => time.toggle(),
      earlier: () => time.step(-1),
      later: () => time.step(1),
    },
    map: onMap(context),
  };
}

/** @param {KeyboardContext} context @returns {import('./actions.js').Commands} */
function onMap(context) {
  const { atlas, navigation, pointer, follow, picking, time } = context;
  const { scene } = atlas;
  const moving = (/** @type {() => void} */ move) => () => {
    follow.moved();
    move();
  };
  const withItem = (/** @type {(slot: number) => void} */ does) => () => {
    if (navigation.here >= 0) does(navigation.here);
  };
  return {
    left: moving(() => scene.pan(PAN_PX, 0)),
    right: moving(() => scene.pan(-PAN_PX, 0)),
    up: moving(() => scene.pan(0, PAN_PX)),
    down: moving(() => scene.pan(0, -PAN_PX)),
    in: moving(() => pointer.zoomTo(ZOOM)),
    out: moving(() => pointer.zoomTo(1 / ZOOM)),
    fit: () => void scene.fly(scene.fit()),
    hits: () => context.finding.fit(),
    switch: () => void navigation.switch(),
    find: () => context.finding.show(),
    tree: () => void context.tree.toggle(),
    timeline: () => time.show(!time.open),
    previous: () => context.regions.step(-1),
    next: () => context.regions.step(1),
    hide: () => document.body.classList.toggle('hide-interface'),
    lasso: () => picking.use(picking.tool === 'lasso' ? null : 'lasso'),
    pick: withItem((slot) => picking.toggle(slot)),
    example: withItem((slot) => navigation.like([slot])),
    all: () => picking.takeView(context.list.inSight()),
    collections: () => context.keeping.toggleCollections(),
    colours: () => context.keeping.toggleColours(),
    duplicates: () => context.keeping.toggleDuplicates(),
    export: () => context.keeping.exports.show(),
    members: () => context.regions.view.open && context.regions.view.toggleGallery(),
    ...context.show,
  };
}

/** One layer back. @param {KeyboardContext} context @returns {boolean} */
function back(context) {
  const { atlas, picking, dock, regions, list, time, tree, selection } = context;
  if (picking.tool) picking.use(null);
  else if (dock.closeTop()) return true;
  else if (regions.view.open) regions.close();
  else if (!list.node.hidden) context.show.list();
  else if (context.keeping.colours.open) context.keeping.colours.show(false);
  else if (time.open) time.show(false);
  else if (tree.held) tree.drop();
  else if (atlas.view === 'tree') void tree.toggle();
  else if (document.body.classList.contains('hide-interface'))
    document.body.classList.remove('hide-interface');
  else if (atlas.scene.selected >= 0) atlas.select(-1);
  else if (selection.size) selection.clear();
  else return false;
  return true;
}
