/** Files for workers that cannot read any: the worker asks the page, which reads and hands over. */
import { readFile } from '../site/files.js';

/**
 * On the page: answers what a worker asks for.
 * @param {Worker} worker @returns {Worker} the same
 */
export function lending(worker) {
  worker.addEventListener('message', async (event) => {
    const { wanted, url } = event.data;
    if (wanted === undefined) return;
    event.stopImmediatePropagation();
    const answer = await readFile(url);
    const body = await answer.arrayBuffer();
    worker.postMessage({ lent: wanted, status: answer.status, body }, [body]);
  });
  return worker;
}

/** In the worker: reads by asking the page. @returns {import('../site/files.js').Reader} */
export function borrowing() {
  let count = 0;
  /** @type {Map<number, (answer: Response) => void>} */
  const open = new Map();
  self.addEventListener('message', (event) => {
    const { lent, status, body } = event.data;
    if (lent === undefined) return;
    event.stopImmediatePropagation();
    open.get(lent)?.(new Response(body, { status }));
    open.delete(lent);
  });
  return (url) =>
    new Promise((resolve) => {
      open.set(++count, resolve);
      /** @type {any} */ (self).postMessage({ wanted: count, url });
    });
}
