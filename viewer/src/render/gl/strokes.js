/** Lines between items (solid or dashed) and marks (rings and discs) in WebGL. */
import { LINE_FLOATS, MARK_FLOATS } from '../frame.js';
import { Store, VIEW, link, rectangles } from './program.js';

/** @typedef {import('../frame.js').Frame} Frame */

const LINE_VERTEX = `
${VIEW}
in vec2 aCorner;
in vec4 aEnds;
in vec4 aColour;
in vec2 aStyle; // width, dash
out float vSide;
out float vAlong;
out vec4 vColour;
out vec2 vStyle;
void main() {
  vec2 a = clipOf(aEnds.xy) / uPixel, b = clipOf(aEnds.zw) / uPixel;
  vec2 along = b - a;
  float length_ = max(length(along), 1e-4);
  vec2 unit = along / length_;
  float half_ = aStyle.x * 0.5 + 1.0;
  vec2 p = mix(a, b, aCorner.x) + vec2(-unit.y, unit.x) * (aCorner.y * 2.0 - 1.0) * half_;
  vSide = (aCorner.y * 2.0 - 1.0) * half_;
  vAlong = aCorner.x * length_;
  vColour = aColour;
  vStyle = aStyle;
  gl_Position = vec4(p * uPixel, 0.0, 1.0);
}`;

const LINE_FRAGMENT = `
uniform float uAlpha;
in float vSide;
in float vAlong;
in vec4 vColour;
in vec2 vStyle;
out vec4 colour;
void main() {
  float half_ = vStyle.x * 0.5;
  float a = clamp(half_ + 0.5 - abs(vSide), 0.0, 1.0) * min(1.0, vStyle.x) * vColour.a * uAlpha;
  if (vStyle.y > 0.0 && mod(vAlong, vStyle.y * 2.0) > vStyle.y) a = 0.0;
  colour = vec4(vColour.rgb * a, a);
}`;

const MARK_VERTEX = `
${VIEW}
in vec2 aCorner;
in vec4 aShape; // x, y, radius, width
in vec4 aColour;
out vec2 vAt;
out vec2 vStyle;
out vec4 vColour;
void main() {
  float reach = aShape.z + aShape.w + 1.5;
  vAt = (aCorner * 2.0 - 1.0) * reach;
  vStyle = aShape.zw;
  vColour = aColour;
  gl_Position = vec4(clipOf(aShape.xy) + vAt * uPixel, 0.0, 1.0);
}`;

const MARK_FRAGMENT = `
in vec2 vAt;
in vec2 vStyle;
in vec4 vColour;
out vec4 colour;
void main() {
  float r = length(vAt);
  float cover = vStyle.y > 0.0
    ? clamp(vStyle.y * 0.5 + 0.5 - abs(r - vStyle.x), 0.0, 1.0)
    : clamp(vStyle.x + 0.5 - r, 0.0, 1.0);
  float a = cover * vColour.a;
  colour = vec4(vColour.rgb * a, a);
}`;

export class StrokeLayer {
  /** @param {WebGL2RenderingContext} gl @param {WebGLBuffer} corners */
  constructor(gl, corners) {
    this.gl = gl;
    this.lineProgram = link(gl, LINE_VERTEX, LINE_FRAGMENT, {
      aCorner: 0,
      aEnds: 1,
      aColour: 2,
      aStyle: 3,
    });
    this.markProgram = link(gl, MARK_VERTEX, MARK_FRAGMENT, { aCorner: 0, aShape: 1, aColour: 2 });
    this.sets = { fixed: this.#lineSet(corners), moving: this.#lineSet(corners) };
    this.marks = this.#set(corners, MARK_FLOATS * 4, [
      { location: 1, size: 4, offset: 0 },
      { location: 2, size: 4, offset: 16 },
    ]);
  }

  /** @param {WebGLBuffer} corners */
  #lineSet(corners) {
    return this.#set(corners, LINE_FLOATS * 4, [
      { location: 1, size: 4, offset: 0 },
      { location: 2, size: 4, offset: 16 },
      { location: 3, size: 2, offset: 32 },
    ]);
  }

  /** @param {WebGLBuffer} corners @param {number} stride @param {import('./program.js').Attribute[]} attributes */
  #set(corners, stride, attributes) {
    const store = new Store(this.gl);
    const shape = rectangles(this.gl, corners, [{ from: store, stride, attributes }]);
    return { store, shape, count: 0 };
  }

  /** @param {'fixed' | 'moving'} which @param {Float32Array} data @param {number} count */
  setLines(which, data, count) {
    this.sets[which].count = count;
    if (count) this.sets[which].store.put(data.subarray(0, count * LINE_FLOATS));
  }

  /** @param {Float32Array} data @param {number} count */
  setMarks(data, count) {
    this.marks.count = count;
    if (count) this.marks.store.put(data.subarray(0, count * MARK_FLOATS));
  }

  /** @param {Frame} frame @param {'fixed' | 'moving'} which @param {number} alpha */
  drawLines(frame, which, alpha) {
    const { gl, lineProgram: program } = this;
    const set = this.sets[which];
    if (!set.count || alpha <= 0.004) return 0;
    gl.useProgram(program.program);
    gl.uniform4fv(program.uniform('uView'), frame.view);
    gl.uniform2fv(program.uniform('uPixel'), frame.pixel);
    gl.uniform1f(program.uniform('uAlpha'), alpha);
    gl.bindVertexArray(set.shape);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, set.count);
    return 1;
  }

  /** @param {Frame} frame */
  drawMarks(frame) {
    const { gl, markProgram: program, marks } = this;
    if (!marks.count) return 0;
    gl.useProgram(program.program);
    gl.uniform4fv(program.uniform('uView'), frame.view);
    gl.uniform2fv(program.uniform('uPixel'), frame.pixel);
    gl.bindVertexArray(marks.shape);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, marks.count);
    return 1;
  }
}
