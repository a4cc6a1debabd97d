/** Thumbnails: one texture array per level, cells lent out by the picture pool. */
import { rgb } from '../../app/theme.js';
import { Store, VIEW, link, rectangles } from './program.js';
import { LEVELS, THUMB_FLOATS } from '../frame.js';

/** @typedef {import('../frame.js').Frame} Frame */

const VERTEX = `
${VIEW}
uniform float uMorph;
uniform float uRelax;
uniform float uDim;
uniform float uCells; // cells along a layer's side
in vec2 aCorner;
in vec4 aPlace;
in vec4 aBefore; // x, y before; ratio; how visible
in vec4 aCell; // column, row, layer; alpha
in vec4 aLook; // r, g, b of the rim; brought out
in vec4 aSize; // side, px off its place to the right and down; plate
flat out vec3 vCell;
flat out vec2 vSides;
out vec2 vAt;
out vec2 vHalf;
out vec4 vRim;
out float vAlpha;
out float vStrong;
out float vPlate;
void main() {
  vec2 p = mix(aBefore.xy, mix(aPlace.xy, aPlace.zw, uRelax), uMorph);
  float ratio = aBefore.z;
  vec2 sides = ratio >= 1.0 ? vec2(1.0, 1.0 / ratio) : vec2(ratio, 1.0);
  float shown = aBefore.w;
  float strong = max(aLook.w, 0.0);
  float grow = mix(0.55, 1.0, shown) * (strong > 0.5 ? 1.08 : 1.0);
  vHalf = sides * aSize.x * 0.5 * grow;
  vec2 reach = vHalf + 3.0;
  vAt = (aCorner * 2.0 - 1.0) * reach;
  vCell = vec3(aCell.xy + 0.5, aCell.z);
  // Half a texel is kept clear of the cell's transparent margin.
  vSides = sides * 0.5 * 0.985;
  vAlpha = shown * aCell.w * (strong > 0.5 ? 1.0 : uDim) * (aLook.w < -0.5 ? 0.07 : 1.0);
  vRim = vec4(aLook.rgb / 255.0, 1.0);
  vStrong = strong;
  vPlate = aSize.w;
  vec2 off = vec2(aSize.y, -aSize.z);
  gl_Position = vAlpha <= 0.004 ? vec4(2.0, 2.0, 2.0, 1.0) : vec4(clipOf(p) + (vAt + off) * uPixel, 0.0, 1.0);
}`;

const FRAGMENT = `
precision highp sampler2DArray;
uniform sampler2DArray uPages;
uniform float uCells;
uniform vec4 uPlate; // premultiplied
flat in vec3 vCell;
flat in vec2 vSides;
in vec2 vAt;
in vec2 vHalf;
in vec4 vRim;
in float vAlpha;
in float vStrong;
in float vPlate;
out vec4 colour;
void main() {
  float corner = clamp(min(vHalf.x, vHalf.y) * 0.16, 1.5, 10.0);
  vec2 q = abs(vAt) - vHalf + corner;
  float d = length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - corner;
  float cover = clamp(0.5 - d, 0.0, 1.0);
  vec2 inside = clamp(vAt / vHalf, -1.0, 1.0) * vSides;
  vec4 texel = texture(uPages, vec3((vCell.xy + vec2(inside.x, -inside.y)) / uCells, vCell.z));
  texel += uPlate * vPlate * (1.0 - texel.a);
  float width = vStrong > 0.5 ? 2.0 : 1.0;
  float rim = clamp(width + 0.5 - abs(d + width * 0.5), 0.0, 1.0) * (vStrong > 0.5 ? 1.0 : 0.6);
  // A picture with a clear ground lies on the land like a sticker: no frame, no shadow.
  rim *= vStrong > 0.5 ? 1.0 : texel.a;
  vec4 body = mix(texel, vec4(vRim.rgb, 1.0), rim);
  float shadow = clamp(1.0 - max(d, 0.0) / 3.0, 0.0, 1.0) * 0.35 * (1.0 - cover) * texel.a;
  colour = vec4(body.rgb * cover, body.a * cover + shadow) * vAlpha;
}`;

