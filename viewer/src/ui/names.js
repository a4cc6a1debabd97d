/** Region names at the peaks, as buttons over the map. */
import { plain } from '../find/match.js';
import { placeNames, wantedRange } from '../geometry/labels.js';
import { toScreen } from '../geometry/camera.js';
import { el } from './element.js';
import { count, inLines } from './words.js';

/** @typedef {{node: HTMLButtonElement, region: Region, from: number, late: number, to: number, half: number, tall: number, shown: boolean}} Name */

const MOST = 60;
/** Country, county, parish: the larger of a level have the larger letters. Weight and tracking as in styles/map.css. */
const LETTERS = [
  { weight: 600, least: 19, most: 29, tracking: 0.2 },
  { weight: 500, least: 16, most: 19, tracking: 0.14 },
  { weight: 500, least: 14, most: 14, tracking: 0.1 },
];
/** A region that is called by one of its items shows that item. */
const EXAMPLE = { weight: 500, tracking: 0.02, share: 0.92, picture: 28, gap: 7 };
const LINE = 1.08; // em
const PEAK_PX = 15;
const LEAST_PX = 24; // to be hit with a finger, as in styles/map.css
const SMALL_SCREEN_PX = 640;
const EDGE_PX = 4;

/** The line of terms below the names of the finest regions of notes: px, and how its letters are set. */
const TERMS = { px: 12.5, line: 16, weight: 400, tracking: 0.02 };
const MOST_TERMS = 4;
const LEAST_TERMS = 2;

export class NameLayer {
  /** The finest regions say in small type what else they are about. */
  terms = false;
  /** @type {Name[]} */
  #names = [];
  #measure = document.createElement('canvas').getContext('2d');
  visible = true;
  /** What the names cover: x0, y0, x1, y1 of each, px. @type {number[]} */
  boxes = [];
  /** The scale from which a name shows, where pictures stand in its way before. @type {Map<number, number>} */
  #later = new Map();
  /** The same for the same names in the same places. */
  key = '';

