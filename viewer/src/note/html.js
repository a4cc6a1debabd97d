/**
 * A page as elements. The browser's own parser reads it into a document that is never shown, runs no
 * script and loads nothing; of it, only what is listed here is made anew, without attributes.
 */
import { el } from '../ui/element.js';
import { anchor, figure } from './links.js';

const KEPT = new Set(
  'p ul ol li blockquote table thead tbody tfoot tr th td caption strong b em i s u sub sup code pre kbd mark small br hr dl dt dd figure figcaption details summary q cite abbr'.split(
    ' ',
  ),
);
const UNSEEN = new Set(
  'script style noscript template svg math iframe object embed head title form input button select textarea canvas audio video nav'.split(
    ' ',
  ),
);
const DEEPEST = 60;

/** @param {string} text @param {import('./links.js').Links} links @returns {Node[]} */
export function html(text, links) {
  const page = new DOMParser().parseFromString(text, 'text/html');
  const root = el('div');
  copy(page.body, root, links, 0);
  return [...root.childNodes];
}

/** @param {Node} from @param {HTMLElement} to @param {import('./links.js').Links} links @param {number} depth */
function copy(from, to, links, depth) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) to.append(node.nodeValue ?? '');
    else if (node instanceof Element) {
      const made = element(node, links);
      if (!made) continue;
      if (made !== true) to.append(made);
      if (depth < DEEPEST && !(made instanceof HTMLImageElement))
        copy(node, made === true ? to : made, links, depth + 1);
      if (made === true && /^(?:DIV|SECTION|ARTICLE|MAIN|HEADER|FOOTER)$/i.test(node.tagName))
        to.append('\n');
    }
  }
}

/** An element anew, true for one of which only the inside is wanted, null for one that is not. @param {Element} node @param {import('./links.js').Links} links @returns {HTMLElement | true | null} */
function element(node, links) {
  const tag = node.tagName.toLowerCase();
  if (UNSEEN.has(tag)) return null;
  const heading = /^h([1-6])$/.exec(tag);
  if (heading) return el(/** @type {'h3'} */ (`h${Math.min(Number(heading[1]) + 2, 6)}`));
  if (tag === 'a') return anchor(node.getAttribute('href') ?? '', links);
  if (tag === 'img')
    return figure(node.getAttribute('src') ?? '', node.getAttribute('alt') ?? '', links);
  return KEPT.has(tag) ? el(/** @type {'p'} */ (tag)) : true;
}
