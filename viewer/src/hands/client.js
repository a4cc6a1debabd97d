/** What the daemon keeps for a person: collections, verdicts on duplicates; and exports. */

/**
 * @typedef {{id: number, name: string, kind: 'fixed' | 'border' | 'search', space: SpaceName | null,
 *   colour: string, note: string, query: string, mirror: string, count: number, new: number,
 *   made_at: number, seen_at: number, border: [number, number][]}} Collection
 * `seen_at`: ms of Unix time
 * @typedef {{id: number, kind: string, title: string, paths: string[], best: boolean, why: string}} Twin
 * @typedef {{kind: 'same-shot' | 'alike' | 'draft', items: Twin[], score: number}} TwinGroup
 * @typedef {{items?: number[], space?: SpaceName, query?: string, border?: [number, number][]}} Source
 * @typedef {{items?: number[], collection?: string, region?: number, query?: string, space?: SpaceName}} What
 * `What`: one of the first four, or none of them: everything
 * @typedef {'paths' | 'paths0' | 'csv' | 'ndjson' | 'canvas'} TextFormat
 * @typedef {'zip' | 'parquet' | 'clusters.json' | 'site' | 'poster'} Bundle made by the daemon, in a while
 * @typedef {{format: Bundle, name: string, title?: string, sheet?: 'svg' | 'pdf' | 'png', paper?: string, dark?: boolean, without?: string[], blurred?: boolean}} Making
 * @typedef {{number: number, state: 'working' | 'done' | 'failed', name: string, bytes: number, total: number, items: number, command: string, error: string}} Made
 */

const MOST_BORDER = 2000; // points

export class HandsClient {
  /** @param {import('../site/door.js').Door} door */
  constructor(door) {
    this.door = door;
  }

  /** @returns {Promise<Collection[]>} by name */
  async collections() {
    return (await this.door.get('api/collections')).collections;
  }

  /** @param {string} name @returns {Promise<number[]>} ids of both spaces */
  async members(name) {
    return (await this.door.get('api/collections/items', { name })).items;
  }

  /** @param {string} name @param {Source} source @returns {Promise<{name: string, added: number, count: number}>} */
  async add(name, { border, ...source }) {
    const body = { name, ...source, ...(border ? { border: thinned(border, MOST_BORDER) } : {}) };
    return (await this.door.post('do/collections/add', body)).json();
  }

  /** @param {string} name @param {number[]} items */
  async take(name, items) {
    await this.door.post('do/collections/take', { name, items });
  }

  /** @param {string} name @param {{rename?: string, colour?: string, note?: string, seen?: boolean}} change */
  async change(name, change) {
    await this.door.post('do/collections/change', { name, ...change });
  }

  /** Its files stay. @param {string} name */
  async remove(name) {
    await this.door.post('do/collections/remove', { name });
  }

  /** @returns {Promise<TwinGroup[]>} the surest first */
  async duplicates() {
    return (await this.door.get('api/duplicates')).groups;
  }

  /** @param {number[]} items @param {'not-duplicates' | 'later'} verdict */
  async decide(items, verdict) {
    await this.door.post('do/duplicates/decide', { items, verdict });
  }

  /** @param {number} item @param {'open' | 'reveal'} how @returns {Promise<string>} the file's name */
  async open(item, how) {
    return (await (await this.door.post('do/open', { item, how })).json()).name;
  }

  /** @param {SpaceName} space @param {number} region @param {string} name empty: Muser names it again */
  async renameRegion(space, region, name) {
    await this.door.post('do/regions/rename', { space, region, name: name || null });
  }

  /** @param {What} what @param {TextFormat} format @returns {Promise<Blob>} */
  async export(what, format) {
    return (await this.door.post('do/export', { format, ...what })).blob();
  }

  /** @param {What} what @param {Making} making @returns {Promise<Made>} how far it is */
  async begin(what, making) {
    return (await this.door.post('do/export/begin', { ...making, ...what })).json();
  }

  /** @param {number} number @returns {Promise<Made>} */
  async made(number) {
    return this.door.get('api/export', { number: String(number) });
  }

  /** Stop it, or delete what was made. @param {number} number */
  async drop(number) {
    await this.door.post('do/export/drop', { number });
  }

  /** Where what was made is fetched. @param {number} number */
  addressOf(number) {
    return new URL(`api/export/file?number=${number}`, this.door.base).href;
  }

  /** Keep it as a folder of links where Muser says, or no longer. @param {string} name @param {boolean} kept */
  async mirror(name, kept) {
    await this.door.post('do/collections/mirror', { name, kept });
  }

  /** @param {string} key @param {SpaceName} space @returns {Promise<{value: string, items: number[]}[]>} */
  async groups(key, space) {
    return (await this.door.get('api/groups', { key, space, most: '12' })).groups;
  }
}

/** Every so many points of a line. @template T @param {T[]} points @param {number} most @returns {T[]} */
export function thinned(points, most) {
  if (points.length <= most) return points;
  return Array.from({ length: most }, (_, i) => points[Math.floor((i * points.length) / most)]);
}
