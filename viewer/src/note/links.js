/**
 * Links and pictures of a note: to other items where the daemon knows them, to the web in a tab of
 * their own; nothing else leads anywhere, and nothing is fetched from outside.
 */
import { el } from '../ui/element.js';

/**
 * @typedef {{id: number, slot: number, space: 'image' | 'text'}} Target
 * @typedef {{links: Record<string, Target>, open: (target: Target) => void, picture: (id: number) => string}} Links
 */

const WEB = /^(?:https?:\/\/|mailto:)/i;

/** A target as it was written, without the place inside of it. @param {string} written */
export function bare(written) {
  let target = written.trim().replace(/^file:(?:\/\/)?/, '');
  try {
    target = decodeURIComponent(target);
  } catch {
    // a stray % is a part of the name
  }
  return target.split('#')[0].trim();
}

/** @param {string} written @param {Links} links @returns {Target | undefined} */
export function known(written, links) {
  for (const target of [written.trim(), bare(written)]) {
    if (Object.hasOwn(links.links, target)) return links.links[target];
  }
  return undefined;
}

/** @param {string} written @param {Links} links @returns {HTMLElement} an element for the link's text */
export function anchor(written, links) {
  const target = known(written, links);
  if (target)
    return el('a', {
      class: 'inner-link',
      attrs: { href: '#', role: 'button' },
      on: {
        click: (event) => {
          event.preventDefault();
          links.open(target);
        },
      },
    });
  if (WEB.test(written))
    return el('a', {
      title: written,
      attrs: { href: written, target: '_blank', rel: 'noopener noreferrer' },
    });
  return el('span', { class: 'dead-link', title: written });
}

/** @param {string} written @param {string} alt @param {Links} links @returns {HTMLElement} */
export function figure(written, alt, links) {
  const target = known(written, links);
  if (target?.space !== 'image') {
    const link = anchor(written, links);
    link.append(alt || bare(written).split('/').pop() || written);
    return link;
  }
  return el('img', {
    class: 'embedded',
    attrs: { src: links.picture(target.id), alt, loading: 'lazy', decoding: 'async' },
    on: { click: () => links.open(target) },
  });
}