export class ThumbLayer {
  /** @type {Map<number, WebGLTexture>} */
  #textures = new Map();
  /** @type {Map<number, {store: Store, shape: WebGLVertexArrayObject, count: number}>} */
  #sets = new Map();

  /** @param {WebGL2RenderingContext} gl @param {WebGLBuffer} corners */
  constructor(gl, corners) {
    this.gl = gl;
    this.program = link(gl, VERTEX, FRAGMENT, {
      aCorner: 0,
      aPlace: 1,
      aBefore: 2,
      aCell: 3,
      aLook: 4,
      aSize: 5,
    });
    for (const { px } of LEVELS) {
      const store = new Store(gl);
      const attributes = [1, 2, 3, 4, 5].map((location) => ({
        location,
        size: 4,
        offset: 16 * (location - 1),
      }));
      const stride = THUMB_FLOATS * 4;
      const shape = rectangles(gl, corners, [{ from: store, stride, attributes }]);
      this.#sets.set(px, { store, shape, count: 0 });
    }
    gl.bindVertexArray(null);
  }

  /** @param {number} px level @param {Float32Array} data @param {number} count */
  set(px, data, count) {
    const set = this.#sets.get(px);
    if (!set) return;
    set.count = count;
    if (count) set.store.put(data.subarray(0, count * THUMB_FLOATS));
  }

  /** Put a picture in the middle of its cell. @param {number} px level @param {number} cell @param {ImageBitmap} bitmap */
  upload(px, cell, bitmap) {
    const { gl } = this;
    const level = LEVELS.find((one) => one.px === px);
    if (!level) return;
    let texture = this.#textures.get(px);
    if (!texture) {
      texture = gl.createTexture();
      gl.bindTexture(gl.TEXTURE_2D_ARRAY, texture);
      gl.texStorage3D(gl.TEXTURE_2D_ARRAY, 1, gl.RGBA8, level.page, level.page, level.layers);
      gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
      gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
      gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
      gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
      this.#textures.set(px, texture);
    }
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, texture);
    const side = level.page / px;
    const inLayer = cell % (side * side);
    const x = (inLayer % side) * px + ((px - bitmap.width) >> 1);
    const y = Math.floor(inLayer / side) * px + ((px - bitmap.height) >> 1);
    gl.texSubImage3D(
      gl.TEXTURE_2D_ARRAY, 0, x, y, Math.floor(cell / (side * side)),
      bitmap.width, bitmap.height, 1, gl.RGBA, gl.UNSIGNED_BYTE, bitmap,
    ); // prettier-ignore
  }

  get bytes() {
    let sum = 0;
    for (const { px, page, layers } of LEVELS)
      if (this.#textures.has(px)) sum += page * page * 4 * layers;
    return sum;
  }

  /** @param {Frame} frame */
  draw(frame) {
    const { gl, program } = this;
    let calls = 0;
    for (const { px, page } of LEVELS) {
      const set = this.#sets.get(px);
      const texture = this.#textures.get(px);
      if (!set?.count || !texture) continue;
      if (!calls) {
        gl.useProgram(program.program);
        gl.uniform4fv(program.uniform('uView'), frame.view);
        gl.uniform2fv(program.uniform('uPixel'), frame.pixel);
        gl.uniform1f(program.uniform('uMorph'), frame.morph);
        gl.uniform1f(program.uniform('uRelax'), frame.relax);
        const [plate, strength] = frame.theme.plate;
        const [r, g, b] = rgb(plate).map((c) => (c / 255) * strength);
        gl.uniform4f(program.uniform('uPlate'), r, g, b, strength);
        gl.uniform1f(program.uniform('uDim'), frame.dim);
        gl.uniform1i(program.uniform('uPages'), 0);
        gl.activeTexture(gl.TEXTURE0);
      }
      gl.uniform1f(program.uniform('uCells'), page / px);
      gl.bindTexture(gl.TEXTURE_2D_ARRAY, texture);
      gl.bindVertexArray(set.shape);
      gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, set.count);
      calls++;
    }
    return calls;
  }
}
