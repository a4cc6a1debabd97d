// @vitest-environment happy-dom
/* global document, KeyboardEvent */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { act } from '../src/app/actions.js';
import { Follow } from '../src/app/follow.js';
import { TimeMachine } from '../src/app/timemachine.js';
import { Columns } from '../src/site/columns.js';
import { Dock } from '../src/ui/dock.js';
import { Gallery } from '../src/ui/gallery.js';

beforeEach(() => {
  vi.stubGlobal('ResizeObserver', class { observe() {} }); // prettier-ignore
  vi.stubGlobal('IntersectionObserver', class { observe() {} disconnect() {} unobserve() {} }); // prettier-ignore
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('the dock', () => {
  it('shows one layer and uncovers the one below', () => {
    const dock = new Dock();
    /** @type {string[]} */
    const closed = [];
    const layer = (/** @type {string} */ name) => ({
      name, node: document.createElement('div'), width: '440px', height: /** @type {const} */ ('half'),
      close: () => { closed.push(name); dock.remove(name); },
    }); // prettier-ignore
    const [find, item] = [layer('find'), layer('item')];
    dock.open(find);
    dock.open(item);
    expect([dock.top, find.node.hidden, item.node.hidden]).toEqual(['item', true, false]);
    expect(dock.closeTop()).toBe(true);
    expect([dock.top, find.node.hidden, closed]).toEqual(['find', false, ['item']]);
    dock.closeTop();
    expect([dock.node.hidden, dock.closeTop()]).toEqual([true, false]);
    expect(document.documentElement.style.getPropertyValue('--dock-width')).toBe('0px');
  });
});

describe('keys', () => {
  const keyboard = (/** @type {any} */ more) => {
    /** @type {string[]} */
    const done = [];
    const layer = (/** @type {string} */ name, /** @type {string[]} */ actions) =>
      Object.fromEntries(actions.map((action) => [action, () => done.push(`${name} ${action}`)]));
    const all = {
      blocked: () => false, back: () => true, inItem: () => 'no', inTime: () => false,
      item: layer('item', ['left', 'back', 'zoomItem']), time: layer('time', ['zoomItem']),
      map: layer('map', ['left', 'in']), ...more,
    }; // prettier-ignore
    return { done, press: (/** @type {any} */ action) => act(all, action) };
  };

  it('belong to the item that lies over the map, and are shared with one beside it', () => {
    const over = keyboard({ inItem: () => 'over' });
    expect([over.press('left'), over.press('in')]).toEqual([true, false]);
    const beside = keyboard({ inItem: () => 'beside' });
    expect([beside.press('left'), beside.press('in')]).toEqual([true, true]);
    expect(beside.done).toEqual(['item left', 'map in']);
  });

  it('play the time when no item wants them', () => {
    const playing = keyboard({ inTime: () => true });
    playing.press('zoomItem');
    expect(playing.done).toEqual(['time zoomItem']);
    const none = keyboard({});
    expect(none.press('zoomItem')).toBe(false);
  });
});

describe('the first run', () => {
  const atlas = () => {
    const flown = vi.fn();
    return { flown, atlas: /** @type {any} */ ({ view: 'map', scene: { fly: flown, fit: () => ({}) }, lookAt: vi.fn(), current: { columns: { present: () => true } } }) }; // prettier-ignore
  };

  it('keeps everything in view until somebody moves the map, then offers', () => {
    const { flown, atlas: one } = atlas();
    const offers = vi.fn();
    const follow = new Follow(one, offers);
    follow.begin(/** @type {any} */ ({ fit: null }), false);
    follow.came([1]);
    expect([flown.mock.calls.length, offers.mock.calls.length]).toEqual([1, 0]);
    follow.moved();
    follow.came([2]);
    follow.came([3, 4]);
    expect(flown.mock.calls.length).toBe(1);
    expect(offers.mock.calls.map(([text]) => text)).toEqual(['+1 new', '+3 new']);
    offers.mock.calls[1][1]();
    expect(one.lookAt.mock.calls[0][0]).toEqual([2, 3, 4]);
    expect(follow.fresh).toEqual([]);
  });

  it('is none on a map that has a fit, or where the address says where to look', () => {
    const { flown, atlas: one } = atlas();
    const follow = new Follow(one, () => {});
    follow.begin(/** @type {any} */ ({ fit: { number: 1 } }), false);
    follow.came([1]);
    follow.begin(/** @type {any} */ ({ fit: null }), true);
    follow.came([1]);
    expect(flown).not.toHaveBeenCalled();
  });
});

describe('the time machine', () => {
  /** Items a year apart, from 2010 on. @param {number} years */
  function machine(years, still = true) {
    const columns = new Columns(years);
    for (let i = 0; i < years; i++) {
      columns.time[i] = Date.UTC(2010 + i, 5) / 60_000;
      columns.flags[i] = 1;
    }
    /** @type {any[]} */
    const filters = [];
    const scene = { still, filterBy: (/** @type {any} */ filter) => filters.push(filter) };
    const current = { columns, entry: { fit: null, terrain: null }, regions: [], name: 'image', regionById: new Map(), land: null }; // prettier-ignore
    const atlas = /** @type {any} */ ({ scene, current, view: 'map', showLand: vi.fn() });
    const time = new TimeMachine({
      atlas, base: 'http://x/', found: () => null, route: () => {}, shown: () => {}, select: vi.fn(),
      openItem: () => {}, drawThumb: async () => false,
    }); // prettier-ignore
    return { time, filters };
  }

  it('steps a year a second without motion, and stops at the end', () => {
    vi.useFakeTimers();
    const { time, filters } = machine(8);
    time.show(true);
    time.play();
    const start = /** @type {[number, number]} */ (time.panel.brush)[1];
    vi.advanceTimersByTime(1000);
    const next = /** @type {[number, number]} */ (time.panel.brush)[1];
    expect((next - start) / 525_960).toBeCloseTo(1, 1);
    vi.advanceTimersByTime(20_000);
    expect(time.playing).toBe(false);
    expect(filters.at(-1)).toBeNull(); // everything up to the end is everything
  });

  it('moves a window as a whole, by hand and by steps', () => {
    const { time, filters } = machine(8);
    time.show(true);
    time.setMode('window');
    const [low] = /** @type {[number, number]} */ (time.panel.span);
    time.panel.set([low + 525_960, low + 2 * 525_960]);
    time.step(1);
    const [from, to] = /** @type {[number, number]} */ (time.panel.brush);
    expect([(from - low) / 525_960, (to - from) / 525_960]).toEqual([expect.closeTo(2), expect.closeTo(1)]); // prettier-ignore
    expect(filters.at(-1).from).toBeCloseTo(from);
    time.show(false);
    expect(filters.at(-1)).toBeNull();
  });

  it('does not fail where nothing has a date', () => {
    const { time } = machine(0);
    time.show(true);
    time.play();
    time.step(1);
    time.setMode('window');
    expect(time.playing).toBe(false);
  });
});

describe('a gallery', () => {
  const space = /** @type {any} */ ({
    name: 'text', columns: new Columns(50), colourOf: () => '', regionById: new Map(),
    detail: async (/** @type {number} */ slot) => ({ title: `Note ${slot}`, excerpt: '' }),
  }); // prettier-ignore

  it('keeps what is there, and the place, while more comes in', () => {
    const opened = vi.fn();
    const selected = vi.fn();
    const gallery = new Gallery('Found', {
      open: opened, preview: () => {}, like: () => {}, select: selected, selected: () => false, drawThumb: async () => false,
    }); // prettier-ignore
    document.body.append(gallery.node);
    gallery.show(space, [{ slot: 4 }, { slot: 2 }], 'score');
    const first = gallery.node.querySelector('.cell');
    gallery.focus(1);
    gallery.show(space, [{ slot: 4 }, { slot: 2 }, { slot: 9 }], 'score', true);
    expect(gallery.node.querySelector('.cell')).toBe(first);
    expect(gallery.active).toBe(2);
    const key = (/** @type {string} */ name, more = {}) =>
      document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true, ...more })); // prettier-ignore
    key('Enter');
    expect(opened).toHaveBeenCalledWith(2);
    key('x');
    key('ArrowRight', { shiftKey: true });
    expect(selected.mock.calls.map(([slot, how]) => [slot, how])).toEqual([[2, 'toggle'], [9, 'range']]); // prettier-ignore
    gallery.node.remove();
  });

  it('never shows all of a great many at once', () => {
    const gallery = new Gallery('Found', /** @type {any} */ ({ selected: () => false }));
    gallery.show(space, Array.from({ length: 5000 }, (_, slot) => ({ slot })), 'score'); // prettier-ignore
    expect(gallery.node.querySelectorAll('.cell').length).toBe(400);
    expect(gallery.node.querySelector('.gallery-more')?.textContent).toBe('4,600 more');
  });
});
