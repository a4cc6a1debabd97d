/** The land in WebGL: tints in bands with hillshade, and contours of constant width. */
import { viewBox } from '../../geometry/camera.js';
import { bandEdges } from '../../geometry/levels.js';
import {
  HALF_FROM,
  cutRuns,
  partsFor,
  runsAt,
  selectRuns,
  smoothRuns,
  strideFor,
} from '../../geometry/outlines.js';
import { rgb } from '../../app/theme.js';
import { paint, tintStrip } from '../tints.js';
import { Store, VIEW, link, rectangles } from './program.js';

/** @typedef {import('../frame.js').Frame} Frame */

const STEPS = 2048; // of height in the strip of tints

const TINT_VERTEX = `
${VIEW}
uniform vec4 uBounds;
in vec2 aCorner;
out vec2 vAt;
void main() {
  vAt = aCorner;
  gl_Position = vec4(clipOf(mix(uBounds.xy, uBounds.zw, aCorner)), 0.0, 1.0);
}`;

const TINT_FRAGMENT = `
uniform sampler2D uHeights;
uniform sampler2D uTints; // by height, from the deep sea to the highest peak
uniform vec4 uLight; // colour, strength
uniform vec4 uShadow;
uniform float uAlpha;
in vec2 vAt;
out vec4 colour;
void main() {
  vec2 node = texture(uHeights, vAt).rg;
  vec4 tint = texture(uTints, vec2(node.r * 0.5 + 0.5, 0.5));
  vec3 lit = mix(tint.rgb, uLight.rgb, max(node.g, 0.0) * uLight.a);
  lit = mix(lit, uShadow.rgb, max(-node.g, 0.0) * uShadow.a);
  float a = tint.a * uAlpha;
  colour = vec4(lit * a, a);
}`;

const LINE_VERTEX = `
${VIEW}
uniform float uWidth;
in vec2 aCorner;
in vec3 aFrom;
in vec3 aTo;
out float vSide;
out float vKind;
void main() {
  float kind = aFrom.z;
  float half_ = (kind > 1.5 ? uWidth * 1.7 : uWidth) * 0.5 + 0.75;
  vec2 a = clipOf(aFrom.xy) / uPixel, b = clipOf(aTo.xy) / uPixel;
  vec2 along = b - a;
  float length_ = length(along);
  vec2 unit = length_ > 0.0 ? along / length_ : vec2(1.0, 0.0);
  vec2 normal = vec2(-unit.y, unit.x);
  vec2 p = mix(a, b, aCorner.x) + normal * (aCorner.y * 2.0 - 1.0) * half_;
  vSide = (aCorner.y * 2.0 - 1.0) * half_;
  vKind = kind;
  gl_Position = kind < 0.5 ? vec4(2.0, 2.0, 2.0, 1.0) : vec4(p * uPixel, 0.0, 1.0);
}`;

const LINE_FRAGMENT = `
uniform vec3 uColour;
uniform vec2 uAlphas;
uniform float uWidth;
in float vSide;
in float vKind;
out vec4 colour;
void main() {
  float half_ = (vKind > 1.5 ? uWidth * 1.7 : uWidth) * 0.5;
  float cover = clamp(half_ + 0.5 - abs(vSide), 0.0, 1.0) * min(1.0, half_ * 2.0);
  float a = cover * (vKind > 1.5 ? uAlphas.y : vKind < 0.9 ? uAlphas.x * 0.55 : uAlphas.x);
  colour = vec4(uColour * a, a);
}`;

export class LandLayer {
  /** @type {WebGLTexture | null} */
  #texture = null;
  /** @type {Land | null} */
  land = null;
  #segments = 0;
  /** @type {WebGLTexture | null} */
  #tints = null;
  #tinted = '';
  /** @type {import('../../geometry/outlines.js').Run[]} */
  #runs = [];
  #chosen = new Float32Array(0);
  /** What the chosen runs cover. @type {Box} */
  #box = [0, 0, 0, 0];
  #stride = 0;
  #halves = false;

  /** @param {WebGL2RenderingContext} gl @param {WebGLBuffer} corners */
  constructor(gl, corners) {
    this.gl = gl;
    this.tint = link(gl, TINT_VERTEX, TINT_FRAGMENT, { aCorner: 0 });
    this.line = link(gl, LINE_VERTEX, LINE_FRAGMENT, { aCorner: 0, aFrom: 1, aTo: 2 });
    this.points = new Store(gl);
    this.tintShape = rectangles(gl, corners, []);
    const ends = [
      { location: 1, size: 3, offset: 0 },
      { location: 2, size: 3, offset: 12 },
    ];
    this.lineShape = rectangles(gl, corners, [{ from: this.points, stride: 12, attributes: ends }]);
  }

