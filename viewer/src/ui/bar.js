/** The bar: wordmark, tools, and the switch between the two maps; on a phone five targets below. */
import { el, iconButton } from './element.js';

const TOOLS = /** @type {const} */ ([
  ['find', 'find', 'Find (/)'],
  ['lasso', 'lasso', 'Select with a lasso (S)'],
  ['tree', 'tree', 'Phylogeny (P)'],
  ['timeline', 'clock', 'Time (T)'],
  ['gallery', 'gallery', 'Gallery of what is in view (V)'],
  ['list', 'list', 'List (L)'],
  ['collections', 'bookmark', 'Collections (C)'],
  ['colours', 'palette', 'Colours and their key (K)'],
  ['theme', 'theme', 'Light or dark (D)'],
  ['help', 'help', 'Keys and help (?)'],
]);
/** @typedef {typeof TOOLS[number][0]} Tool */

export class Bar {
  /** @type {Map<Tool, HTMLButtonElement>} */
  buttons = new Map();

  /** @param {Element} host @param {(tool: Tool) => void} act @param {() => void} onSwitch */
  constructor(host, act, onSwitch) {
    for (const [tool, icon, label] of TOOLS) {
      const button = iconButton(icon, label, () => act(tool), { data: { tool } });
      this.buttons.set(tool, button);
      host.append(button);
    }
    this.img = el('span', { text: 'IMG' });
    this.txt = el('span', { text: 'TXT' });
    this.switch = el(
      'button',
      {
        class: 'switch',
        title: 'Pictures or notes (M)',
        attrs: { role: 'switch', 'aria-label': 'Map of notes (TXT) instead of pictures (IMG)' },
        on: { click: onSwitch },
      },
      this.img,
      el('span', { class: 'switch-track' }),
      this.txt,
    );
    host.append(this.switch);
  }

  /** @param {SpaceName} space */
  space(space) {
    this.switch.setAttribute('aria-checked', String(space === 'text'));
    this.img.classList.toggle('on', space === 'image');
    this.txt.classList.toggle('on', space === 'text');
  }

  /** @param {Tool} tool @param {boolean} on */
  pressed(tool, on) {
    this.buttons.get(tool)?.setAttribute('aria-pressed', String(on));
  }
}

/** @typedef {'find' | 'switch' | 'gallery' | 'timeline' | 'more'} Target */

/** Five targets that a thumb reaches. */
export class PhoneBar {
  /** @param {(target: Target) => void} act */
  constructor(act) {
    const target = (/** @type {import('./icons.js').IconName} */ name, /** @type {string} */ text, /** @type {Target} */ to) =>
      iconButton(name, text, () => act(to), { class: 'target', text, data: { target: to } }); // prettier-ignore
    this.switch = target('note', 'Notes', 'switch');
    this.node = el(
      'nav',
      { class: 'phone-bar', attrs: { 'aria-label': 'Tools' } },
      target('find', 'Find', 'find'),
      this.switch,
      target('gallery', 'Gallery', 'gallery'),
      target('clock', 'Time', 'timeline'),
      target('more', 'More', 'more'),
    );
  }

  /** @param {SpaceName} space */
  space(space) {
    const other = iconButton(space === 'image' ? 'note' : 'image', '', () => {});
    const text = space === 'image' ? 'Notes' : 'Pictures';
    this.switch.replaceChildren(...other.childNodes, el('span', { text }));
    this.switch.setAttribute('aria-label', text);
    this.switch.title = text;
  }
}
