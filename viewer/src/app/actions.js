/** What keys and tools do. */

/** @typedef {import('./app.js').App} App */

/** @type {Record<string, (app: App) => void>} */
const ON_MAP = {
  left: ({ scene }) => scene.pan(100, 0),
  right: ({ scene }) => scene.pan(-100, 0),
  up: ({ scene }) => scene.pan(0, 100),
  down: ({ scene }) => scene.pan(0, -100),
  in: ({ pointer }) => pointer.zoomTo(1.6),
  out: ({ pointer }) => pointer.zoomTo(1 / 1.6),
  fit: ({ scene }) => void scene.fly(scene.fit()),
  switch: (app) => void app.showSpace(app.atlas.space === 'image' ? 'text' : 'image'),
  theme: (app) => app.setTheme(app.theme === 'dark' ? 'light' : 'dark'),
  find: ({ views }) => views.find.show(),
  help: ({ views, store }) => views.help.show(store.manifest),
  tree: ({ views }) => void views.toggleTree(),
  timeline: ({ views }) => views.toggleTimeline(),
  list: ({ views }) => views.toggleList(),
  minimap: ({ views }) => views.toggleMinimap(),
  pictures: ({ views }) => views.nextPictures(),
  previous: ({ views }) => views.stepRegion(-1),
  next: ({ views }) => views.stepRegion(1),
  hide: () => document.body.classList.toggle('hide-interface'),
};

/** @type {Record<string, (app: App) => void>} */
const IN_ITEM = {
  left: ({ item }) => item.step(-1),
  right: ({ item }) => item.step(1),
  facts: ({ item }) => item.toggleFacts(),
  zoomItem: ({ item }) => item.toggleZoom(),
  back: ({ item }) => item.close(),
};

/** @param {App} app @param {string} action @returns {boolean} whether it meant anything here */
export function act(app, action) {
  if (app.views.help.node.open) return false;
  if (action === 'back' && !app.item.open) return app.views.back();
  const does = (app.item.open ? IN_ITEM : ON_MAP)[action];
  does?.(app);
  return does !== undefined;
}
