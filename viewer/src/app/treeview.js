/** The phylogeny as a view: turned to and back, and an item's way to the root. */
import { announce } from '../ui/element.js';

/**
 * @typedef {{
 *   atlas: import('./atlas.js').Atlas, toast: (text: string) => void,
 *   shown: (view: 'map' | 'tree') => void, clear: () => void,
 * }} TreeContext
 * `clear`: close what lies over the map
 */

export class TreeView {
  /** A lineage is held in sight until something else is asked for. */
  held = false;

  /** @param {TreeContext} context */
  constructor(context) {
    this.context = context;
  }

  async toggle() {
    const { atlas, toast, shown } = this.context;
    if (atlas.view === 'tree') {
      atlas.showMap();
      announce('Map');
    } else {
      const tree = await atlas.showTree();
      if (!tree || !tree.count) {
        announce('There is no lineage yet.');
        return;
      }
      announce(`Phylogeny of ${tree.count} items`);
      if (tree.count < tree.total)
        toast(`The ${tree.count.toLocaleString('en')} most prominent of ${tree.total.toLocaleString('en')} items`); // prettier-ignore
    }
    shown(atlas.view);
  }

  /** Show an item's way to the root. @param {number} slot */
  async lineage(slot) {
    const { atlas, toast, clear } = this.context;
    clear();
    const path = await atlas.phylogeny.path(slot);
    if (atlas.view !== 'tree') await this.toggle();
    atlas.select(slot);
    atlas.showPath(path);
    this.held = true;
    announce(`${path.length - 1} generations from the root`);
    toast(path.length > 1 ? `${path.length - 1} generations back to the root` : 'This is the root');
  }

  drop() {
    this.held = false;
    this.context.atlas.marks.setLinks([]);
    this.context.atlas.bringBack();
  }
}
