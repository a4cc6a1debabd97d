/** The page's workers, each a file of its own. A page on a disk has others: ../offline/workers.js. */

export const startData = () =>
  new Worker(new URL('./data.worker.js', import.meta.url), { type: 'module' });

export const startFind = () =>
  new Worker(new URL('./find.worker.js', import.meta.url), { type: 'module' });

export const startGrowth = () =>
  new Worker(new URL('./growth.worker.js', import.meta.url), { type: 'module' });

export const startPages = () =>
  new Worker(new URL('./pages.worker.js', import.meta.url), { type: 'module' });
