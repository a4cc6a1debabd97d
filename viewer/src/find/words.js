/** Titles, names, tags and folders of the items of both spaces, found by words. Pure; runs in a worker. */
import uFuzzy from '@leeoniya/ufuzzy';
import { matchStart, plain } from './match.js';
import { parseQuery, wanted } from './query.js';

/** @typedef {{slot: number, title: string, name: string, tags: string[], path: string}} Entry */
/** @typedef {{slot: number, title: string, score: number, why: 'title' | 'tag' | 'folder'}} WordHit */

/** Words match at their starts, with one slip of the hand in longer ones. */
const fuzzy = new uFuzzy({
  unicode: true,
  interSplit: "[^\\p{L}\\d']+",
  intraSplit: '\\p{Ll}\\p{Lu}',
  intraBound: '\\p{L}\\d|\\d\\p{L}|\\p{Ll}\\p{Lu}',
  intraChars: "[\\p{L}\\d']",
  intraContr: "'\\p{L}{1,2}\\b",
  interLft: 2,
  intraMode: 1,
  intraSub: 1,
  intraTrn: 1,
  intraDel: 1,
  intraIns: 1,
});
const SLIP_FROM = 5; // letters of a word in which a slip is forgiven

export class WordIndex {
  /** @type {Entry[]} */
  #entries = [];
  /** Titles, names and tags, and folders, in plain letters. @type {string[]} */
  #texts = [];
  /** @type {string[]} */
  #titles = [];
  /** @type {string[]} */
  #folders = [];

  /** @param {Iterable<Entry>} entries */
  constructor(entries) {
    for (const entry of entries) {
      this.#entries.push(entry);
      this.#titles.push(plain(entry.title || entry.name));
      this.#texts.push(plain(`${entry.title} ${entry.name} ${entry.tags.join(' ')}`));
      this.#folders.push(plain(entry.path.slice(0, Math.max(entry.path.lastIndexOf('/'), 0))));
    }
  }

  /** @param {string} q @returns {WordHit[]} the best first; everything that the filters leave if there are no words */
  find(q) {
    const tokens = parseQuery(q);
    const needles = wanted(tokens).map(({ value }) => plain(value)).filter(Boolean); // prettier-ignore
    const kept = this.#filtered(tokens);
    if (!needles.length) {
      if (!tokens.some(({ kind, not }) => kind === 'filter' || not)) return [];
      return kept.map((i) => this.#hit(i, 0.5, 'title'));
    }
    /** @type {WordHit[]} */
    const hits = [];
    for (const i of kept) {
      const hit = this.#score(i, needles);
      if (hit) hits.push(hit);
    }
    if (!hits.length) hits.push(...this.#slips(needles, kept));
    return hits.sort((a, b) => b.score - a.score || a.slot - b.slot);
  }

  /** @param {number} i @param {string[]} needles @returns {WordHit | null} */
  #score(i, needles) {
    let sum = 0;
    let inTitle = true;
    let inFolder = false;
    for (const needle of needles) {
      const title = matchStart(needle, this.#titles[i]);
      const text = title || 0.8 * matchStart(needle, this.#texts[i]);
      const best = text || 0.5 * matchStart(needle, this.#folders[i]);
      if (!best) return null;
      inTitle &&= title > 0;
      inFolder ||= text === 0;
      sum += best;
    }
    const brief = 0.2 / (1 + this.#titles[i].length / 24);
    const why = inTitle ? 'title' : inFolder ? 'folder' : 'tag';
    return this.#hit(i, (sum / needles.length) * (1 + brief), why);
  }

  /** Nothing has these words: perhaps one is misspelt. @param {string[]} needles @param {number[]} kept @returns {WordHit[]} */
  #slips(needles, kept) {
    const long = needles.filter((needle) => needle.length >= SLIP_FROM);
    if (long.length < needles.length) return [];
    const found = fuzzy.filter(this.#texts, needles.join(' '), kept);
    if (!found?.length) return [];
    const info = fuzzy.info(found, this.#texts, needles.join(' '));
    return fuzzy
      .sort(info, this.#texts, needles.join(' '))
      .slice(0, 200)
      .map((at, rank) => this.#hit(info.idx[at], 0.4 / (1 + rank / 50), 'title'));
  }

  /** @param {import('./query.js').Token[]} tokens @returns {number[]} entries that the filters leave */
  #filtered(tokens) {
    /** @type {((i: number) => boolean)[]} */
    const tests = [];
    for (const { kind, key, value, not } of tokens) {
      const needle = plain(value);
      /** @type {((i: number) => boolean) | null} */
      let test = null;
      if (kind !== 'filter' && not) test = (i) => matchStart(needle, this.#texts[i]) > 0;
      else if (kind !== 'filter') continue;
      else if (key === 'folder') test = (i) => matchStart(needle, this.#folders[i]) > 0;
      else if (key === 'tag')
        test = (i) => this.#entries[i].tags.some((tag) => plain(tag).startsWith(needle));
      else if (key === 'type') test = (i) => this.#entries[i].name.toLowerCase().endsWith(`.${value.toLowerCase()}`); // prettier-ignore
      if (test) tests.push(not ? (i) => !(/** @type {Function} */ (test)(i)) : test);
    }
    const kept = [];
    for (let i = 0; i < this.#entries.length; i++) if (tests.every((test) => test(i))) kept.push(i);
    return kept;
  }

  /** @param {number} i @param {number} score @param {WordHit['why']} why @returns {WordHit} */
  #hit(i, score, why) {
    const { slot, title, name } = this.#entries[i];
    return { slot, title: title || name, score, why };
  }
}
