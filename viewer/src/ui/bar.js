/** The bar: wordmark, tools, and the switch between the two maps. */
import { el, icon } from './element.js';

const TOOLS = /** @type {const} */ ([
  ['find', 'Find (/)', 'M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12zm4.500-1.500L18 18'],
  [
    'tree',
    'Phylogeny (P)',
    'M10 10V4M10 10l-5 4M10 10l5 4M10 2.500h.01M4 15h.01M16 15h.01M10 18a8 8 0 1 0 0-16 8 8 0 0 0 0 16z',
  ],
  ['timeline', 'Timeline (T)', 'M3 16h14M5 16v-4M8 16V7M11 16v-6M14 16V4'],
  ['list', 'List (L)', 'M7 5h10M7 10h10M7 15h10M3 5h.01M3 10h.01M3 15h.01'],
  ['theme', 'Light or dark (D)', 'M10 3a7 7 0 1 0 7 7 5.500 5.500 0 0 1-7-7z'],
  [
    'help',
    'Keys and help (?)',
    'M7.500 7.500a2.500 2.500 0 1 1 3.500 2.300c-.8.400-1 .9-1 1.700M10 14.500h.01M10 18a8 8 0 1 0 0-16 8 8 0 0 0 0 16z',
  ],
]);
/** @typedef {typeof TOOLS[number][0]} Tool */

export class Bar {
  /** @type {Map<Tool, HTMLButtonElement>} */
  buttons = new Map();

  /** @param {Element} host @param {(tool: Tool) => void} act @param {() => void} onSwitch */
  constructor(host, act, onSwitch) {
    for (const [tool, label, path] of TOOLS) {
      const button = el('button', {
        class: 'tool',
        title: label,
        attrs: { 'aria-label': label },
        data: { tool },
        on: { click: () => act(tool) },
      });
      button.append(icon(path));
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
