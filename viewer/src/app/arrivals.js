/** What the store tells, as what one sees: parts that come in, items that come and go, refits. */

/** @typedef {import('./store/store.js').Store} Store */
/**
 * @typedef {{
 *   store: Store, atlas: import('./atlas.js').Atlas, labels: import('./labels.js').Labels,
 *   narrator: import('./narrator.js').Narrator, visits: Record<SpaceName, import('./visits.js').Visits>,
 *   status: import('../ui/messages.js').StatusLine, messages: import('../ui/messages.js').Messages,
 *   selection: import('./store/selection.js').Selection,
 *   camera: () => Camera | null, roots: () => Promise<string[]>,
 *   gone: (slots: number[]) => void, changed: () => void, refreshed: () => void, fresh: (event: ItemsEvent) => void,
 * }} ArrivalsContext
 * `changed`: items of the space in sight came or went; `refreshed`: all of its files did;
 * `gone`: slots that were removed; `roots`: names of the watched folders, where they are known
 */

const CHUNKS_MS = 500;

export class Arrivals {
  /** The space in sight has been shown. */
  shown = false;
  #chunks = 0;

  /** @param {ArrivalsContext} context */
  constructor(context) {
    this.context = context;
    const { store, status, messages, atlas } = context;
    store.painted = () => painted();
    store.events.on('part', ({ space, part }) => this.#onPart(space, part));
    store.events.on('items', (event) => this.#onItems(event));
    store.events.on('beforeRefit', (space) => atlas.beforeRefit(space));
    store.events.on('refit', (space) => void this.#onRefit(space));
    store.events.on('status', (event) => status.work(event));
    store.events.on('gaps', (missing) => status.gaps(missing));
    store.events.on('trouble', (error) => messages.trouble(error));
    store.events.on('link', (state) => {
      status.link(state);
      // Only the daemon makes larger pictures than the pages hold.
      atlas.pictures.live = state === 'live';
      if (state === 'live') atlas.pictures.retry();
    });
  }

  /** @param {SpaceName} space @param {'land' | 'regions' | 'columns' | 'loaded'} part */
  #onPart(space, part) {
    const { atlas, visits, store } = this.context;
    if (!this.shown && space === atlas.space) {
      this.shown = true;
      atlas.show(space, this.context.camera());
    }
    // Chunks come in by the hundred: the map follows in larger steps, the words only at the end.
    if (part === 'columns') {
      if (this.#chunks) return;
      this.#chunks = window.setTimeout(() => {
        this.#chunks = 0;
        atlas.part(space, part);
      }, CHUNKS_MS);
      return;
    }
    atlas.part(space, part);
    if (part === 'loaded') visits[space].arrive(store.spaces[space].columns);
    if (space !== atlas.space) return;
    this.describe(part === 'loaded');
    if (part === 'loaded') this.context.narrator.survey();
    if (part !== 'regions') this.context.refreshed();
  }

  /** Message and status for the space in sight. @param {boolean} loaded */
  describe(loaded) {
    const { atlas, status, messages, labels } = this.context;
    const { entry, troubles } = atlas.current;
    status.items(entry.count, atlas.space);
    if (troubles.length) console.warn('site:', troubles.join('\n'));
    if (entry.count) {
      if (loaded && atlas.current.unread)
        messages.say('This map is incomplete', `Its files cannot be read (${troubles[0]}). They are asked for again.`, true); // prettier-ignore
      else messages.hide();
    } else if (loaded) void this.#invite();
    labels.relabel();
  }

  /** There is nothing yet: say where it would come from. */
  async #invite() {
    const { atlas, messages, roots } = this.context;
    const { space } = atlas;
    const what = space === 'image' ? 'pictures' : 'notes';
    const folders = await roots();
    if (atlas.space !== space || atlas.current.entry.count) return; // something has come meanwhile
    const where = folders.length ? `Muser watches ${folders.join(' and ')}. ` : '';
    messages.say(`No ${what} yet`, `${where}Put ${what} into a watched folder: they appear here by themselves. Another folder is added by muserctl roots add.`); // prettier-ignore
  }

  /** @param {ItemsEvent} event */
  #onItems(event) {
    const { store, visits, atlas, status, messages, labels, selection } = this.context;
    for (const item of event.added) visits[event.space].add(item.id);
    atlas.items(event);
    if (event.removed.length) this.#prune(selection, event.space);
    if (event.space !== atlas.space) return;
    this.context.gone(event.removed);
    messages.hide();
    status.items(store.spaces[event.space].entry.count, event.space);
    labels.relabel();
    this.context.changed();
    if (event.added.length) this.context.fresh(event);
  }

  /** @param {import('./store/selection.js').Selection} selection @param {SpaceName} space */
  #prune(selection, space) {
    if (!selection.of(space).size) return;
    const { columns } = this.context.store.spaces[space];
    const ids = new Set();
    for (let s = 0; s < columns.slots; s++) if (columns.present(s)) ids.add(columns.id[s]);
    selection.prune(space, (id) => ids.has(id));
  }

  /** @param {SpaceName} space */
  async #onRefit(space) {
    const { store, visits, atlas, narrator, selection } = this.context;
    await atlas.refit(space);
    visits[space].arrive(store.spaces[space].columns);
    this.#prune(selection, space);
    if (space !== atlas.space) return;
    narrator.survey();
    this.describe(true);
    this.context.refreshed();
    this.context.gone([]);
  }
}

/** What is known so far is on the screen. A page in the background is not painted: it goes on. */
async function painted() {
  await new Promise((resolve) => {
    setTimeout(resolve, 400);
    requestAnimationFrame(() => setTimeout(resolve));
  });
  performance.mark('muser-land');
}
