/**
 * The text of a note as elements: the little of Markdown that makes it good to read. Nothing is
 * taken for HTML, links are shown and not followed, underscores belong to names like `__init__`, and
 * what is not understood stays as it is.
 */
import { el } from './element.js';

const HEADING = /^(#{1,6})\s+(.*?)\s*#*$/;
const FENCE = /^\s*(```+|~~~+)/;
const ITEM = /^(\s*)([-*+]|\d{1,3}[.)])\s+(.*)$/;
const RULE = /^\s*([-*_])(\s*\1){2,}\s*$/;
const INDENTED = /^( {4}|\t)/;
const SPAN =
  /(`+)(.+?)\1|\*\*(.+?)\*\*|(?<![\w*])\*([^*\s][^*]*?)\*(?![\w*])|!?\[([^\]]*)\]\(([^)\s]*)[^)]*\)/g;
const DEEPEST = 8; // quotes and lists within one another
const LONGEST = 20_000; // letters of a block in which emphasis is looked for
/** Whose text is written this way. */
const MARKDOWN = /\.(md|markdown)$/i;

/** @param {string} text @param {string} name of the file @param {string} title already shown above it @returns {Node[]} */
export function prose(text, name, title) {
  if (!MARKDOWN.test(name)) return [document.createTextNode(text)];
  const lines = withoutFrontMatter(text.replace(/\r\n?/g, '\n')).split('\n');
  const nodes = blocks(lines);
  const first = nodes[0];
  if (first instanceof HTMLHeadingElement && first.textContent?.trim() === title.trim())
    nodes.shift();
  return nodes;
}

/** @param {string} name */
export function isMarkdown(name) {
  return MARKDOWN.test(name);
}

/** @param {string} text */
function withoutFrontMatter(text) {
  const found = /^\uFEFF?---[ \t]*\n[\s\S]*?\n(?:---|\.\.\.)[ \t]*(?:\n|$)/.exec(text);
  return found ? text.slice(found[0].length) : text;
}

/** @param {string[]} lines @param {number} [depth] @returns {HTMLElement[]} */
function blocks(lines, depth = 0) {
  /** @type {HTMLElement[]} */
  const out = [];
  let k = 0;
  /** Lines from here on while they belong together. @param {(line: string) => boolean} belongs */
  const run = (belongs) => {
    const start = k;
    while (k < lines.length && belongs(lines[k])) k++;
    return lines.slice(start, k);
  };
  while (k < lines.length) {
    const line = lines[k];
    const heading = HEADING.exec(line);
    const fence = FENCE.exec(line);
    if (!line.trim()) k++;
    else if (heading) {
      k++;
      out.push(
        span(el(/** @type {'h3'} */ (`h${Math.min(heading[1].length + 2, 5)}`)), heading[2]),
      );
    } else if (fence) {
      k++;
      const code = run((one) => !one.trim().startsWith(fence[1]));
      k++;
      out.push(el('pre', { text: code.join('\n') }));
    } else if (RULE.test(line)) {
      k++;
      out.push(el('hr'));
    } else if (INDENTED.test(line)) {
      const code = run((one) => INDENTED.test(one) || !one.trim());
      out.push(
        el('pre', {
          text: code
            .map((one) => one.replace(INDENTED, ''))
            .join('\n')
            .trimEnd(),
        }),
      );
    } else if (line.startsWith('>') && depth < DEEPEST) {
      out.push(
        el(
          'blockquote',
          {},
          ...blocks(
            run((one) => one.startsWith('>')).map((one) => one.replace(/^>\s?/, '')),
            depth + 1,
          ),
        ),
      );
    } else if (ITEM.test(line))
      out.push(
        list(
          run((one) => ITEM.test(one) || /^\s+\S/.test(one)),
          depth,
        ),
      );
    else {
      k++;
      const more = run(
        (one) =>
          one.trim() !== '' &&
          !HEADING.test(one) &&
          !FENCE.test(one) &&
          !ITEM.test(one) &&
          !one.startsWith('>'),
      );
      out.push(span(el('p'), [line, ...more].join('\n')));
    }
  }
  return out;
}

/** @param {string[]} lines items, and lines that go on with the item above @param {number} level */
function list(lines, level) {
  const first = ITEM.exec(lines[0]);
  const node = el(/\d/.test(first?.[2] ?? '') ? 'ol' : 'ul');
  const indent = level < DEEPEST ? (first?.[1].length ?? 0) : Infinity;
  for (let k = 0; k < lines.length;) {
    const own = ITEM.exec(lines[k]);
    const text = [own?.[3] ?? lines[k].trim()];
    k++;
    while (k < lines.length && !ITEM.test(lines[k])) text.push(lines[k++].trim());
    const item = span(el('li'), text.join('\n'));
    const start = k;
    while (k < lines.length && (ITEM.exec(lines[k])?.[1].length ?? indent + 1) > indent) k++;
    if (k > start) item.append(list(lines.slice(start, k), level + 1));
    node.append(item);
  }
  return node;
}

/** Code, emphasis and links within a block. @template {HTMLElement} T @param {T} node @param {string} text @returns {T} */
function span(node, text) {
  if (text.length > LONGEST) {
    node.append(text);
    return node;
  }
  let at = 0;
  for (const found of text.matchAll(SPAN)) {
    node.append(text.slice(at, found.index));
    at = found.index + found[0].length;
    const [, , code, strong, soft, label, address] = found;
    if (code !== undefined) node.append(el('code', { text: code.trim() }));
    else if (strong) node.append(span(el('strong'), strong));
    else if (soft) node.append(span(el('em'), soft));
    else node.append(el('span', { text: label || address, title: address }));
  }
  node.append(text.slice(at));
  return node;
}
