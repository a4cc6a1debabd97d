/** A part of the query as it was understood, with a way to be without it; an example can change its sign. */
import { el, iconButton } from './element.js';

/**
 * @param {import('../find/query.js').Token} token @param {string} text
 * @param {() => void} drop @param {(() => void) | null} turn into like or unlike; null: it cannot be
 */
export function queryChip(token, text, drop, turn) {
  const kind = `chip ${token.kind}${token.not ? ' not' : ''}`;
  if (token.kind !== 'like') {
    const chip = iconButton('close', `Without ${text}`, drop, { class: kind });
    chip.prepend(el('span', { text }));
    return chip;
  }
  const other = token.not ? 'more like it' : 'not like it';
  const sign = el('button', {
    class: 'sign',
    text: token.not ? '−' : '+',
    title: turn ? `Search for what is ${other}` : 'Something must be looked for',
    attrs: { 'aria-label': `${text}: search for what is ${other}` },
    on: { click: () => turn?.() },
  });
  sign.disabled = !turn;
  return el(
    'span',
    { class: kind, attrs: { role: 'group', 'aria-label': text } },
    sign,
    el('span', { text: text.replace(/^(un)?like /, '') }),
    iconButton('close', `Without ${text}`, drop, { class: 'off' }),
  );
}

/** A part of the query in words. @param {import('../find/query.js').Token} token @param {(id: string) => string} titleOf an example's */
export function labelOf({ kind, key, value, not }, titleOf) {
  const minus = not ? 'not ' : '';
  if (kind === 'phrase') return `${minus}“${value}”`;
  if (kind === 'word') return `${minus}${value}`;
  if (kind === 'filter') return `${minus}${key}: ${value}`;
  return `${not ? 'unlike' : 'like'} ${titleOf(value)}`;
}
