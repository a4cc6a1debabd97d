/** Elements without markup: text reaches the page only as text. */

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

/** A small line icon. @param {string} path of a 20 × 20 drawing */
export function icon(path) {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', '0 0 20 20');
  svg.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(space, 'path');
  line.setAttribute('d', path);
  svg.append(line);
  return svg;
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