  /** @param {Land | null} land */
  set(land) {
    const { gl } = this;
    this.land = land;
    if (this.#texture) gl.deleteTexture(this.#texture);
    this.#texture = null;
    this.#segments = 0;
    if (!land) return;
    this.#texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, this.#texture);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 4);
    gl.texImage2D(
      gl.TEXTURE_2D,
      0,
      gl.RG16F,
      land.size,
      land.size,
      0,
      gl.RG,
      gl.FLOAT,
      nodes(land),
    );
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    this.#runs = cutRuns(land.points);
    this.#chosen = new Float32Array(land.points.length + this.#runs.length * 3);
    this.#box = [0, 0, 0, 0];
    this.#stride = 0;
  }

  /** Contours in and around the view, unless those at hand still serve. @param {Frame} frame @param {Land} land */
  #choose(frame, land) {
    const node = ((land.bounds[2] - land.bounds[0]) / land.size) * frame.camera.scale;
    const parts = partsFor(node);
    const stride = parts > 1 ? 1 / parts : strideFor(node);
    const view = viewBox(frame.camera, frame.size);
    const [x0, y0, x1, y1] = this.#box;
    const halves = frame.step >= HALF_FROM;
    if (
      halves === this.#halves &&
      stride === this.#stride &&
      view[0] >= x0 &&
      view[1] >= y0 &&
      view[2] <= x1 &&
      view[3] <= y1
    )
      return;
    this.#stride = stride;
    this.#halves = halves;
    this.#box = viewBox(frame.camera, frame.size, 0.3);
    const runs = runsAt(this.#runs, frame.step);
    if (parts > 1) {
      const smooth = smoothRuns(land.points, runs, this.#box, parts);
      this.points.put(smooth);
      this.#segments = Math.max(0, smooth.length / 3 - 1);
      return;
    }
    const count = selectRuns(land.points, runs, this.#box, stride, this.#chosen);
    this.points.put(this.#chosen.subarray(0, count * 3));
    this.#segments = Math.max(0, count - 1);
  }

  /** The tints as a strip of colours by height, −1 … 1. @param {Frame} frame @param {number[]} edges of the bands, shares of the highest */
  #bindTints({ theme, space }, edges) {
    const { gl } = this;
    const key = `${theme.bands[space]} ${edges}`;
    this.#tints ??= gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, this.#tints);
    if (key === this.#tinted) return;
    this.#tinted = key;
    const strip = tintStrip(theme, space, edges, STEPS);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, STEPS, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, strip);
    for (const [name, value] of /** @type {[number, number][]} */ ([
      [gl.TEXTURE_MIN_FILTER, gl.LINEAR],
      [gl.TEXTURE_MAG_FILTER, gl.LINEAR],
      [gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE],
      [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE],
    ]))
      gl.texParameteri(gl.TEXTURE_2D, name, value);
  }

  get bytes() {
    return this.land ? this.land.size ** 2 * 4 : 0;
  }

  /** @param {Frame} frame @param {number} alpha @returns {number} draw calls */
  draw(frame, alpha) {
    const { gl, land } = this;
    if (!land || alpha <= 0.004) return 0;
    const edges = bandEdges(land.levels).map((value) => value / land.top);
    if (!edges.length) return 0;
    const theme = frame.theme;
    gl.useProgram(this.tint.program);
    gl.uniform4fv(this.tint.uniform('uView'), frame.view);
    gl.uniform4fv(this.tint.uniform('uBounds'), land.bounds);
    gl.uniform4fv(this.tint.uniform('uLight'), paint(theme.light[frame.space]));
    gl.uniform4fv(this.tint.uniform('uShadow'), paint(theme.shadow));
    gl.uniform1f(this.tint.uniform('uAlpha'), alpha);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.#texture);
    gl.uniform1i(this.tint.uniform('uHeights'), 0);
    gl.activeTexture(gl.TEXTURE1);
    this.#bindTints(frame, edges);
    gl.uniform1i(this.tint.uniform('uTints'), 1);
    gl.bindVertexArray(this.tintShape);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    gl.activeTexture(gl.TEXTURE0);

    this.#choose(frame, land);
    gl.useProgram(this.line.program);
    gl.uniform4fv(this.line.uniform('uView'), frame.view);
    gl.uniform2fv(this.line.uniform('uPixel'), frame.pixel);
    gl.uniform1f(this.line.uniform('uWidth'), frame.lineWidth);
    gl.uniform3fv(
      this.line.uniform('uColour'),
      rgb(theme.line[frame.space]).map((c) => c / 255),
    );
    gl.uniform2f(this.line.uniform('uAlphas'), theme.lineAlpha * alpha, theme.strongAlpha * alpha);
    gl.bindVertexArray(this.lineShape);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.#segments);
    return 2;
  }
}

/** @param {Land} land heights as shares of the highest, and shades */
function nodes(land) {
  const out = new Float32Array(land.heights.length * 2);
  const unit = 1 / (land.top || 1);
  for (let i = 0; i < land.heights.length; i++) {
    out[2 * i] = land.heights[i] * unit;
    out[2 * i + 1] = land.shade[i];
  }
  return out;
}
