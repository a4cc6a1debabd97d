import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Journal } from '../src/app/store/journal.js';
import { Store } from '../src/app/store/store.js';

const BASE = 'http://site/';
/** @type {{url: string, handlers: Record<string, (event: any) => void>, close: () => void}[]} */
let streams = [];
/** @type {any[]} answers of manifest.json, the last one again and again; an Error is thrown */
let manifests = [];

/** @param {number} revision @param {Partial<SpaceEntry>} image */
function manifest(revision, image) {
  const space = {
    count: 2, slots: 2, bounds: [0, 0, 1, 1], frame: [0, 0, 1, 1], cell: 0.1, details: [], neighbours: [],
    regions: null, terrain: null, columns: [], ...image,
  }; // prettier-ignore
  return { format: 1, revision, live: true, chunk_size: 2, spaces: { image: space } };
}

/** @param {number} first @param {number[]} ids */
function chunk(first, ids) {
  const n = ids.length;
  const f32 = () => new Float32Array(n).fill(0.5);
  return {
    first, count: n, id: Uint32Array.from(ids), x: f32(), y: f32(), rx: f32(), ry: f32(),
    region: new Int32Array(3 * n).fill(-1), time: new Int32Array(n), rank: new Uint8Array(n),
    flags: new Uint8Array(n).fill(1), aspect: new Uint8Array(n), confidence: new Uint8Array(n),
  }; // prettier-ignore
}

/** @param {number} revision @param {number} slot @param {object} [more] */
function arrival(revision, slot, more = {}) {
  const item = {
    slot, id: 100 + slot, x: 0, y: 0, rx: 0, ry: 0, region: [-1, -1, -1], time: 0, rank: 0, flags: 1, aspect: 0,
    confidence: 0, title: 'new', name: '', excerpt: '', tags: [], thumb: null, neighbours: [], parent: -1, cosine: 0, weak: 0,
  }; // prettier-ignore
  const lists = { added: [item], changed: [], removed: [] };
  return { revision, space: 'image', slots: slot + 1, count: slot + 1, ...lists, ...more };
}

/** A data worker whose answers for columns are given by the test. */
class Worker {
  /** @type {Map<string, {resolve: (chunk: any) => void, reject: (error: any) => void}[]>} */
  waiting = new Map();
  /** @type {string[]} */
  asked = [];
  regions = [{ id: 7, count: 2 }];

  /** @param {string} op @param {{url: string}} args */
  call(op, { url }) {
    const path = url.slice(BASE.length);
    this.asked.push(path);
    if (op !== 'columns') return Promise.resolve({ regions: this.regions, items: [] });
    return new Promise((resolve, reject) => {
      this.waiting.set(path, [...(this.waiting.get(path) ?? []), { resolve, reject }]);
    });
  }

  /** @param {string} path @param {any} value a chunk or an Error */
  async answer(path, value) {
    await settle();
    const one = this.waiting.get(path)?.shift();
    if (!one) throw new Error(`${path} was not asked for, but ${this.asked}`);
    if (value instanceof Error) one.reject(value);
    else one.resolve(value);
    await settle();
  }
}