  /** @param {(region: Region) => void} onOpen @param {(canvas: HTMLCanvasElement, slot: number, px: number) => Promise<boolean>} [drawThumb] */
  constructor(onOpen, drawThumb) {
    this.drawThumb = drawThumb;
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
    const largest = [0, 1, 2].map((level) =>
      Math.max(1, ...regions.filter((one) => one.level === level).map((one) => one.count)),
    );
    const candidates = regions.map((region) => {
      const letters = LETTERS[region.level] ?? LETTERS[2];
      const share = Math.sqrt(region.count / (largest[region.level] ?? 1));
      const px =
        (letters.least + (letters.most - letters.least) * share) *
        (width < SMALL_SCREEN_PX ? 0.78 : 1);
      const example = region.example === true && !region.pinned;
      const lines = example ? [likeOf(region.name)] : inLines(shown(region.name));
      const wide = example
        ? this.#wide(lines[0], px * EXAMPLE.share, EXAMPLE) + EXAMPLE.picture + EXAMPLE.gap
        : Math.max(...lines.map((line) => this.#wide(line, px, letters)));
      const terms = this.terms && !parents.has(region.id) ? termsOf(region) : '';
      const below = terms ? this.#wide(terms, TERMS.px, TERMS) : 0;
      const [from, to] = wantedRange(region.level, !parents.has(region.id));
      return {
        id: region.id, x: region.x, y: region.y, width: Math.max(wide, below) + 8, height: Math.max(lines.length * px * LINE + (region.level < 2 && !example ? PEAK_PX : 0) + (terms ? TERMS.line : 0) + 4, example ? EXAMPLE.picture + 2 : LEAST_PX),
        level: region.level, priority: region.count, from: from * fitScale, to: to * fitScale, px, lines, terms,
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
      const size = /** @type {typeof candidates[number]} */ (sizes.get(id));
      this.#fill(node, region, size.lines, fresh(region), size.terms);
      node.style.fontSize = `${size.px.toFixed(1)}px`;
      return {
        node,
        region,
        from,
        late: from,
        to,
        half: size.width / 2,
        tall: size.height / 2,
        shown: before?.shown ?? false,
      };
    });
    for (const gone of old.values()) gone.node.remove();
    const key = this.#names.map(({ region, from, to, half, tall }) =>
      [region.id, region.x, region.y, from, to, half, tall].join(),
    );
    this.key = `${this.#names.length} ${hash(key.join(';'))}`;
    this.#defer();
  }

  /** What pictures step aside for. @returns {import('../geometry/ranges.js').Obstacle[]} */
  obstacles() {
    return this.#names.map(({ region, half, tall, from, to }) => ({
      x: region.x, y: region.y, halfWidth: half, halfHeight: tall, from, to,
    })); // prettier-ignore
  }

  /** Names that wait for pictures to make room. @param {ArrayLike<number>} from scales, in the order of `obstacles` */
  defer(from) {
    this.#later = new Map(this.#names.map(({ region }, n) => [region.id, from[n]]));
    this.#defer();
  }

  #defer() {
    for (const name of this.#names)
      name.late = Math.max(name.from, this.#later.get(name.region.id) ?? 0);
  }

  /** Width of a line. @param {string} line @param {number} px @param {{weight: number, tracking: number}} letters */
  #wide(line, px, { weight, tracking }) {
    if (!this.#measure) return line.length * px * 0.6;
    this.#measure.font = `${weight} ${px}px "Barlow Condensed"`;
    return this.#measure.measureText(line).width + line.length * px * tracking;
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

  /** @param {HTMLButtonElement} node @param {Region} region @param {string[]} lines @param {number} fresh @param {string} terms */
  #fill(node, region, lines, fresh, terms) {
    node.dataset.level = String(region.level);
    node.dataset.region = String(region.id);
    node.setAttribute(
      'aria-label',
      `${region.name}, ${count(region.count)} items${fresh ? `, ${fresh} new` : ''}: open region`,
    );
    const name = document.createTextNode(lines.join('\n'));
    const example = region.example === true && !region.pinned;
    node.classList.toggle('example', example);
    if (example) {
      const canvas = el('canvas', { attrs: { 'aria-hidden': 'true' } });
      node.replaceChildren(canvas, el('i', { text: lines[0] }));
      void this.drawThumb?.(canvas, region.medoid, 64);
    } else if (region.level < 2) {
      const peak = el('span', { class: 'peak', text: `▲ ${count(region.count)}` });
      if (fresh) peak.append(el('span', { class: 'new', text: ` +${count(fresh)}` }));
      node.replaceChildren(name, peak);
    } else node.replaceChildren(name);
    if (terms) node.append(el('span', { class: 'terms', text: terms }));
  }

  /** @param {import('../render/frame.js').Frame} frame @param {number} alpha @returns {boolean} whether they cover something else than before */
  update(frame, alpha) {
    const { camera, size } = frame;
    const before = this.boxes.reduce((sum, value) => sum + value, 0);
    this.boxes.length = 0;
    /** @type {Name[]} */
    const seen = [];
    for (const name of this.#names) {
      const [x, y] = toScreen(camera, size, name.region.x, name.region.y);
      const inView =
        x > -name.half &&
        y > 30 - name.tall &&
        x < size.width + name.half &&
        y < size.height + name.tall;
      const shows =
        this.visible &&
        alpha > 0.5 &&
        inView &&
        camera.scale >= name.late &&
        camera.scale < name.to &&
        seen.length < MOST;
      if (shows) {
        seen.push(name);
        this.boxes.push(x - name.half, y - name.tall, x + name.half, y + name.tall);
      }
      if (shows !== name.shown) {
        name.shown = shows;
        name.node.classList.toggle('shown', shows);
        name.node.tabIndex = shows ? 0 : -1;
      }
    }
    seen.forEach((name, i) => this.#put(name, i * 4, size.width));
    return Math.abs(this.boxes.reduce((sum, value) => sum + value, 0) - before) > 1;
  }

  /** Set a name in its box; at the edge of the view it keeps whole, where there is room. @param {Name} name @param {number} k its box @param {number} width of the view */
  #put(name, k, width) {
    const { boxes } = this;
    const at = boxes[k] + name.half;
    const x = kept(at, name.half + EDGE_PX, width);
    if (x !== at && !this.#meets(k, x - at)) {
      boxes[k] += x - at;
      boxes[k + 2] += x - at;
    }
    if (!name.node.isConnected) this.node.append(name.node);
    name.node.style.transform = `translate(${Math.round(boxes[k] * 2) / 2}px, ${Math.round(boxes[k + 1] * 2) / 2}px)`;
    name.node.style.width = `${Math.ceil(name.half * 2)}px`;
  }

  /** Whether a box would meet another one. @param {number} k @param {number} by px to the right */
  #meets(k, by) {
    const { boxes } = this;
    for (let o = 0; o < boxes.length; o += 4) {
      if (
        o !== k &&
        boxes[k] + by < boxes[o + 2] &&
        boxes[k + 2] + by > boxes[o] &&
        boxes[k + 1] < boxes[o + 3] &&
        boxes[k + 3] > boxes[o + 1]
      )
        return true;
    }
    return false;
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

/** `document.fonts.ready` waits only for letters that were asked for. @returns {Promise<void>} also when there are none */
export async function lettersLoaded() {
  const weights = new Set([...LETTERS, EXAMPLE, TERMS].map(({ weight }) => weight));
  const faces = [...weights].map((weight) => document.fonts.load(`${weight} 20px "Barlow Condensed"`)); // prettier-ignore
  await Promise.allSettled(faces);
}

/** @param {string} name of an item */
function likeOf(name) {
  const text = [...name.replace(/\s+/g, ' ').trim().toLocaleLowerCase('en')];
  return `like ${text.length > 28 ? `${text.slice(0, 27).join('')}…` : text.join('')}`;
}

/** What else a region is about than its name says. @param {Region} region @returns {string} */
export function termsOf({ name, terms }) {
  const said = plain(name);
  const more = terms.filter((term) => !said.includes(plain(term))).slice(0, MOST_TERMS);
  return more.length >= LEAST_TERMS ? more.join(', ') : '';
}

/** A short number that tells texts apart. @param {string} text */
function hash(text) {
  let h = 2166136261;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16777619);
  return h >>> 0;
}

/**
 * While its peak is in sight a name stays whole, and leaves with it.
 * @param {number} at px of the peak @param {number} half of the name @param {number} width of the view
 */
function kept(at, half, width) {
  if (2 * half > width) return at;
  if (at < half) return half + Math.min(at, 0);
  if (at > width - half) return width - half + Math.max(at - width, 0);
  return at;
}

/** @param {string} name @returns {string} one line, not endless */
function shown(name) {
  const line = name.replace(/\s+/g, ' ').trim();
  const text = [...line];
  return (text.length > 48 ? `${text.slice(0, 47).join('')}…` : line).toLocaleUpperCase('en');
}
