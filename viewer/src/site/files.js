/**
 * How files of the site are read: by fetch, where a server gives them. A page that was opened from
 * a disk, and the workers of such a page, are told another way: see ../offline/.
 */

/** @typedef {(url: string, options?: RequestInit) => Promise<Response>} Reader rejects when nothing answers */

/** @type {Reader} */
let reader = (url, options) => fetch(url, options);

/** @type {Reader} */
export const readFile = (url, options) => reader(url, options);

/** @param {Reader} other */
export function readFilesBy(other) {
  reader = other;
}
