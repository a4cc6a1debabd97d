/** Elements without markup: text reaches the page only as text. */
import { icon } from './icons.js';

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {{class?: string, text?: string, title?: string, id?: string, type?: string, data?: Record<string, string>,
 *   attrs?: Record<string, string>, on?: Record<string, (event: any) => void>, hidden?: boolean}} [options]
 * @param {...(Node | string | null)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, options = {}, ...children) {
  const node = document.createElement(tag);
  if (options.class) node.className = options.class;
  if (options.text !== undefined) node.textContent = options.text;
  if (options.title) node.title = options.title;
  if (options.id) node.id = options.id;
  if (options.type) node.setAttribute('type', options.type);
  else if (tag === 'button') node.setAttribute('type', 'button');
  if (options.hidden) node.hidden = true;
  for (const [key, value] of Object.entries(options.data ?? {})) node.dataset[key] = value;
  for (const [key, value] of Object.entries(options.attrs ?? {})) node.setAttribute(key, value);
  for (const [key, value] of Object.entries(options.on ?? {})) node.addEventListener(key, value);
  for (const child of children) if (child !== null) node.append(child);
  return node;
}

/**
 * A button with an icon, a label for those who do not see it, and a tip for those who do.
 * @param {import('./icons.js').IconName} name @param {string} label @param {(event: MouseEvent) => void} act
 * @param {{class?: string, text?: string, data?: Record<string, string>}} [options] `text` beside the icon
 */
export function iconButton(name, label, act, options = {}) {
  const button = el(
    'button',
    {
      class: options.class ?? 'tool',
      title: label,
      attrs: { 'aria-label': label },
      data: options.data,
      on: { click: act },
    },
    icon(name),
  );
  if (options.text) button.append(el('span', { text: options.text }));
  return button;
}

/** Say something to screen readers, once. @param {string} text */
export function announce(text) {
  let node = document.getElementById('said');
  if (!node) {
    node = el('div', {
      class: 'said',
      id: 'said',
      attrs: { role: 'status', 'aria-live': 'polite' },
    });
    document.body.append(node);
  }
  node.textContent = text;
}
