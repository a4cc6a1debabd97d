/** Whether words stand in a text, at word starts. Pure. */

/** Scripts that put no spaces between words: there every place is a start. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}\p{Script=Lao}]/u;

/** Lower case, without accents, one space between words. @param {string} text */
export function plain(text) {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[\s_\-./\\]+/g, ' ')
    .trim();
}

/** What a text is tested for: all words at word starts. @param {string} needle plain @param {string} text plain @returns {number} 0: no; 1: whole words */
export function matchStart(needle, text) {
  if (UNSPACED.test(needle)) return text.includes(needle) ? 0.9 : 0;
  for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1)) {
    const before = at === 0 || !/[\p{L}\d]/u.test(text[at - 1]);
    if (!before) continue;
    const end = at + needle.length;
    return end === text.length || !/[\p{L}\d]/u.test(text[end]) ? 1 : 0.85;
  }
  return 0;
}
