/**
 * What the daemon answers to a query. One door: `/api/find`; a site whose daemon does not have it is
 * asked through `/api/search` and `/api/similar`, and the page filters by itself.
 */
import { parseQuery, wanted } from './query.js';

/**
 * @typedef {{
 *   id: number, space: SpaceName, slot: number, title: string, score: number,
 *   certain: boolean | null, why: string[], snippet: string, marks: [number, number][],
 *   section?: {number: number, title: string, when: string} | null,
 * }} Hit
 * `section`: of a file that holds several notes the one in which the words stand.
 * `slot` −1: only the id is known. `certain` null: the daemon does not say. `marks`: ranges of
 * letters of the snippet that match.
 * @typedef {{hits: Hit[], counts: Record<SpaceName, number> | null, near: Hit[], notes: string[], filtered: boolean}} Answer
 * `near`: the nearest below the cut-off, when nothing is above it. `notes`: what the daemon did not
 * understand. `filtered`: the daemon has applied the filters.
 */

const LIMIT = 500;
/** A type that no form of another page can send. */
const TEXT_TYPE = 'application/vnd.muser.text';
const SEARCH_LIMIT = 60;
const WAKE_AGAIN_MS = 60_000;
const SPACES = /** @type {const} */ (['image', 'text']);

export class FindClient {
  /** null: not tried yet */
  #hasFind = /** @type {boolean | null} */ (null);
  #woken = -Infinity;

  /** @param {import('../site/door.js').Door} door */
  constructor(door) {
    this.door = door;
  }

