/** Region names at the peaks, as buttons over the map. */
import { placeNames, wantedRange } from '../geometry/labels.js';
import { toScreen } from '../geometry/camera.js';
import { el } from './element.js';
import { count } from './words.js';

/** @typedef {{node: HTMLButtonElement, region: Region, from: number, to: number, half: number, tall: number, shown: boolean}} Name */

const MOST = 60;
const FONTS = [
  { font: '600 23px "Barlow Condensed"', space: 0.2 * 23, height: 46 },
  { font: '500 16px "Barlow Condensed"', space: 0.16 * 16, height: 38 },
  { font: '500 13px "Barlow Condensed"', space: 0.12 * 13, height: 24 },
];

export class NameLayer {
  /** @type {Name[]} */
  #names = [];
  #measure = document.createElement('canvas').getContext('2d');
  visible = true;

  /** @param {(region: Region) => void} onOpen */
  constructor(onOpen) {
    this.node = el('div', { class: 'names', attrs: { role: 'group', 'aria-label': 'Regions' } });
    this.onOpen = onOpen;
  }

  /**
   * @param {Region[]} regions @param {number} fitScale px per unit that shows the whole map
   * @param {(region: Region) => number} fresh new items of a region
   * @param {number} width of the view: small screens have smaller names
   */
  set(regions, fitScale, fresh, width) {
    const parents = new Set(regions.map((region) => region.parent));
    const small = width < 640 ? 0.8 : 1;
    const candidates = regions.map((region) => {
      const { font, space, height } = FONTS[region.level] ?? FONTS[2];
      const text = shown(region.name);
      let wide = text.length * 10;
      if (this.#measure) {
        this.#measure.font = font;
        wide = this.#measure.measureText(text).width + text.length * space;
      }
      const [from, to] = wantedRange(region.level, !parents.has(region.id));
      return {
        id: region.id, x: region.x, y: region.y, width: wide * small + 8, height, level: region.level,
        priority: region.count, from: from * fitScale, to: to * fitScale,
      }; // prettier-ignore
    });
    const ranges = placeNames(candidates);
    const sizes = new Map(candidates.map((one) => [one.id, one]));
    const byId = new Map(regions.map((region) => [region.id, region]));
    const old = new Map(this.#names.map((one) => [one.region.id, one]));
    this.#names = ranges.slice(0, 1500).map(({ id, from, to }) => {
      const region = /** @type {Region} */ (byId.get(id));
      const before = old.get(id);
      old.delete(id);
      const node = before?.node ?? this.#button(id);
      this.#fill(node, region, fresh(region));
      const size = sizes.get(id);
      return { node, region, from, to, half: (size?.width ?? 80) / 2, tall: (size?.height ?? 30) / 2, shown: before?.shown ?? false };
    });
    for (const gone of old.values()) gone.node.remove();
  }

  /** @param {number} id */
  #button(id) {
    const node = el('button', { class: 'region-name', attrs: { tabindex: '-1' } });
    node.addEventListener('click', () => {
      const name = this.#names.find((one) => one.region.id === id);
      if (name) this.onOpen(name.region);
    });
    return node;
  }

  /** @param {HTMLButtonElement} node @param {Region} region @param {number} fresh */
  #fill(node, region, fresh) {
    node.dataset.level = String(region.level);
    node.dataset.region = String(region.id);
    node.setAttribute('aria-label', `${region.name}, ${count(region.count)} items${fresh ? `, ${fresh} new` : ''}: open region`);
    const parts = [document.createTextNode(shown(region.name))];
    if (region.level < 2) {
      const peak = el('span', { class: 'peak', text: `▲ ${count(region.count)}` });
      if (fresh) peak.append(el('span', { class: 'new', text: ` +${count(fresh)}` }));
      node.replaceChildren(...parts, peak);
    } else node.replaceChildren(...parts);
  }

  /** @param {import('../render/frame.js').Frame} frame @param {number} alpha */
  update(frame, alpha) {
    const { camera, size } = frame;
    let shownCount = 0;
    for (const name of this.#names) {
      const [x, y] = toScreen(camera, size, name.region.x, name.region.y);
      const inView = x > -name.half && y > 30 - name.tall && x < size.width + name.half && y < size.height + name.tall;
      const shows = this.visible && alpha > 0.5 && inView && camera.scale >= name.from && camera.scale < name.to && shownCount < MOST;
      if (shows) {
        shownCount++;
        if (!name.node.isConnected) this.node.append(name.node);
        const left = Math.round((x - name.half) * 2) / 2;
        name.node.style.transform = `translate(${left}px, ${Math.round((y - name.tall) * 2) / 2}px)`;
        name.node.style.width = `${Math.ceil(name.half * 2)}px`;
      }
      if (shows !== name.shown) {
        name.shown = shows;
        name.node.classList.toggle('shown', shows);
        name.node.tabIndex = shows ? 0 : -1;
      }
    }
  }

  /** Names that show now, left to right: for `[` and `]`. */
  shown() {
    return this.#names.filter((name) => name.shown).map(({ region }) => region);
  }

  clear() {
    for (const { node } of this.#names) node.remove();
    this.#names = [];
  }
}

/** @param {string} name @returns {string} one line, not endless */
function shown(name) {
  const line = name.replace(/\s+/g, ' ').trim();
  const text = [...line];
  return (text.length > 36 ? `${text.slice(0, 35).join('')}…` : line).toLocaleUpperCase('en');
}
