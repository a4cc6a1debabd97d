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

/**
 * What the address asks for, else what was chosen once, else the system's, which is followed.
 * @param {string} asked @param {(theme: 'dark' | 'light') => void} follow @returns {'dark' | 'light'}
 */
export function firstTheme(asked, follow) {
  const system = matchMedia('(prefers-color-scheme: light)');
  const chosen = asked || recall('theme');
  system.addEventListener('change', () => {
    if (!asked && !recall('theme')) follow(system.matches ? 'light' : 'dark');
  });
  const theme =
    chosen === 'dark' || chosen === 'light' ? chosen : system.matches ? 'light' : 'dark';
  document.documentElement.dataset.theme = theme;
  return theme;
}
