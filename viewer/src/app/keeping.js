/** What a person keeps and takes away: collections, colours and their legend, duplicates, exports. */
import { HandsClient } from '../hands/client.js';
import { BorderLayer } from '../ui/borders.js';
import { DuplicatesPanel } from '../ui/duplicates.js';
import { ExportSheet, subjectsOf } from '../ui/export.js';
import { Collections } from './collections.js';
import { Colours } from './colours.js';

/**
 * @typedef {import('./hands.js').HandsContext & {
 *   thumbs: import('../ui/thumbs.js').ThumbSource, regions: import('./regions.js').Regions,
 *   refreshed: () => void,
 * }} KeepingContext
 * `refreshed`: other items show
 */

export class Keeping {
  /** @param {KeepingContext} context @param {import('./hands.js').Hands} hands */
  constructor(context, hands) {
    const { atlas, store, dock, toast, pressed, visits } = context;
    this.context = context;
    this.hands = hands;
    this.client = new HandsClient(store.door);
    this.borders = new BorderLayer();
    const say = (/** @type {string} */ text) => toast.show(text);
    const live = () => store.link === 'live';
    this.exports = new ExportSheet({
      live,
      say,
      subjects: () => this.#subjects(),
      client: this.client,
      dark: () => atlas.scene.theme.dark,
    });
    this.collections = new Collections({
      atlas,
      store,
      dock,
      say,
      client: this.client,
      selection: context.selection,
      picking: hands.picking,
      found: () => this.#found(),
      region: () => context.regions.view.region,
      regionSlots: (region) => context.regions.slotsOf(region),
      gallery: (name, slots) => hands.gallery.showThese(name, slots),
      export: (preset) => this.exports.show(preset),
      drawn: (layers) => {
        this.borders.set(layers);
        atlas.scene.refresh();
      },
      shown: (on) => pressed('collections', on),
      changed: () => this.colours.by === 'collection' && void this.colours.refresh(),
    });
    this.colours = new Colours({
      atlas,
      dock,
      live,
      say,
      client: this.client,
      unseen: (space) => visits[space].unseen,
      valuesOf: (space, key) => hands.finding.context.titles.valuesOf(space, key),
      collections: () => this.collections.all(),
      shown: (on) => pressed('colours', on),
      changed: context.refreshed,
    });
    this.duplicates = this.#makeDuplicates(context);
  }

  /** What stands beside and over the stage. */
  get nodes() {
    return [this.colours.panel.node, this.exports.node];
  }

  /** @param {KeepingContext} context */
  #makeDuplicates({ selection, thumbs, navigation }) {
    return new DuplicatesPanel({
      placed: (id) => this.#placed(id),
      draw: (canvas, space, slot, px) => thumbs.draw(canvas, space, slot, px),
      open: (space, slot) => void navigation().visit(space.name, slot),
      select: (ids) => {
        for (const id of ids) {
          const place = this.#placed(id);
          if (place) selection.apply(place.space.name, [id], 'add');
        }
      },
      decide: (ids, verdict) => this.client.decide(ids, verdict),
      selected: () => selection.size,
      export: () => this.exports.show('selection'),
      close: () => this.closeDuplicates(),
    });
  }

  /** @param {number} id */
  #placed(id) {
    for (const space of Object.values(this.context.store.spaces)) {
      const slot = space.columns.slotOf(id);
      if (slot >= 0) return { space, slot };
    }
    return null;
  }

  async showDuplicates() {
    const { dock, store } = this.context;
    const { duplicates } = this;
    dock.open({ name: 'duplicates', node: duplicates.node, width: 'min(520px, 50vw)', height: 'full', close: () => this.closeDuplicates() }); // prettier-ignore
    duplicates.focus();
    if (store.link !== 'live') {
      duplicates.say('Duplicates are known to the daemon, which is not running.');
      return;
    }
    duplicates.say('Looking for duplicates …');
    try {
      const groups = await this.client.duplicates();
      const spaces = /** @type {const} */ (['image', 'text']);
      await Promise.all(spaces.map((space) => store.load(space)));
      duplicates.fill(groups);
    } catch (error) {
      duplicates.say(/** @type {Error} */ (error).message);
    }
  }

  closeDuplicates() {
    this.context.dock.remove('duplicates');
  }

  toggleDuplicates() {
    if (this.context.dock.has('duplicates')) this.closeDuplicates();
    else void this.showDuplicates();
  }

  toggleCollections() {
    if (this.collections.open) this.collections.close();
    else this.collections.show();
  }

  toggleColours() {
    this.colours.show(!this.colours.open);
  }

  #found() {
    const { finding } = this.hands;
    return finding.open ? { q: finding.panel.q, slots: finding.slots() } : { q: '', slots: [] };
  }

  #subjects() {
    const { atlas, selection, regions } = this.context;
    const { q, slots } = this.#found();
    return subjectsOf({
      selected: [...selection.of('image'), ...selection.of('text')],
      found: { q, ids: slots.map((slot) => atlas.current.columns.id[slot]) },
      region: regions.view.region,
      space: atlas.space,
      total: atlas.current.entry.count,
      collections: this.collections.list,
    });
  }

  /** @param {Region} region @param {string} name empty: Muser names it @returns {Promise<boolean>} */
  async rename(region, name) {
    const { atlas, toast } = this.context;
    try {
      await this.client.renameRegion(atlas.space, region.id, name);
      toast.show(name ? `This region is called “${name}” now` : 'Muser names this region again');
      return true;
    } catch (error) {
      toast.show(/** @type {Error} */ (error).message);
      return false;
    }
  }

  /** The file of an item, by the desktop. @param {number} slot @param {'open' | 'reveal'} how */
  async openFile(slot, how) {
    const { atlas, toast } = this.context;
    try {
      const name = await this.client.open(atlas.current.columns.id[slot], how);
      toast.show(how === 'open' ? `${name} is being opened` : `${name} is shown in the file manager`); // prettier-ignore
    } catch (error) {
      toast.show(/** @type {Error} */ (error).message);
    }
  }

  /** Items came or went, or another fit shows. */
  follow() {
    this.collections.follow();
    if (this.colours.open) void this.colours.refresh();
  }

  /** Another map shows. */
  landed() {
    this.collections.draw();
    this.colours.forget();
  }

  /** What is selected or found changed. */
  offered() {
    if (this.collections.open) this.collections.panel.refreshOffers();
  }
}
