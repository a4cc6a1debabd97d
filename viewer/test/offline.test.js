/** Files of a page on a disk: as scripts, and lent to workers. */
import { describe, expect, it } from 'vitest';
import { readFilesBy } from '../src/site/files.js';
import { borrowing, lending } from '../src/offline/lending.js';
import { ScriptFiles } from '../src/offline/scripts.js';

/** A document whose scripts run at once: `files` by address. @param {Record<string, [string, string]>} files */
function pageOf(files) {
  /** @type {string[]} */
  const asked = [];
  const page = {
    createElement: () => {
      const script = new EventTarget();
      return Object.assign(script, { src: '', remove: () => {} });
    },
    head: {
      append: (/** @type {any} */ script) => {
        asked.push(script.src);
        queueMicrotask(() => {
          const path = decodeURIComponent(new URL(script.src).pathname).slice(3, -3);
          const file = files[path];
          if (file) /** @type {any} */ (globalThis).muserFile(path, ...file);
          script.dispatchEvent(new Event(file ? 'load' : 'error'));
        });
      },
    },
  };
  return { page: /** @type {any} */ (page), asked };
}

const BASE = 'file:///m/';

describe('files as scripts', () => {
  it('are read as they were, once at a time', async () => {
    const { page, asked } = pageOf({
      'a/é.json': ['text', '{"x": "é"}'],
      'b.webp': ['base64', btoa('\x00\xff!')],
    });
    const files = new ScriptFiles(BASE, page);
    const url = new URL('a/é.json', BASE).href;
    const [one, other] = await Promise.all([files.read(url), files.read(url)]);
    expect(await one.json()).toEqual({ x: 'é' });
    expect(await other.json()).toEqual({ x: 'é' });
    expect(asked.length).toBe(1);
    const bytes = new Uint8Array(await (await files.read(`${BASE}b.webp`)).arrayBuffer());
    expect([...bytes]).toEqual([0, 255, 33]);
    await files.read(url);
    expect(asked.length).toBe(3);
  });

  it('that are missing, or speak of something else, are not there', async () => {
    const { page } = pageOf({});
    const files = new ScriptFiles(BASE, page);
    expect((await files.read(`${BASE}nothing.json`)).status).toBe(404);
    /** @type {any} */ (globalThis).muserFile('uninvited', 'text', 'x');
  });
});

describe('files lent to workers', () => {
  /** Two ends of a worker. @returns {any} */
  function pair() {
    const [inside, outside] = [new EventTarget(), new EventTarget()];
    const post = (/** @type {EventTarget} */ to) => (/** @type {any} */ data) =>
      queueMicrotask(() => to.dispatchEvent(Object.assign(new Event('message'), { data })));
    return {
      inside: Object.assign(inside, { postMessage: post(outside) }),
      outside: Object.assign(outside, { postMessage: post(inside) }),
    };
  }

  it('arrive with their status, and other messages pass', async () => {
    const { inside, outside } = pair();
    readFilesBy(async (url) =>
      url.endsWith('y') ? new Response('yes') : new Response(null, { status: 404 }),
    );
    /** @type {any[]} */
    const heard = [];
    const before = globalThis.self;
    /** @type {any} */ (globalThis).self = inside;
    const read = borrowing();
    lending(outside);
    outside.addEventListener('message', (/** @type {any} */ { data }) => heard.push(data));
    const [there, missing] = await Promise.all([read('y'), read('n')]);
    expect(await there.text()).toBe('yes');
    expect(missing.status).toBe(404);
    inside.postMessage({ call: 1 });
    await Promise.resolve();
    expect(heard).toEqual([{ call: 1 }]);
    globalThis.self = before;
  });
});
