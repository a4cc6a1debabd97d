/**
 * A note as elements: what its head says as facts, then its own text, set. Every format that is
 * written for people is set as far as it can be read; the others are shown as they were typed.
 */
import { el } from '../ui/element.js';
import { asciidoc, latex, org, rst } from './convert.js';
import { html } from './html.js';
import { markdown } from './markdown.js';

/**
 * @typedef {import('./links.js').Links} Links
 * @typedef {{text: string, format: string, head: [string, string][],
 *   links: Record<string, import('./links.js').Target>,
 *   sections?: [title: string, when: string, text: string][]}} NoteText
 */

/** @type {Record<string, (text: string, links: Links) => Node[]>} */
const SET = {
  markdown,
  mdx: markdown,
  html,
  org: (text, links) => markdown(org(text), links),
  rst: (text, links) => markdown(rst(text), links),
  latex: (text, links) => markdown(latex(text), links),
  asciidoc: (text, links) => markdown(asciidoc(text), links),
  csv: (text) => [table(text)],
};

/** @param {NoteText} note @param {string} title already shown above it @param {Links} links @returns {Node[]} */
export function setNote(note, title, links) {
  if (note.sections?.length) return sections(note.sections);
  const set = Object.hasOwn(SET, note.format) ? SET[note.format] : null;
  let nodes = set ? set(note.text, links) : [typed(note.text)];
  const lost =
    note.text.trim() && !nodes.some((node) => node.textContent?.trim() || hasPicture(node));
  if (lost) nodes = [typed(note.text)]; // too deep to be set
  const first = nodes.find((node) => node.textContent?.trim());
  if (first instanceof HTMLHeadingElement && same(first.textContent, title))
    nodes.splice(nodes.indexOf(first), 1);
  const facts = note.head.filter(([key, value]) => value && !/^title$/i.test(key));
  return facts.length ? [head(facts), ...nodes] : nodes;
}

/** The notes of one file: what it holds, and each under its title. @param {[string, string, string][]} all */
function sections(all) {
  const notes = all.map(([title, when, text], number) => {
    const begins = same(text.split('\n', 1)[0], title);
    const own = begins ? text.slice(text.indexOf('\n') + 1 || text.length) : text;
    return el(
      'section',
      { class: 'note-section', attrs: { 'data-section': String(number), tabindex: '-1' } },
      el('h2', { text: title, attrs: { dir: 'auto' } }),
      ...(when ? [el('p', { class: 'meta', text: when })] : []),
      typed(own.trim()),
    );
  });
  const contents = all.map(([title, when], number) =>
    el(
      'li',
      {},
      el('button', {
        class: 'link',
        text: title,
        attrs: { dir: 'auto' },
        on: { click: () => notes[number].scrollIntoView({ block: 'start' }) },
      }),
      ...(when ? [el('span', { class: 'meta', text: ` ${when.slice(0, 10)}` })] : []),
    ),
  );
  const summary = el('summary', { text: `${all.length} notes` });
  const list = el('details', { class: 'note-contents' }, summary, el('ol', {}, ...contents));
  return [list, ...notes];
}

/** A table of values: the first row names the columns. @param {string} text lines of cells, with tabs between */
function table(text) {
  const [first = [], ...rows] = text.split('\n').map((line) => line.split('\t'));
  const row = (/** @type {string[]} */ cells, /** @type {'th' | 'td'} */ tag) =>
    el('tr', {}, ...cells.map((cell) => el(tag, { text: cell, attrs: { dir: 'auto' } })));
  return el(
    'table',
    { class: 'values' },
    el('thead', {}, row(first, 'th')),
    el(
      'tbody',
      {},
      ...rows.filter((cells) => cells.some(Boolean)).map((cells) => row(cells, 'td')),
    ),
  );
}

/** @param {[string, string][]} facts */
function head(facts) {
  return el(
    'dl',
    { class: 'note-head' },
    ...facts.flatMap(([key, value]) => [
      el('dt', { text: key }),
      el('dd', { text: value, attrs: { dir: 'auto' } }),
    ]),
  );
}

/** @param {Node} node */
function hasPicture(node) {
  return node instanceof Element && (node.matches('img, hr') || node.querySelector('img') !== null);
}

/** @param {string} text */
function typed(text) {
  return el('div', { class: 'as-typed', text });
}

/** @param {string | null} one @param {string} other */
function same(one, other) {
  const plain = (/** @type {string} */ text) => text.replace(/\s+/g, ' ').trim().toLowerCase();
  return plain(one ?? '') === plain(other);
}
