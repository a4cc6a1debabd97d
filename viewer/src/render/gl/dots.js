/** Items as dots: one instanced draw, morphing between two places on the GPU. */
import { Store, VIEW, layOut, link } from './program.js';

/** @typedef {import('../frame.js').Frame} Frame */

// State bits: 1 outlier, 2 provisional, 4 ghost, 8 new, 16 brought out, 32 filtered away.
const VERTEX = `
${VIEW}
uniform float uMorph;
uniform float uRelax;
uniform float uRadius;
uniform float uDim;
in vec2 aCorner;
in vec4 aPlace; // true x, y, relaxed x, y
in vec2 aBefore;
in vec4 aColour;
in vec4 aState;
out vec2 vAt;
out vec4 vColour;
flat out int vState;
flat out float vRadius;
void main() {
  int state = int(aState.x);
  vec2 now = mix(aPlace.xy, aPlace.zw, uRelax);
  vec2 p = mix(aBefore, now, uMorph);
  bool outlier = (state & 1) != 0;
  bool out_ = (state & 16) != 0;
  float radius = uRadius * (outlier ? 0.8 : 1.0) * (out_ ? 1.35 : 1.0);
  float fade = (state & 32) != 0 ? 0.07 : 1.0;
  if (!out_) fade *= uDim;
  float reach = radius * 2.7 + 1.0;
  vAt = (aCorner * 2.0 - 1.0) * reach;
  vRadius = radius;
  vColour = vec4(aColour.rgb / 255.0, fade);
  vState = state;
  gl_Position = vec4(clipOf(p) + vAt * uPixel, 0.0, 1.0);
}`;

const FRAGMENT = `
uniform vec2 uAlphas; // core, halo
uniform float uGlow;
in vec2 vAt;
in vec4 vColour;
flat in int vState;
flat in float vRadius;
out vec4 colour;
void main() {
  float r = length(vAt);
  bool outlier = (vState & 1) != 0;
  if (outlier) r = (abs(vAt.x) + abs(vAt.y)) * 0.84;
  bool hollow = (vState & 6) != 0 || outlier;
  float core = hollow
    ? clamp(0.62 + 0.5 - abs(r - max(vRadius - 0.5, 0.6)), 0.0, 1.0)
    : clamp(vRadius + 0.5 - r, 0.0, 1.0);
  if ((vState & 4) != 0) core *= 0.45;
  float t = clamp(1.0 - length(vAt) / (vRadius * 2.7), 0.0, 1.0);
  float halo = outlier ? 0.0 : uAlphas.y * t * t * 1.6;
  if ((vState & 8) != 0) halo = max(halo, uGlow * t);
  float a = max(core * uAlphas.x, halo) * vColour.a;
  colour = vec4(vColour.rgb * a, a);
}`;

export class DotLayer {
  count = 0;

  /** @param {WebGL2RenderingContext} gl @param {WebGLBuffer} corners */
  constructor(gl, corners) {
    this.gl = gl;
    this.program = link(gl, VERTEX, FRAGMENT, { aCorner: 0, aPlace: 1, aBefore: 2, aColour: 3, aState: 4 });
    this.places = new Store(gl);
    this.looks = new Store(gl);
    this.shape = gl.createVertexArray();
    gl.bindVertexArray(this.shape);
    layOut(gl, corners, 8, [{ location: 0, size: 2, offset: 0, perVertex: true }]);
    layOut(gl, this.places.buffer, 24, [
      { location: 1, size: 4, offset: 0 },
      { location: 2, size: 2, offset: 16 },
    ]);
    layOut(gl, this.looks.buffer, 8, [
      { location: 3, size: 4, offset: 0, type: 'byte' },
      { location: 4, size: 4, offset: 4, type: 'byte' },
    ]);
    gl.bindVertexArray(null);
  }

  /** @param {import('../frame.js').Gathered} gathered @param {boolean} looksOnly */
  set(gathered, looksOnly) {
    this.count = gathered.count;
    if (!looksOnly) this.places.put(gathered.places.subarray(0, gathered.count * 6));
    this.looks.put(gathered.looks.subarray(0, gathered.count * 8));
  }

  /** @param {Frame} frame */
  draw(frame) {
    const { gl, program } = this;
    if (!this.count) return 0;
    gl.useProgram(program.program);
    gl.uniform4fv(program.uniform('uView'), frame.view);
    gl.uniform2fv(program.uniform('uPixel'), frame.pixel);
    gl.uniform1f(program.uniform('uMorph'), frame.morph);
    gl.uniform1f(program.uniform('uRelax'), frame.relax);
    gl.uniform1f(program.uniform('uRadius'), frame.dotRadius);
    gl.uniform1f(program.uniform('uDim'), frame.dim);
    gl.uniform1f(program.uniform('uGlow'), frame.glow);
    gl.uniform2f(program.uniform('uAlphas'), frame.theme.dotAlpha, frame.theme.haloAlpha);
    gl.bindVertexArray(this.shape);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.count);
    return 1;
  }
}
