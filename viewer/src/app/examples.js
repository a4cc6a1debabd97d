/** A picture or a paragraph that is pasted or dropped on the page, to find what is like it. */

const LEAST_LETTERS = 40; // a shorter text is words to search, not an example
const MOST_BYTES = 32 * 2 ** 20;

/**
 * What of a paste or a drop can be searched by: a picture, else a text.
 * @param {DataTransfer | null} data @returns {{example: Blob} | {words: string} | {refused: string} | null} null: nothing
 */
export function exampleOf(data) {
  if (!data) return null;
  const [file] = data.files;
  if (file) {
    const known = file.type.startsWith('image/') && file.type !== 'image/svg+xml';
    const text = file.type.startsWith('text/plain') || file.name.endsWith('.md');
    if (!known && !text) return { refused: 'Only a picture or a text can be searched by.' };
    if (file.size > MOST_BYTES) return { refused: 'That is too large to search by (32 MiB at most).' }; // prettier-ignore
    return { example: known ? file : new Blob([file], { type: 'text/plain' }) };
  }
  const text = data.getData('text/plain').trim();
  if (!text) return null;
  if (text.length < LEAST_LETTERS) return { words: text };
  return { example: new Blob([text], { type: 'text/plain' }) };
}

/**
 * @param {{live: () => boolean, example: (blob: Blob) => void, words: (q: string) => void, say: (text: string) => void}} on
 */
export function listenExamples(on) {
  const take = (/** @type {DataTransfer | null} */ data) => {
    const found = exampleOf(data);
    if (!found) return false;
    if ('refused' in found) on.say(found.refused);
    else if ('words' in found) on.words(found.words);
    else if (on.live()) on.example(found.example);
    else on.say('Searching by an example needs the daemon, which is not running.');
    return true;
  };
  document.addEventListener('paste', (event) => {
    const target = event.target instanceof HTMLInputElement;
    // Into a field one pastes text.
    if (target && !event.clipboardData?.files.length) return;
    if (take(event.clipboardData)) event.preventDefault();
  });
  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    take(event.dataTransfer);
  });
}
