/** Links of an item, what points at it, bridges to the other map, and files that belong to it. */
import { el } from './element.js';
import { originalOf } from './media.js';
import { harmless } from './words.js';

/** @typedef {import('../site/links.js').Edge} Edge */

/**
 * @param {HTMLElement} node @param {import('../site/links.js').Relations} found
 * @param {import('../site/space.js').Space} space @param {number} slot
 * @param {(space: SpaceName, slot: number) => void} open
 */
export function fillLinks(node, { edges, parts }, space, slot, open) {
  const entry = (/** @type {Edge} */ edge) =>
    el(
      'li',
      {},
      el('button', {
        class: 'link',
        text: edge.title || edge.name,
        attrs: { dir: 'auto' },
        on: { click: () => open(edge.space, edge.slot) },
      }),
      el('span', { class: 'meta', text: edge.reason }),
    );
  const list = (/** @type {string} */ name, /** @type {HTMLElement[]} */ entries) =>
    entries.length ? [el('h3', { text: name }), el('ul', {}, ...entries)] : [];
  const own = edges.filter(({ kind }) => kind !== 'day');
  node.hidden = !edges.length && !parts.length;
  node.replaceChildren(
    ...list('Links', own.filter(({ outward }) => outward).map(entry)),
    ...list('Linked from', own.filter(({ outward }) => !outward).map(entry)),
    ...list('Of the same day', edges.filter(({ kind }) => kind === 'day').map(entry)),
    ...list(
      'Belongs to it',
      parts.map((path, at) =>
        el(
          'li',
          {},
          el('a', {
            class: 'link',
            text: harmless(path.split('/').pop() ?? path),
            attrs: { href: originalOf(space, slot, at + 1), target: '_blank', rel: 'noopener' },
          }),
        ),
      ),
    ),
  );
}
