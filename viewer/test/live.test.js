import { afterEach, describe, expect, it, vi } from 'vitest';
import { Live } from '../src/site/live.js';

const BASE = 'http://localhost/';

describe('live events', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('keeps what another tab tells while the manifest is read', async () => {
    /** @type {((event: {data: any}) => void)[]} */
    const hearers = [];
    vi.stubGlobal('BroadcastChannel', class {
      addEventListener(/** @type {string} */ _, /** @type {any} */ hear) {
        hearers.push(hear);
      }
      postMessage() {}
      close() {}
    }); // prettier-ignore
    vi.stubGlobal('navigator', { locks: { request: () => new Promise(() => {}) } });
    /** @type {number[]} */
    const heard = [];
    const live = new Live(BASE, ({ type, data }) => type === 'items' && heard.push(data.revision));
    for (const revision of [6, 7]) hearers[0]({ data: { type: 'items', data: { revision } } });
    expect(heard).toEqual([]);
    live.start(6); // the manifest already held revision 6
    expect(heard).toEqual([7]);
    for (const revision of [7, 8]) hearers[0]({ data: { type: 'items', data: { revision } } });
    expect(heard).toEqual([7, 8]);
    live.stop();
  });
});
