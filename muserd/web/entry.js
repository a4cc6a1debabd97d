// Leads a tab on: from an address of loopback to the page's own origin, and into the page.
const home = document.documentElement.dataset.home;
const login = location.pathname === '/login';
const go = (where) => location.replace(where);

if (home) {
  const late = new Promise((_resolve, reject) => setTimeout(reject, 2000));
  const asked = { mode: 'no-cors', cache: 'no-store', credentials: 'omit' };
  Promise.race([fetch(`${home}/here`, asked), late]).then(
    () => go(login ? `${home}/login${location.search}` : `${home}/arrive${location.hash}`),
    () => login && go(`/login${location.search}&stay=1`),
  );
} else {
  go(`/${location.hash}`);
}