  /** The box opens: whoever reads the words had better be awake when they come. */
  wake() {
    const now = performance.now();
    if (now - this.#woken < WAKE_AGAIN_MS) return;
    this.#woken = now;
    for (const space of SPACES)
      this.door.get('api/search', { q: 'map', space, limit: '1' }).catch(() => {});
  }

  /**
   * @param {string} q @param {AbortSignal} signal
   * @param {boolean} meaning false: only words and filters, which need no model
   * @returns {Promise<Answer | null>} null: words alone cannot be asked for
   * @throws {Error} with the `status`, when no door answers
   */
  async ask(q, signal, meaning) {
    if (this.#hasFind !== false) {
      try {
        const raw = await this.door.get('api/find', paramsOf(q, meaning), signal);
        this.#hasFind = true;
        return answerOf(raw);
      } catch (error) {
        const { status } = /** @type {{status?: number}} */ (error);
        if (this.#hasFind || (status !== 404 && status !== 405)) throw error;
        this.#hasFind = false;
      }
    }
    return meaning ? this.#bySearch(q, signal) : null;
  }

  /**
   * What is like a picture or a paragraph that was brought along; it is asked with and not kept.
   * @param {Blob} example @param {string} q words beside it @param {AbortSignal} signal @returns {Promise<Answer>}
   * @throws {Error} with the daemon's sentence when the example cannot be used
   */
  async byExample(example, q, signal) {
    const type = example.type.startsWith('text/') ? TEXT_TYPE : example.type;
    const params = paramsOf(q, true);
    return answerOf(await (await this.door.post('api/find', example, { params, type, signal })).json()); // prettier-ignore
  }

  /** @param {string} q @param {AbortSignal} signal @returns {Promise<Answer>} */
  async #bySearch(q, signal) {
    const tokens = parseQuery(q);
    const words = wanted(tokens).map(({ value }) => value).join(' '); // prettier-ignore
    const likes = tokens.filter(({ kind, not }) => kind === 'like' && !not);
    /** @type {Promise<any>[]} */
    const asked = likes.map(({ value }) =>
      this.door.get('api/similar', { id: value, limit: String(SEARCH_LIMIT) }, signal),
    );
    if (words)
      for (const space of SPACES)
        asked.push(this.door.get('api/search', { q: words, space, limit: String(SEARCH_LIMIT) }, signal)); // prettier-ignore
    const answers = await Promise.allSettled(asked);
    const failed = answers.find(({ status }) => status === 'rejected');
    if (failed && answers.every(({ status }) => status === 'rejected'))
      throw /** @type {PromiseRejectedResult} */ (failed).reason;
    /** @type {Hit[]} */
    const hits = [];
    answers.forEach((answer, i) => {
      if (answer.status !== 'fulfilled') return;
      const why = i < likes.length ? 'looks like it' : 'means it';
      const { space } = answer.value;
      for (const raw of answer.value.hits ?? []) hits.push(hitOf({ space, why: [why], ...raw }));
    });
    const unlike = new Set(tokens.filter(({ kind }) => kind === 'like').map(({ value }) => Number(value))); // prettier-ignore
    return { hits: hits.filter(({ id }) => !unlike.has(id)), counts: null, near: [], notes: [], filtered: false }; // prettier-ignore
  }
}

/** Examples travel beside the words. @param {string} q @param {boolean} meaning @returns {Record<string, string>} */
function paramsOf(q, meaning) {
  const tokens = parseQuery(q);
  const ids = (/** @type {boolean} */ not) => tokens.filter((token) => token.kind === 'like' && token.not === not).map(({ value }) => value).join(); // prettier-ignore
  const words = tokens.filter(({ kind }) => kind !== 'like').map(({ raw }) => raw).join(' '); // prettier-ignore
  /** @type {Record<string, string>} */
  const params = { q: words, space: 'all', limit: String(LIMIT), meaning: meaning ? '1' : '0' };
  if (ids(false)) params.like = ids(false);
  if (ids(true)) params.unlike = ids(true);
  return params;
}

/** @param {any} raw @returns {Answer} */
function answerOf(raw) {
  return {
    hits: (raw.hits ?? []).map(hitOf),
    counts: raw.counts ?? null,
    near: (raw.near ?? raw.nearest ?? []).map(hitOf),
    notes: [
      ...[raw.problems ?? []].flat().map(String),
      ...Object.values(raw.doors ?? {})
        .filter((door) => /** @type {any} */ (door).state === 'failed')
        .map((door) => String(/** @type {any} */ (door).message)),
    ],
    filtered: true,
  };
}

/** @param {any} raw @returns {Hit} */
function hitOf(raw) {
  const { text, marks } = snippetOf(raw.snippet, raw.marks);
  return {
    id: Number(raw.id ?? -1),
    space: raw.space === 'text' || raw.kind === 'note' ? 'text' : 'image',
    slot: Number.isInteger(raw.slot) ? raw.slot : -1,
    title: String(raw.title || raw.name || 'Untitled'),
    score: Number(raw.score ?? raw.cosine ?? 0),
    certain: typeof raw.certain === 'boolean' ? raw.certain : null,
    why: [raw.why ?? []].flat().map(String),
    snippet: text,
    marks,
    section: raw.section ?? null,
  };
}

const OPEN = '\u0002';
const SHUT = '\u0003';

/**
 * A snippet with its marks, given as ranges or between control characters, which no text contains.
 * @param {unknown} snippet @param {unknown} marks @returns {{text: string, marks: [number, number][]}}
 */
export function snippetOf(snippet, marks) {
  if (snippet && typeof snippet === 'object') {
    const given = /** @type {{text?: unknown, marks?: unknown}} */ (snippet);
    return snippetOf(String(given.text ?? ''), given.marks);
  }
  const raw = String(snippet ?? '');
  if (Array.isArray(marks)) return { text: raw, marks: unitsOf(raw, marks) };
  /** @type {[number, number][]} */
  const found = [];
  let text = '';
  for (const part of raw.split(OPEN)) {
    const [marked, rest] = part.includes(SHUT) ? part.split(SHUT) : ['', part];
    if (marked) found.push([text.length, text.length + marked.length]);
    text += marked + rest;
  }
  return { text, marks: found };
}

/** Ranges of characters as ranges of UTF-16 units. @param {string} text @param {[number, number][]} marks @returns {[number, number][]} */
function unitsOf(text, marks) {
  const letters = [...text];
  if (letters.length === text.length) return marks.map(([from, to]) => [from, to]);
  const starts = [0];
  for (const letter of letters) starts.push(starts[starts.length - 1] + letter.length);
  return marks.map(([from, to]) => [starts[from] ?? text.length, starts[to] ?? text.length]);
}
