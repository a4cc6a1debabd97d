/** Items as dots: one instanced draw, morphing between two places on the GPU. */
import { Store, VIEW, link, rectangles } from './program.js';

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
  float radius = uRadius * (outlier ? 0.8 : 1.0) * (out_ || (state & 8) != 0 ? 1.35 : 1.0);
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
  bool fresh = (vState & 8) != 0;
  if (fresh) halo = max(halo, uGlow * t);
  float heart = fresh ? clamp(vRadius * 0.5 + 0.5 - length(vAt), 0.0, 1.0) : 0.0;
  float a = max(max(core * uAlphas.x, halo), heart) * vColour.a;
  colour = vec4(mix(vColour.rgb, vec3(1.0), heart) * a, a);
}`;

const PLACE_BYTES = 24;
const LOOK_BYTES = 8;

/** @typedef {{places: Store, looks: Store, shape: WebGLVertexArrayObject, count: number}} DotSet */

export class DotLayer {
  /** @param {WebGL2RenderingContext} gl @param {WebGLBuffer} corners */
  constructor(gl, corners) {
    this.gl = gl;
    this.program = link(gl, VERTEX, FRAGMENT, {
      aCorner: 0,
      aPlace: 1,
      aBefore: 2,
      aColour: 3,
      aState: 4,
    });
    /** One set is drawn while the other is filled, so that nothing waits for the one in use. */
    this.shown = dotSet(gl, corners);
    this.next = dotSet(gl, corners);
  }

  /** @param {number} most dots that will be put */
  begin(most) {
    this.next.places.reserve(most * PLACE_BYTES);
    this.next.looks.reserve(most * LOOK_BYTES);
  }

  /** @param {import('../frame.js').Gathered} gathered @param {number} from @param {number} to */
  put(gathered, from, to) {
    this.next.places.put(gathered.places.subarray(from * 6, to * 6), from * PLACE_BYTES);
    this.next.looks.put(gathered.looks.subarray(from * 8, to * 8), from * LOOK_BYTES);
  }

  /** @param {number} count */
  show(count) {
    [this.shown, this.next] = [this.next, this.shown];
    this.shown.count = count;
  }

  /** @param {import('../frame.js').Gathered} gathered what is shown */
  look(gathered) {
    this.shown.looks.put(gathered.looks.subarray(0, this.shown.count * 8));
  }

  /** @param {Frame} frame */
  draw(frame) {
    const { gl, program } = this;
    if (!this.shown.count) return 0;
    gl.useProgram(program.program);
    gl.uniform4fv(program.uniform('uView'), frame.view);
    gl.uniform2fv(program.uniform('uPixel'), frame.pixel);
    gl.uniform1f(program.uniform('uMorph'), frame.morph);
    gl.uniform1f(program.uniform('uRelax'), frame.relax);
    gl.uniform1f(program.uniform('uRadius'), frame.dotRadius);
    gl.uniform1f(program.uniform('uDim'), frame.dim);
    gl.uniform1f(program.uniform('uGlow'), frame.glow);
    gl.uniform2f(program.uniform('uAlphas'), frame.theme.dotAlpha, frame.theme.haloAlpha);
    gl.bindVertexArray(this.shown.shape);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.shown.count);
    return 1;
  }
}

/** @param {WebGL2RenderingContext} gl @param {WebGLBuffer} corners @returns {DotSet} */
function dotSet(gl, corners) {
  const places = new Store(gl);
  const looks = new Store(gl);
  const shape = rectangles(gl, corners, [
    {
      from: places,
      stride: PLACE_BYTES,
      attributes: [
        { location: 1, size: 4, offset: 0 },
        { location: 2, size: 2, offset: 16 },
      ],
    },
    {
      from: looks,
      stride: LOOK_BYTES,
      attributes: [
        { location: 3, size: 4, offset: 0, type: 'byte' },
        { location: 4, size: 4, offset: 4, type: 'byte' },
      ],
    },
  ]);
  return { places, looks, shape, count: 0 };
}
