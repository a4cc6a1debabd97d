/** What the results say of themselves, in words. Pure. */
import { count } from '../ui/words.js';

/**
 * @param {{q: string, link: 'static' | 'live' | 'paused', daemon: 'off' | 'asked' | 'slow' | 'answered' | 'failed',
 *   reading: boolean, found: number, certain: number, near: number, notes: string[],
 *   ways: {label: string, act: () => void}[], example?: boolean, hidden?: number, more?: () => void}} now
 * `example`: something was brought along to search by; `hidden`: less certain ones that `more` shows
 * `reading`: the page's own search goes on; `near`: nearest ones that are shown though none is found
 * @returns {import('../ui/results.js').State}
 */
export function stateOf({
  q,
  link,
  daemon,
  reading,
  found,
  certain,
  near,
  notes,
  ways,
  example = false,
  hidden = 0,
  more = () => {},
}) {
  // prettier-ignore
  if (!q) return { text: link === 'live' ? 'Words, or what it looks like' : 'Titles, names, tags and folders' }; // prettier-ignore
  const asked = daemon === 'asked' || daemon === 'slow';
  const busy = reading || asked;
  const said = [];
  const none = certain === 0;
  if (found && !(none && !busy)) said.push(certain < found && certain > 0 ? `${count(found)} found, ${count(certain)} beyond doubt` : `${count(found)} found`); // prettier-ignore
  if (daemon === 'slow') said.push('waking the model …');
  else if (asked) said.push('by meaning …');
  else if (reading && !found) said.push('by name …');
  if (!busy && none) said.push(near || found ? `${example ? 'Nothing is much like it' : 'Nothing here'}. The nearest, unsure:` : 'Nothing here.'); // prettier-ignore
  if (daemon === 'failed') said.push('by name only: the daemon did not answer');
  if (daemon === 'off' && !busy && link !== 'live') said.push('by name only: the daemon is not running'); // prettier-ignore
  said.push(...notes);
  const rest = hidden ? [{ label: `${count(hidden)} more, less certain`, act: more }] : [];
  return { text: said.join(' · '), busy, ways: busy ? [] : none ? [...rest, ...ways] : rest };
}
