/** What is known of an item: time, region, size, tags, state, and its path to copy. */
import { el } from './element.js';
import { clock } from './media.js';
import { bytes, count, harmless, isolated, stamp, timeSource } from './words.js';

const stars = (/** @type {number} */ rating) =>
  rating < 0 ? 'rejected' : '★'.repeat(rating) + (rating ? '☆'.repeat(5 - rating) : '');
const coordinates = (/** @type {[number, number]} */ [north, east]) =>
  `${Math.abs(north).toFixed(5)}° ${north < 0 ? 'S' : 'N'}, ${Math.abs(east).toFixed(5)}° ${east < 0 ? 'W' : 'E'}`;

/** @typedef {import('../site/space.js').Space} Space */

/** What is to be said of how a file was read; empty for nothing. @param {Detail | null} detail */
export function noticeOf(detail) {
  return [detail?.notice, detail?.incomplete ? 'the end of the file is missing' : '']
    .filter(Boolean)
    .join('; ');
}

/** @param {HTMLElement} list @param {Space} space @param {number} slot @param {Detail | null} detail */
export function fillFacts(list, space, slot, detail) {
  const { columns } = space;
  const regions = [0, 1, 2]
    .map((level) => space.regionById.get(columns.region[slot * 3 + level])?.name)
    .filter(Boolean)
    .map((name) => isolated(name ?? ''));
  const source = timeSource(detail?.time_source);
  const time = stamp(columns.time[slot], columns.flags[slot], detail?.time_precision);
  /** @type {[string, string][]} */
  const rows = [
    ['Time', source ? `${time}, ${source}` : time],
    ['Region', regions.join(' › ') || 'between regions'],
    [
      'Size',
      detail?.width
        ? `${count(detail.width)} × ${count(detail.height)} px · ${bytes(detail.size)}`
        : bytes(detail?.size ?? 0),
    ],
    ['Duration', detail?.seconds ? clock(detail.seconds) : ''],
    ['Pages', detail?.pages ? count(detail.pages) : ''],
    ['Caption', space.name === 'image' ? (detail?.excerpt ?? '') : ''],
    ['Rating', stars(detail?.rating ?? 0)],
    ['Place', detail?.place ? coordinates(detail.place) : ''],
    ['Length', detail?.length ? `${count(detail.length)} characters` : ''],
    ['Notice', noticeOf(detail)],
    ['Tags', (detail?.tags ?? []).map(isolated).join(', ')],
    [
      'State',
      [
        columns.flags[slot] & 2 ? 'placed since the last fit' : '',
        columns.flags[slot] & 4 ? 'its folder is offline' : '',
        columns.flags[slot] & 32 ? 'the end of its file is missing' : '',
      ]
        .filter(Boolean)
        .join(', '),
    ],
  ];
  const nodes = rows
    .filter(([, value]) => value)
    .flatMap(([key, value]) => [
      el('dt', { text: key }),
      el('dd', { text: value, attrs: { dir: 'auto' } }),
    ]);
  if (detail?.path) {
    const copy = el('button', { class: 'plain', text: 'Copy path' });
    copy.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(detail.path);
        copy.textContent = 'Copied';
      } catch {
        copy.textContent = 'Select and copy it above';
      }
    });
    nodes.push(
      el('dt', { text: 'Path' }),
      el('dd', { class: 'path', text: harmless(detail.path), attrs: { dir: 'auto' } }),
      el('dd', {}, copy),
    );
  }
  list.replaceChildren(...nodes);
}
