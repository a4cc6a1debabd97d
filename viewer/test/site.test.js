import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Columns, ratioOf } from '../src/site/columns.js';
import { decodeColumns, decodeTerrain, spread } from '../src/site/decode.js';
import { checkManifest } from '../src/site/manifest.js';
import { unpack } from '../src/site/packed.js';

/** @param {Numbers} array @param {string} type @param {number[]} [shape] @returns {Packed} */
export function pack(array, type, shape = [array.length]) {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return { type, shape, data: deflateSync(bytes).toString('base64') };
}

describe('packed arrays', () => {
  it('give back the values of every type', async () => {
    for (const [type, array] of /** @type {[string, Numbers][]} */ ([
      ['u8', Uint8Array.of(0, 255)],
      ['u16', Uint16Array.of(1, 65535)],
      ['i32', Int32Array.of(-1, 2 ** 31 - 1)],
      ['f32', Float32Array.of(0.5, -3)],
    ])) {
      expect(await unpack(pack(array, type))).toEqual(array);
    }
  });

  it('reads what Python wrote', async () => {
    // packed(np.array([1, 2, 65535], dtype="<u2")) of the publisher.
    const data = 'eJxjZGBi+P8fAAMRAgI=';
    expect([...(await unpack({ type: 'u16', shape: [3], data }))]).toEqual([1, 2, 65535]);
  });

  it('refuses wrong sizes, unknown types and damaged data', async () => {
    const good = pack(Uint8Array.of(1, 2, 3), 'u8');
    await expect(unpack({ ...good, shape: [4] })).rejects.toThrow('3 bytes for 4 values');
    await expect(unpack({ ...good, type: 'q9' })).rejects.toThrow('not a packed array');
    await expect(unpack({ ...good, data: 'AAAA' })).rejects.toThrow('damaged');
  });
});

describe('columns', () => {
  it('turn steps into map units', () => {
    expect([...spread([0, 65535], -2, 4)]).toEqual([-2, 4]);
  });

  it('are decoded with every length checked', async () => {
    const one = { count: 1, first: 7, columns: /** @type {any} */ ({}) };
    for (const name of ['x', 'y', 'rx', 'ry'])
      one.columns[name] = pack(Uint16Array.of(65535), 'u16');
    one.columns.id = pack(Uint32Array.of(9), 'u32');
    one.columns.region = pack(Int32Array.of(1, -1, -1), 'i32', [1, 3]);
    one.columns.time = pack(Int32Array.of(-5), 'i32');
    for (const name of ['rank', 'flags', 'aspect', 'confidence'])
      one.columns[name] = pack(Uint8Array.of(1), 'u8');
    const chunk = await decodeColumns(one, [0, 0, 10, 20]);
    expect([chunk.x[0], chunk.y[0], chunk.time[0]]).toEqual([10, 20, -5]);
    const columns = new Columns();
    columns.put(chunk);
    expect([columns.slots, columns.present(7), columns.present(6), columns.finest(7)]).toEqual([
      8,
      true,
      false,
      1,
    ]);
    one.columns.region = pack(Int32Array.of(1), 'i32');
    await expect(decodeColumns(one, [0, 0, 1, 1])).rejects.toThrow('columns.region');
  });

  it('grow without losing what they hold', () => {
    const columns = new Columns(2);
    columns.x[1] = 5;
    columns.reserve(1000);
    expect([columns.x[1], columns.x.length >= 1000]).toEqual([5, true]);
  });

  it('know the aspect of pictures and notes', () => {
    expect([ratioOf(0), ratioOf(128), ratioOf(192), ratioOf(64)]).toEqual([1, 1, 2, 0.5]);
  });
});

describe('terrain', () => {
  it('is scaled to densities', async () => {
    const raw = {
      heights: pack(Uint8Array.of(0, 255, 51, 0), 'u8', [2, 2]),
      size: 2,
      top: 10,
      bounds: [0, 0, 1, 1],
      thresholds: [1],
    };
    expect([...(await decodeTerrain(raw)).heights]).toEqual([0, 10, 2, 0]);
    await expect(decodeTerrain({ ...raw, size: 3 })).rejects.toThrow('fill the grid');
  });
});

describe('the manifest', () => {
  const space = {
    bounds: [0, 0, 1, 1],
    frame: [0, 0, 1, 1],
    cell: 0.1,
    columns: [],
    details: [],
    neighbours: [],
    count: 0,
    slots: 0,
  };
  it('fills in what may be missing', () => {
    const manifest = checkManifest({ format: 1, spaces: { image: space } });
    expect([manifest.revision, manifest.live, manifest.spaces.text.count]).toEqual([0, false, 0]);
  });
  it('tells newer formats from damage', () => {
    const kind = (/** @type {unknown} */ value) => {
      try {
        checkManifest(value);
      } catch (error) {
        return /** @type {any} */ (error).kind;
      }
      return 'fine';
    };
    expect(kind({ format: 2, spaces: {} })).toBe('newer');
    expect(kind(null)).toBe('damaged');
    expect(kind({ format: 1 })).toBe('damaged');
    expect(kind({ format: 1, spaces: { image: { ...space, bounds: [0, null, 1, 1] } } })).toBe(
      'damaged',
    );
    expect(kind({ format: 1, spaces: { image: { ...space, columns: 'x' } } })).toBe('damaged');
  });
});