const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  streams = [];
  vi.useFakeTimers();
  vi.stubGlobal('navigator', {});
  vi.stubGlobal('BroadcastChannel', undefined);
  vi.stubGlobal('EventSource', class {
    /** @param {URL} url */
    constructor(url) {
      this.url = String(url);
      /** @type {Record<string, any>} */
      this.handlers = {};
      streams.push(this);
    }
    /** @param {string} type @param {any} handler */
    addEventListener(type, handler) {
      this.handlers[type] = handler;
    }
    close() {}
  }); // prettier-ignore
  vi.stubGlobal('fetch', async () => {
    const value = manifests.length > 1 ? manifests.shift() : manifests[0];
    if (value instanceof Error) throw value;
    return { ok: true, json: async () => structuredClone(value) };
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A store that has read its first manifest; its stream is open. */
async function opened() {
  const worker = new Worker();
  const store = new Store(BASE, /** @type {any} */ (worker));
  /** @type {string[]} */
  const told = [];
  for (const name of /** @type {const} */ (['items', 'refit', 'link', 'gaps']))
    store.events.on(name, (value) => told.push(name === 'items' ? `items ${/** @type {any} */ (value).revision}` : `${name} ${value}`)); // prettier-ignore
  const started = store.start('image');
  await settle();
  const tell = async (/** @type {string} */ type, /** @type {object} */ data) => {
    streams.at(-1)?.handlers[type]({ data: JSON.stringify(data) });
    await settle();
  };
  streams[0].handlers.open({});
  return { store, worker, started, told, tell, columns: () => store.spaces.image.columns };
}

describe('loads that overlap', () => {
  it('an item that arrives while the files are read again is not lost', async () => {
    manifests = [manifest(1, { columns: ['a1'] })];
    const { worker, tell, columns, told, store, started } = await opened();
    await worker.answer('a1', chunk(0, [1, 2]));
    await started;
    manifests = [manifest(5, { columns: ['a5'], bounds: [0, 0, 2, 2] })];
    await tell('refit', { revision: 5, space: 'image' });
    await tell('items', arrival(6, 2));
    expect(columns().present(2)).toBe(true); // at once, on the map of before
    await worker.answer('a5', chunk(0, [1, 2]));
    expect(columns().present(2)).toBe(true);
    expect(columns().id[2]).toBe(102);
    expect(told).toEqual(['link live', 'gaps 0', 'items 6', 'refit image', 'gaps 0']);
    expect((await store.spaces.image.detail(2))?.title).toBe('new');
  });

  it('what the manifest contains already is not told again over it', async () => {
    manifests = [manifest(1, { columns: ['a1'] })];
    const { worker, tell, columns, started } = await opened();
    await worker.answer('a1', chunk(0, [1, 2]));
    await started;
    manifests = [manifest(7, { columns: ['a7'], slots: 3 })];
    await tell('items', arrival(6, 2));
    await tell('refit', { revision: 7, space: 'image' });
    await worker.answer('a7', chunk(0, [1, 2, 333])); // of revision 7: another item has the slot
    expect(columns().id[2]).toBe(333);
  });

  it('an item that arrives during the first load is there after it', async () => {
    manifests = [manifest(1, { columns: ['a1'] })];
    const { worker, tell, columns, started } = await opened();
    await tell('items', arrival(2, 2));
    await worker.answer('a1', chunk(0, [1, 2]));
    await started;
    expect([0, 1, 2].map((slot) => columns().present(slot))).toEqual([true, true, true]);
  });

  it('a removal during a load stays removed', async () => {
    manifests = [manifest(1, { columns: ['a1'] })];
    const { worker, tell, columns, started } = await opened();
    await tell('items', arrival(2, 2, { added: [], removed: [1], count: 1, slots: 2 }));
    await worker.answer('a1', chunk(0, [1, 2]));
    await started;
    expect(columns().present(1)).toBe(false);
  });

  it('the older of two loads never wins', async () => {
    manifests = [manifest(1, { columns: ['old'] })];
    const { worker, tell, columns, store, started } = await opened();
    manifests = [manifest(4, { columns: ['new'], bounds: [0, 0, 9, 9] })];
    await tell('refit', { revision: 4, space: 'image' });
    await worker.answer('new', chunk(0, [11, 12]));
    await worker.answer('old', chunk(0, [1, 2]));
    await started;
    expect([...columns().id.subarray(0, 2)]).toEqual([11, 12]);
    expect(store.spaces.image.entry.columns).toEqual(['new']);
  });

  it('regions count what arrived while they were read', async () => {
    manifests = [manifest(1, { columns: ['a1'], regions: 'r1' })];
    const { worker, tell, store, started } = await opened();
    const first = chunk(0, [1, 2]);
    first.region.fill(7, 0, 1).fill(7, 3, 4);
    await tell('items', arrival(2, 2, { added: [{ ...arrival(2, 2).added[0], region: [7, -1, -1] }] })); // prettier-ignore
    await worker.answer('a1', first);
    await started;
    expect(store.spaces.image.regionById.get(7)?.count).toBe(3);
    await tell('items', arrival(3, 2, { added: [], removed: [2] }));
    expect(store.spaces.image.regionById.get(7)?.count).toBe(2);
  });
});

describe('what could not be read', () => {
  it('is said, and asked for again with longer and longer pauses', async () => {
    manifests = [manifest(1, { columns: ['a', 'b'], count: 4, slots: 4 })];
    const { worker, told, columns, started } = await opened();
    await worker.answer('a', chunk(0, [1, 2]));
    await worker.answer('b', new Error('502'));
    await started;
    expect(told.at(-1)).toBe('gaps 1');
    const asked = () => worker.asked.filter((path) => path === 'b').length;
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked()).toBe(2);
    await worker.answer('b', new Error('502'));
    await vi.advanceTimersByTimeAsync(1900);
    expect(asked()).toBe(2); // not yet: two seconds now
    await vi.advanceTimersByTimeAsync(200);
    await worker.answer('b', chunk(2, [3, 4]));
    expect(told.at(-1)).toBe('gaps 0');
    expect(columns().present(3)).toBe(true);
    expect(worker.asked.filter((path) => path === 'a').length).toBe(1);
    await vi.advanceTimersByTimeAsync(300_000);
    expect(asked()).toBe(3);
  });

  it('is looked for under another name when its own is gone', async () => {
    manifests = [manifest(1, { columns: ['gone'] })];
    const { worker, columns, started } = await opened();
    manifests = [manifest(3, { columns: ['other'] })];
    await worker.answer('gone', Object.assign(new Error('404'), { kind: 'missing' }));
    await started;
    await vi.advanceTimersByTimeAsync(1000);
    await worker.answer('other', chunk(0, [8, 9]));
    expect(columns().id[0]).toBe(8);
  });

  it('a manifest that does not come is asked for again', async () => {
    manifests = [manifest(1, { columns: ['a1'] })];
    const { worker, tell, columns, started } = await opened();
    await worker.answer('a1', chunk(0, [1, 2]));
    await started;
    manifests = [new Error('refused'), new Error('refused'), manifest(4, { columns: ['a4'] })];
    await tell('refit', { revision: 4, space: 'image' });
    await vi.advanceTimersByTimeAsync(3500);
    await worker.answer('a4', chunk(0, [5, 6]));
    expect(columns().id[0]).toBe(5);
  });
});

describe('the link', () => {
  it('is paused when the beats stop, and the stream is asked for anew', async () => {
    manifests = [manifest(1, { columns: [] })];
    const { store, tell } = await opened();
    await tell('beat', {});
    await vi.advanceTimersByTimeAsync(11_000);
    expect(store.link).toBe('live');
    await tell('beat', {});
    await vi.advanceTimersByTimeAsync(15_000);
    expect(store.link).toBe('paused');
    await vi.advanceTimersByTimeAsync(1000);
    expect(streams.length).toBe(2);
    streams[1].handlers.open({});
    expect(store.link).toBe('live');
  });

  it('is paused when a stream is asked for and never answered', async () => {
    manifests = [manifest(1, { columns: [] })];
    const { store } = await opened();
    streams[0].handlers.error({});
    expect(store.link).toBe('paused');
    await vi.advanceTimersByTimeAsync(1000 + 13_000);
    await vi.advanceTimersByTimeAsync(3000);
    expect(streams.length).toBeGreaterThanOrEqual(3); // the second one hung, a third was tried
  });

  it('does not miss the beats of a server that sends none', async () => {
    manifests = [manifest(1, { columns: [] })];
    const { store } = await opened();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(store.link).toBe('live');
  });
});

describe('the journal', () => {
  it('knows when it had to forget something that is needed', () => {
    const journal = new Journal();
    for (let revision = 1; revision <= 300; revision++)
      journal.add(/** @type {any} */ ({ revision }));
    expect(journal.after(10).complete).toBe(false);
    expect(journal.after(50)).toMatchObject({ complete: true });
    expect(journal.after(299).events.map(({ revision }) => revision)).toEqual([300]);
  });
});
