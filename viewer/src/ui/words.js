/** Dates, counts and sizes as people read them. Pure. */

const COUNT = new Intl.NumberFormat('en');

/** @param {number} value */
export function count(value) {
  return COUNT.format(value);
}

/** @param {number} n @param {string} one @param {string} [many] */
export function counted(n, one, many = `${one}s`) {
  return `${count(n)} ${n === 1 ? one : many}`;
}

const NO_CLOCK = 8; // of flags: a day, a month or a year is all that is known
const DOUBTFUL = 16; // the time of a clock that was never set
const LENGTHS = { time: 16, day: 10, month: 7, year: 4 };

/**
 * When something was, by the clock where it was: the same text in every time zone.
 * @param {number} minutes as the column `time` has them @param {number} [flags]
 * @param {Detail['time_precision']} [precision] @returns {string} 2024-05-17 14:20
 */
export function stamp(minutes, flags = 0, precision = flags & NO_CLOCK ? 'day' : 'time') {
  const date = new Date(minutes * 60_000);
  if (!Number.isFinite(date.getTime())) return 'no date';
  const text = date.toISOString().slice(0, LENGTHS[precision]).replace('T', ' ');
  return flags & DOUBTFUL ? `${text} (doubtful)` : text;
}

/** @param {number} minutes @param {number} [flags] @returns {string} 2024-05-17 */
export function day(minutes, flags = 0) {
  return stamp(minutes, flags, 'day');
}

/** @type {{[source: string]: string}} */
const SOURCES = {
  exif: 'by the camera',
  gps: 'by satellite, UTC',
  xmp: 'by XMP',
  iptc: 'by IPTC',
  png: 'by its PNG texts',
  takeout: 'by Google Takeout',
  sidecar: 'by its sidecar',
  name: 'by the file’s name',
  'front-matter': 'by the note',
  document: 'by the document',
  container: 'by the recording',
  mtime: 'when the file was changed',
};

/** Where a time comes from, for people. @param {string | undefined} source */
export function timeSource(source) {
  return source ? (SOURCES[source] ?? source) : '';
}

/** @param {number} bytes */
export function bytes(bytes) {
  if (!bytes) return '';
  const units = ['B', 'kB', 'MB', 'GB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < 3) {
    value /= 1000;
    unit++;
  }
  return `${value < 10 && unit ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

// Control characters, line separators, marks that turn the direction of text round.
// eslint-disable-next-line no-control-regex
const HARMFUL = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** A path to look at; the one to copy stays as it is. @param {string} text */
export function harmless(text) {
  return text.replace(HARMFUL, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A text within another one, whose direction it leaves as it is. @param {string} text */
export function isolated(text) {
  return text && `\u2068${text}\u2069`;
}

/** First and last year as one. @param {[number, number] | null | undefined} pair */
export function years(pair) {
  if (!pair || !pair.every(Number.isFinite)) return '';
  return pair[0] === pair[1] ? `${pair[0]}` : `${pair[0]}–${pair[1]}`;
}

/** The name an item goes by; never empty. @param {Detail | null} detail */
export function titleOf(detail) {
  const title = (detail?.title || detail?.name || '').replace(/\s+/g, ' ').trim();
  return title || 'Untitled';
}

const ONE_LINE = 13; // letters

/**
 * A name in one line or two of about the same length. Words joined by a middle dot part there.
 * @param {string} name @returns {string[]}
 */
export function inLines(name) {
  if ([...name].length <= ONE_LINE) return [name];
  let best = [name];
  let least = name.length * 0.85;
  for (const { 0: gap, index } of name.matchAll(/ · | /g)) {
    if (gap === ' ' && (name[index - 1] === '·' || name[index + 1] === '·')) continue;
    const lines = [name.slice(0, index), name.slice(index + gap.length)];
    const longest = Math.max(lines[0].length, lines[1].length) - (gap === ' ' ? 0 : 4);
    if (longest < least) [best, least] = [lines, longest];
  }
  return best;
}

/** Long words of code and paths may break at their joints. @param {string} text */
export function breakable(text) {
  return text.replace(/(?<=[a-z\d][._/-])(?=[A-Za-z\d])|(?<=[a-z])(?=[A-Z])/g, '\u200b');
}

const DAY_MS = 86_400_000;
const WEEKDAY = new Intl.DateTimeFormat('en', { weekday: 'long' });
const DATE = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long' });

/** Since when, by the clock here. @param {number} then ms of Unix time @param {number} now @returns {string} since Friday */
export function since(then, now) {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  const days = Math.round((midnight - new Date(then).setHours(0, 0, 0, 0)) / DAY_MS);
  if (days <= 0) return 'since today';
  if (days === 1) return 'since yesterday';
  if (days < 7) return `since ${WEEKDAY.format(then)}`;
  if (days < 300) return `since ${DATE.format(then)}`;
  return `since ${new Date(then).getFullYear()}`;
}
