/** What the browser remembers. A browser that refuses to remember is no error. */

/** @param {string} key @param {string} [otherwise] */
export function recall(key, otherwise = '') {
  try {
    return localStorage.getItem(`muser.${key}`) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** @param {string} key @param {string} value */
export function remember(key, value) {
  try {
    localStorage.setItem(`muser.${key}`, value);
  } catch {
    // Private windows and full disks: the setting lasts as long as the page.
  }
}
