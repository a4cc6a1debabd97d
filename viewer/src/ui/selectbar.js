/** The bar of the lasso: which outline is drawn, and what it does to the selection. For fingers too. */
import { el, iconButton } from './element.js';

/** @typedef {import('../app/store/selection.js').Mode} Mode */
/** @typedef {import('../app/picking.js').Tool} Tool */

const MODES = /** @type {const} */ ([
  ['replace', 'New'],
  ['add', 'Add'],
  ['subtract', 'Remove'],
  ['intersect', 'Common'],
]);

export class SelectBar {
  /** @param {{tool: (tool: Tool | null) => void, mode: (mode: Mode) => void}} context */
  constructor(context) {
    this.tools = {
      lasso: iconButton('lasso', 'Lasso (S)', () => context.tool('lasso')),
      rectangle: iconButton('rectangle', 'Rectangle (Shift and drag)', () => context.tool('rectangle')), // prettier-ignore
    };
    this.modes = MODES.map(([mode, text]) => {
      const button = el('button', {
        class: 'mode',
        text,
        data: { mode },
        on: {
          click: () => {
            context.mode(mode);
            this.mode(mode);
          },
        },
      });
      return button;
    });
    this.node = el(
      'div',
      {
        class: 'selectbar panel',
        hidden: true,
        attrs: { role: 'toolbar', 'aria-label': 'Select on the map' },
      },
      this.tools.lasso,
      this.tools.rectangle,
      el('span', { class: 'modes', attrs: { role: 'group', 'aria-label': 'What is drawn' } }, ...this.modes), // prettier-ignore
      iconButton('close', 'Done (Esc)', () => context.tool(null)),
    );
    this.mode('replace');
  }

  /** @param {Mode} mode */
  mode(mode) {
    for (const button of this.modes)
      button.setAttribute('aria-pressed', String(button.dataset.mode === mode));
  }

  /** @param {Tool | null} tool */
  show(tool) {
    this.node.hidden = tool === null;
    document.documentElement.classList.toggle('selecting', tool !== null);
    for (const [name, button] of Object.entries(this.tools))
      button.setAttribute('aria-pressed', String(name === tool));
  }
}
