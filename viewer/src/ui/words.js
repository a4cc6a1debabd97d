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

/** @param {number} minutes Unix minutes @param {number | null} [offset] minutes from UTC @returns {string} 2024-05-17 14:20 */
export function stamp(minutes, offset = 0) {
  const date = new Date((minutes + (offset ?? 0)) * 60_000);
  if (!Number.isFinite(date.getTime())) return 'no date';
  return date.toISOString().slice(0, 16).replace('T', ' ');
}

/** @param {number} minutes @returns {string} 2024-05-17 */
export function day(minutes) {
  return stamp(minutes).slice(0, 10);
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
