/** Where pictures stand: told to the depth buffer, so that no dot is drawn under one. */
import { COVER_FLOATS } from '../frame.js';
import { Store, link, rectangles } from './program.js';

/** @typedef {import('../frame.js').Frame} Frame */

const VERTEX = `
uniform vec2 uPixel; // clip units per css pixel
in vec2 aCorner;
in vec4 aBox; // x, y from the top left, half width, half height: px
out vec2 vAt;
void main() {
  vAt = aCorner * 2.0 - 1.0;
  vec2 p = (aBox.xy + vAt * aBox.zw) * uPixel;
  gl_Position = vec4(p.x - 1.0, 1.0 - p.y, -0.5, 1.0);
}`;

// The corners stay free: pictures are round there, and what lies on clear ground seldom fills them.
const FRAGMENT = `
in vec2 vAt;
out vec4 colour;
void main() {
  vec2 a = vAt * vAt;
  if (dot(a, a) > 1.0) discard;
  colour = vec4(0.0);
}`;

export class CoverLayer {
  /** @param {WebGL2RenderingContext} gl @param {WebGLBuffer} corners */
  constructor(gl, corners) {
    this.gl = gl;
    this.count = 0;
    this.program = link(gl, VERTEX, FRAGMENT, { aCorner: 0, aBox: 1 });
    this.store = new Store(gl);
    this.shape = rectangles(gl, corners, [
      {
        from: this.store,
        stride: COVER_FLOATS * 4,
        attributes: [{ location: 1, size: 4, offset: 0 }],
      },
    ]);
  }

  /** @param {Float32Array} data @param {number} count */
  set(data, count) {
    this.count = count;
    if (count) this.store.put(data.subarray(0, count * COVER_FLOATS));
  }

  /** What is drawn until `end` is hidden under them. @param {Frame} frame @returns {number} draw calls */
  begin(frame) {
    const { gl, program } = this;
    if (!this.count) return 0;
    gl.enable(gl.DEPTH_TEST);
    gl.depthMask(true);
    gl.clear(gl.DEPTH_BUFFER_BIT);
    gl.colorMask(false, false, false, false);
    gl.useProgram(program.program);
    gl.uniform2fv(program.uniform('uPixel'), frame.pixel);
    gl.bindVertexArray(this.shape);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.count);
    gl.colorMask(true, true, true, true);
    gl.depthMask(false);
    return 1;
  }

  end() {
    this.gl.disable(this.gl.DEPTH_TEST);
  }
}
