/**
 * Markdown as elements. markdown-it reads it (CommonMark, tables, strike-through; no HTML), the
 * elements are made here, one by one: text reaches the page only as text.
 */
import MarkdownIt from 'markdown-it';
import { el } from '../ui/element.js';
import { anchor, figure } from './links.js';

/** @typedef {import('./links.js').Links} Links */
/** @typedef {import('markdown-it').Token} Token */

const WIKI = /^!?\[\[([^\]|#\n]{0,300})(?:#([^\]|\n]{0,200}))?(?:\\?\|([^\]\n]{0,200}))?\]\]/;
const MARK = /^==(?=\S)([^=\n]{1,300}?)==/;
const NAME = /^__[A-Za-z]\w{0,50}?__(?!\w)/; // `__init__` is a name, no emphasis
const BREAK = /^<br\s*\/?>/i;
const TASK = /^\[([ xX/>-])\]\s/;
const CALLOUT = /^\[!([\w-]{1,30})\][-+]?[ \t]*/;
const LONGEST = 400_000; // letters that are set; the rest is shown as it was typed

const parser = new MarkdownIt({ html: false, linkify: false, maxNesting: 40 });
parser.inline.ruler.before('link', 'wiki', (state, silent) => {
  const found = WIKI.exec(state.src.slice(state.pos, state.pos + 720));
  if (!found) return false;
  if (!silent) {
    const token = state.push('wiki', '', 0);
    token.content = found[3] || found[1] || found[2] || '';
    token.meta = { target: found[1].trim(), shown: found[0].startsWith('!') };
  }
  state.pos += found[0].length;
  return true;
});
parser.inline.ruler.before('emphasis', 'mark', (state, silent) => {
  const found = MARK.exec(state.src.slice(state.pos, state.pos + 310));
  if (!found) return false;
  if (!silent) state.push('mark', '', 0).content = found[1];
  state.pos += found[0].length;
  return true;
});
parser.inline.ruler.before('emphasis', 'name', (state, silent) => {
  const found = NAME.exec(state.src.slice(state.pos, state.pos + 60));
  if (!found) return false;
  if (!silent) state.push('text', '', 0).content = found[0];
  state.pos += found[0].length;
  return true;
});
parser.inline.ruler.before('autolink', 'break', (state, silent) => {
  const found = BREAK.exec(state.src.slice(state.pos, state.pos + 8));
  if (!found) return false;
  if (!silent) state.push('hardbreak', 'br', 0);
  state.pos += found[0].length;
  return true;
});
// Addresses are judged by `anchor`.
parser.validateLink = () => true;

/** @param {string} text @param {Links} links @returns {Node[]} */
export function markdown(text, links) {
  const whole = text.length <= LONGEST;
  const nodes = blocks(parser.parse(whole ? text : text.slice(0, LONGEST), {}), links);
  return whole ? nodes : [...nodes, el('p', { class: 'rest', text: text.slice(LONGEST) })];
}

/** @param {Token[]} tokens @param {Links} links @returns {Node[]} */
function blocks(tokens, links) {
  const root = el('div');
  /** @type {HTMLElement[]} */
  const open = [root];
  const top = () => open[open.length - 1];
  for (const token of tokens) {
    if (token.type === 'inline') inline(top(), token.children ?? [], links);
    else if (token.type === 'fence' || token.type === 'code_block') top().append(code(token));
    else if (token.type === 'hr') top().append(el('hr'));
    else if (token.hidden) continue;
    else if (token.nesting === 1) {
      const node = element(token);
      top().append(node);
      open.push(node);
    } else if (token.nesting === -1) close(open.pop());
  }
  return [...root.childNodes];
}

/** @param {Token} token */
function code(token) {
  const language = token.info.trim().split(/\s+/)[0];
  return el(
    'pre',
    language ? { data: { language } } : {},
    el('code', { text: token.content.replace(/\n$/, '') }),
  );
}

const TAGS = new Set('p ul ol li blockquote table thead tbody tr th td'.split(' '));

/** @param {Token} token @returns {HTMLElement} */
function element(token) {
  const heading = /^h([1-6])$/.exec(token.tag);
  if (heading) {
    const level = Math.min(Number(heading[1]) + 2, 6);
    return el(/** @type {'h3'} */ (`h${level}`));
  }
  const node = el(/** @type {'p'} */ (TAGS.has(token.tag) ? token.tag : 'div'));
  const start = token.attrGet('start');
  if (token.tag === 'ol' && start) node.setAttribute('start', String(start));
  const side = /text-align:(left|center|right)/.exec(String(token.attrGet('style') ?? ''));
  if (side) node.dataset.align = side[1];
  return node;
}

/** What is known of a block only when it is whole. @param {HTMLElement | undefined} node */
function close(node) {
  if (node?.tagName === 'BLOCKQUOTE') callout(node);
  else if (node?.tagName === 'LI') task(node);
}

/** @param {HTMLElement} quote */
function callout(quote) {
  const first = quote.querySelector('p')?.firstChild;
  const found = first instanceof Text ? CALLOUT.exec(first.data) : null;
  if (!found || !(first instanceof Text)) return;
  quote.dataset.callout = found[1].toLowerCase();
  first.data = first.data.slice(found[0].length);
  const kind = found[1][0].toUpperCase() + found[1].slice(1).toLowerCase();
  quote.prepend(el('p', { class: 'callout-title' }, ...firstLine(first, kind)));
}

/** The nodes of a callout's first line, taken out of it. @param {Text} first @param {string} kind where it is empty */
function firstLine(first, kind) {
  const holder = first.parentElement;
  const nodes = [...(holder?.childNodes ?? [])];
  const end = nodes.findIndex((node) => node instanceof Text && node.data === '\n');
  const line = nodes.slice(0, end < 0 ? nodes.length : end);
  for (const node of nodes.slice(0, end < 0 ? nodes.length : end + 1)) node.remove();
  if (end < 0) holder?.remove();
  return line.some((node) => node.textContent?.trim()) ? line : [document.createTextNode(kind)];
}

/** @param {HTMLElement} item */
function task(item) {
  const holder = item.firstElementChild?.tagName === 'P' ? item.firstElementChild : item;
  const first = holder.firstChild;
  const found = first instanceof Text ? TASK.exec(first.data) : null;
  if (!found || !(first instanceof Text)) return;
  const done = found[1] !== ' ';
  first.data = first.data.slice(found[0].length);
  item.classList.add('task');
  holder.prepend(
    el('span', {
      class: 'box',
      text: done ? '☑ ' : '☐ ',
      attrs: { role: 'img', 'aria-label': done ? 'done' : 'to do' },
    }),
  );
}

const INLINE = /** @type {Record<string, 'strong' | 'em' | 's'>} */ ({
  strong_open: 'strong',
  em_open: 'em',
  s_open: 's',
});

/** @param {HTMLElement} parent @param {Token[]} tokens @param {Links} links */
function inline(parent, tokens, links) {
  const open = [parent];
  const top = () => open[open.length - 1];
  for (const token of tokens) {
    if (token.type === 'text') top().append(token.content);
    else if (token.type === 'code_inline') top().append(el('code', { text: token.content }));
    else if (token.type === 'softbreak') top().append('\n');
    else if (token.type === 'hardbreak') top().append(el('br'));
    else if (token.type === 'mark') top().append(el('mark', { text: token.content }));
    else if (token.type === 'image')
      top().append(figure(String(token.attrGet('src') ?? ''), token.content, links));
    else if (token.type === 'wiki') top().append(wiki(token, links));
    else if (token.nesting === 1) {
      const node =
        token.type === 'link_open'
          ? anchor(String(token.attrGet('href') ?? ''), links)
          : el(INLINE[token.type] ?? 'span');
      top().append(node);
      open.push(node);
    } else if (token.nesting === -1) open.pop();
    else top().append(token.content);
  }
}

/** @param {Token} token @param {Links} links */
function wiki(token, links) {
  const { target, shown } = /** @type {{target: string, shown: boolean}} */ (token.meta);
  if (shown) return figure(target, token.content, links);
  const node = anchor(target, links);
  node.append(token.content);
  return node;
}
