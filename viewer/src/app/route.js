/** Deep links: `#/image/z/x/y?region=&item=&q=&from=&to=&view=&theme=`. Pure. */

/**
 * @typedef {{space: SpaceName, z: number | null, x: number, y: number, region: number | null,
 *   item: number | null, q: string, from: string, to: string, view: 'map' | 'tree', theme: string}} Route
 * `z` is log2 of the scale over that which shows the whole map, so that it holds on every screen;
 * x and y are shares of the frame. Items and regions are ids: they survive refits.
 */

/** @returns {Route} */
export function home() {
  return {
    space: 'image',
    z: null,
    x: 0,
    y: 0,
    region: null,
    item: null,
    q: '',
    from: '',
    to: '',
    view: 'map',
    theme: '',
  };
}

/** @param {string} hash @returns {Route} whatever can be understood of it */
export function parseRoute(hash) {
  const route = home();
  const [path, query = ''] = hash.replace(/^#/, '').split('?');
  const [, space, z, x, y] = path.split('/');
  if (space === 'text' || space === 'image') route.space = space;
  const numbers = [z, x, y].map((part) => (part ? Number(part) : NaN));
  if (numbers.every(Number.isFinite)) [route.z, route.x, route.y] = numbers;
  const params = new URLSearchParams(query);
  route.region = whole(params.get('region'));
  route.item = whole(params.get('item'));
  route.q = params.get('q') ?? '';
  route.from = date(params.get('from'));
  route.to = date(params.get('to'));
  route.view = params.get('view') === 'tree' ? 'tree' : 'map';
  const theme = params.get('theme');
  route.theme = theme === 'dark' || theme === 'light' ? theme : '';
  return route;
}

/** @param {Route} route */
export function formatRoute(route) {
  let path = `#/${route.space}`;
  if (route.z !== null) path += `/${short(route.z, 2)}/${short(route.x, 4)}/${short(route.y, 4)}`;
  const params = new URLSearchParams();
  if (route.view === 'tree') params.set('view', 'tree');
  if (route.region !== null) params.set('region', String(route.region));
  if (route.item !== null) params.set('item', String(route.item));
  for (const key of /** @type {const} */ (['q', 'from', 'to', 'theme'])) {
    if (route[key]) params.set(key, route[key]);
  }
  const query = params.toString();
  return query ? `${path}?${query}` : path;
}

/** @param {string | null} text */
function whole(text) {
  return text !== null && /^\d{1,10}$/.test(text) ? Number(text) : null;
}

/** @param {string | null} text */
function date(text) {
  return text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text) && Number.isFinite(Date.parse(text))
    ? text
    : '';
}

/** @param {number} value @param {number} digits */
function short(value, digits) {
  return String(Number(value.toFixed(digits)));
}
