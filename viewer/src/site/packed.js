/** Packed arrays: base64 of a zlib stream of little-endian values (docs/formats.md). */

/** @type {Record<string, new (buffer: ArrayBuffer) => Numbers>} */
const KINDS = {
  u8: Uint8Array,
  i8: Int8Array,
  u16: Uint16Array,
  i16: Int16Array,
  u32: Uint32Array,
  i32: Int32Array,
  f32: Float32Array,
};

export class FormatError extends Error {}

/**
 * @param {Packed} packed
 * @param {string} [what] named in errors
 * @returns {Promise<Numbers>} row-major values
 * @throws {FormatError} when type, shape or data do not agree
 */
export async function unpack(packed, what = 'array') {
  const Kind = KINDS[packed?.type];
  if (!Kind || !Array.isArray(packed.shape) || typeof packed.data !== 'string') {
    throw new FormatError(`${what}: not a packed array`);
  }
  const count = packed.shape.reduce((product, side) => product * side, 1);
  let buffer;
  try {
    buffer = await inflate(fromBase64(packed.data));
  } catch (error) {
    throw new FormatError(`${what}: damaged data`, { cause: error });
  }
  const width = Kind === Float32Array ? 4 : Number(packed.type.slice(1)) / 8;
  if (buffer.byteLength !== count * width) {
    throw new FormatError(`${what}: ${buffer.byteLength} bytes for ${count} values`);
  }
  return new Kind(buffer);
}

/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
export function fromBase64(text) {
  const native = /** @type {any} */ (Uint8Array).fromBase64;
  if (native) return native.call(Uint8Array, text);
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
async function inflate(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Response(stream).arrayBuffer();
}
