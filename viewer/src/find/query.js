/**
 * The query as one string that the address can hold, and its parts: words, "phrases", -exclusions,
 * `key:value` filters, and `like:ID` examples. Pure.
 */

/**
 * @typedef {{kind: 'word' | 'phrase' | 'filter' | 'like', not: boolean, key: string, value: string, raw: string}} Token
 * `raw`: as it was typed
 */

/** What can be filtered by; the daemon knows all of them, the page alone those marked. */
export const FILTERS = /** @type {const} */ ({
  folder: true, tag: true, region: true, type: true, before: true, after: true, year: true, is: true,
  lang: false, camera: false, colour: false,
}); // prettier-ignore

/** Filters that only the daemon can apply. @param {Token[]} tokens @returns {string[]} as they were typed */
export function daemonOnly(tokens) {
  return tokens
    .filter(
      ({ kind, key, value }) =>
        kind === 'filter' &&
        (!FILTERS[/** @type {keyof typeof FILTERS} */ (key)] ||
          (key === 'is' && value !== 'new') ||
          (key === 'type' && ['image', 'note'].includes(value))),
    ) // prettier-ignore
    .map(({ raw }) => raw);
}

const OPEN_FILTER = new RegExp(`^(${Object.keys(FILTERS).join('|')}):$`, 'i');
const TOKEN = /(-?)(?:([a-z]+):)?(?:"([^"]*)"?|(\S+))/giu;

/** @param {string} q @returns {Token[]} */
export function parseQuery(q) {
  /** @type {Token[]} */
  const tokens = [];
  for (const { 0: raw, 1: minus, 2: name, 3: quoted, 4: bare } of q.matchAll(TOKEN)) {
    const key = (name ?? '').toLowerCase();
    const value = quoted ?? bare ?? '';
    const not = minus === '-' && (value !== '' || key !== '');
    if (key === 'like' && /^\d{1,10}$/.test(value))
      tokens.push({ kind: 'like', not, key, value, raw });
    else if (key in FILTERS) {
      if (value) tokens.push({ kind: 'filter', not, key, value, raw });
    } else if (quoted !== undefined && !key)
      tokens.push({ kind: 'phrase', not, key: '', value, raw });
    else
      tokens.push({
        kind: 'word',
        not,
        key: '',
        value: key ? `${name}:${value}` : value || raw,
        raw,
      });
  }
  // A filter whose value is still to come says nothing yet.
  return tokens.filter(({ kind, value }) => value.trim() !== '' && !(kind === 'word' && OPEN_FILTER.test(value))); // prettier-ignore
}

/** @param {string} key @param {string} value @param {boolean} [not] @returns {string} as one types it */
export function tokenText(key, value, not = false) {
  return `${not ? '-' : ''}${key}:${/\s/.test(value) ? `"${value.replaceAll('"', '')}"` : value}`;
}

/** The query without a token. @param {string} q @param {Token} token */
export function without(q, token) {
  return q.replace(token.raw, ' ').replace(/\s+/g, ' ').trim();
}

/** The query with one token more, once. @param {string} q @param {string} text */
export function withToken(q, text) {
  if (parseQuery(q).some(({ raw }) => raw === text)) return q.trim();
  return `${q.trim()} ${text}`.trim();
}

/** The query with other examples besides; one without any is replaced. @param {string} q @param {number[]} ids */
export function moreLike(q, ids) {
  const examples = parseQuery(q).filter(({ kind }) => kind === 'like');
  let next = examples.length ? q : '';
  for (const id of ids.map(String)) {
    for (const token of examples) if (token.not && token.value === id) next = without(next, token);
    next = withToken(next, tokenText('like', id));
  }
  return next;
}

/** The query with an example of the other sign: like this, not like that. @param {string} q @param {Token} token */
export function turned(q, { raw, key, value, not }) {
  const parts = q.split(/(\s+)/).map((part) => (part === raw ? tokenText(key, value, !not) : part));
  return parts.join('').trim();
}

/** Whether something would still be looked for if an example were an unwanted one. @param {Token[]} tokens @param {Token} token */
export function canTurn(tokens, token) {
  const others = tokens.filter(
    ({ kind, not, raw }) => kind === 'like' && !not && raw !== token.raw,
  );
  return token.not || others.length > 0 || wanted(tokens).length > 0;
}

/** Words and phrases that are looked for. @param {Token[]} tokens */
export function wanted(tokens) {
  return tokens.filter(({ kind, not }) => !not && (kind === 'word' || kind === 'phrase'));
}

/** Whether the page itself finds anything of a query: examples without words are the daemon's. @param {Token[]} tokens @param {boolean} live */
export function inPage(tokens, live) {
  if (wanted(tokens).length) return !live || !daemonOnly(tokens).length;
  return !daemonOnly(tokens).length && !tokens.some(({ kind }) => kind === 'like');
}

/**
 * From when to when, Unix minutes, by `year:`, `before:` and `after:`; years, months or days.
 * @param {Token[]} tokens @returns {{from: number, to: number} | null} null: no such filter
 */
export function spanOf(tokens) {
  let from = -Infinity;
  let to = Infinity;
  let any = false;
  for (const { kind, key, value, not } of tokens) {
    const span = kind === 'filter' && !not ? spanOfDate(value) : null;
    if (!span) continue;
    if (key === 'year') [from, to] = [Math.max(from, span[0]), Math.min(to, span[1] - 1)];
    else if (key === 'before') to = Math.min(to, span[0] - 1);
    else if (key === 'after') from = Math.max(from, span[0]);
    else continue;
    any = true;
  }
  return any ? { from, to } : null;
}

/** @param {string} text `2021`, `2021-05`, `2021-05-17` or `2019..2021` @returns {[number, number] | null} first minute, and the first one after */
function spanOfDate(text) {
  const range = /^(\d{4})\.\.(\d{4})$/.exec(text);
  if (range) return [yearStart(Number(range[1])), yearStart(Number(range[2]) + 1)];
  const found = /^(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?$/.exec(text);
  if (!found) return null;
  const [year, month, day] = found.slice(1).map((part) => (part ? Number(part) : 0));
  const start = Date.UTC(year, (month || 1) - 1, day || 1);
  const end = day
    ? Date.UTC(year, month - 1, day + 1)
    : month
      ? Date.UTC(year, month, 1)
      : Date.UTC(year + 1, 0, 1);
  return [start / 60_000, end / 60_000];
}

/** @param {number} year */
function yearStart(year) {
  return Date.UTC(year, 0, 1) / 60_000;
}
