/** Fuzzy matching of a few words against many short texts. Pure. */

/** Lower case, without accents, one space between words. @param {string} text */
export function plain(text) {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[\s_\-./\\]+/g, ' ')
    .trim();
}

/**
 * How well words match a text; every word must.
 * @param {string[]} words plain @param {string} text plain
 * @returns {number} 0: not at all; whole words at the start count most
 */
export function score(words, text) {
  let sum = 0;
  for (const word of words) {
    const one = scoreWord(word, text);
    if (one === 0) return 0;
    sum += one;
  }
  return (sum / words.length) * (1 + 0.2 / (1 + text.length / 24));
}

/** @param {string} word @param {string} text */
function scoreWord(word, text) {
  const at = text.indexOf(word);
  if (at >= 0) {
    const starts = at === 0 || text[at - 1] === ' ';
    const ends = at + word.length === text.length || text[at + word.length] === ' ';
    return starts && ends ? 1 : starts ? 0.85 : 0.6;
  }
  // A word behind the first hit inside another word may still start one.
  if (word.length < 4) return 0;
  let best = 0;
  for (const other of text.split(' ')) {
    if (Math.abs(other.length - word.length) > 2 && other.length < word.length) continue;
    const part = other.slice(0, word.length + 1);
    const gap = Math.min(distance(word, other, 2), distance(word, part, 2));
    const allowed = word.length >= 7 ? 2 : 1;
    if (gap <= allowed) best = Math.max(best, 0.5 - 0.12 * gap);
  }
  return best;
}

/** Edits between two words, neighbours swapped counting one; more than `limit` is Infinity. @param {string} a @param {string} b @param {number} limit */
export function distance(a, b, limit) {
  if (Math.abs(a.length - b.length) > limit) return Infinity;
  let before = new Array(b.length + 1).fill(0);
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        next[j] = Math.min(next[j], before[j - 2] + 1);
      least = Math.min(least, next[j]);
    }
    if (least > limit) return Infinity;
    before = row;
    row = next;
  }
  return row[b.length] > limit ? Infinity : row[b.length];
}
