/** On a phone: what the five targets leave out. */
import { el, iconButton } from './element.js';

/** @typedef {import('./bar.js').Tool} Tool */

const ROWS = /** @type {const} */ ([
  ['tree', 'tree', 'Phylogeny'],
  ['lasso', 'lasso', 'Select on the map'],
  ['list', 'list', 'List of what is in view'],
  ['collections', 'bookmark', 'Collections'],
  ['colours', 'palette', 'Colours and their key'],
  ['duplicates', 'twins', 'Duplicates'],
  ['export', 'download', 'Export …'],
  ['theme', 'theme', 'Light or dark'],
  ['help', 'help', 'How to read the map'],
]);

export class MoreSheet {
  /** @param {import('./dock.js').Dock} dock @param {(tool: Tool | 'duplicates' | 'export') => void} act */
  constructor(dock, act) {
    this.dock = dock;
    this.node = el(
      'nav',
      { class: 'more', attrs: { 'aria-label': 'More' } },
      ...ROWS.map(
        ([tool, icon, text]) =>
        iconButton(icon, text, () => { this.close(); act(tool); }, { class: 'more-row', text }), // prettier-ignore
      ),
    );
  }

  toggle() {
    if (this.dock.has('more')) this.close();
    else this.dock.open({ name: 'more', node: this.node, width: '260px', height: 'half', close: () => this.close() }); // prettier-ignore
  }

  close() {
    this.dock.remove('more');
  }
}
