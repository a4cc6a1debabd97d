/** The WebGL2 painter. Everything it knows can be told again, so a lost context is no loss. */
import { rgb } from '../../app/theme.js';
import { CoverLayer } from './covers.js';
import { DotLayer } from './dots.js';
import { LandLayer } from './land.js';
import { StrokeLayer } from './strokes.js';
import { ThumbLayer } from './thumbs.js';

/** @typedef {import('../frame.js').Frame} Frame */
/** @typedef {import('../frame.js').Gathered} Gathered */

/** Rasterisers in software, by the names they give themselves. */
const EMULATORS = /swiftshader|llvmpipe|softpipe|swrast|software|basic render/i;

/** @param {WebGL2RenderingContext} gl whether it is no GPU that draws: not every browser heeds the wish for one */
function isEmulated(gl) {
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  return EMULATORS.test(String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER)));
}

export class GlPainter {
  kind = /** @type {const} */ ('webgl2');
  drawCalls = 0;
  /** How many dots it takes without complaint. */
  dotLimit = 120_000;

  /** @param {HTMLCanvasElement} canvas @param {boolean} emulated is good enough @throws when there is no WebGL2 */
  constructor(canvas, emulated) {
    const gl = canvas.getContext('webgl2', {
      alpha: false, antialias: false, depth: true, stencil: false, premultipliedAlpha: true,
      powerPreference: 'high-performance', preserveDrawingBuffer: false, failIfMajorPerformanceCaveat: !emulated,
    }); // prettier-ignore
    if (!gl) throw new Error('no WebGL2');
    if (!emulated && isEmulated(gl)) throw new Error('WebGL2 is emulated');
    this.canvas = canvas;
    this.gl = gl;
    const corners = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, corners);
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([0, 0, 1, 0, 0, 1, 1, 1]), gl.STATIC_DRAW);
    this.lands = [new LandLayer(gl, corners), new LandLayer(gl, corners)];
    this.dots = new DotLayer(gl, corners);
    this.covers = new CoverLayer(gl, corners);
    this.thumbs = new ThumbLayer(gl, corners);
    this.strokes = new StrokeLayer(gl, corners);
  }

  /** The new land; the one before stays for a crossfade. @param {Land | null} land @param {boolean} [crossfade] */
  setLand(land, crossfade = false) {
    if (crossfade) {
      this.lands.reverse();
      this.lands[0].set(land);
    } else {
      this.lands[0].set(land);
      this.lands[1].set(null);
    }
  }

  /** Dots are told piece by piece; until they are shown those of before are drawn. @param {number} most */
  beginDots(most) {
    this.dots.begin(most);
  }

  /** @param {Gathered} gathered @param {number} from @param {number} to */
  putDots(gathered, from, to) {
    this.dots.put(gathered, from, to);
  }

  /** @param {Gathered} gathered all of it has been put */
  showDots(gathered) {
    this.dots.show(gathered.count);
  }

  /** @param {Gathered} gathered what is shown, with other looks */
  setLooks(gathered) {
    this.dots.look(gathered);
  }

  /** @param {number} px @param {Float32Array} data @param {number} count */
  setThumbs(px, data, count) {
    this.thumbs.set(px, data, count);
  }

  /** @param {Float32Array} data @param {number} count of pictures under which no dots are drawn */
  setCovers(data, count) {
    this.covers.set(data, count);
  }

  /** @param {'fixed' | 'moving'} which @param {Float32Array} data @param {number} count */
  setLines(which, data, count) {
    this.strokes.setLines(which, data, count);
  }

  /** @param {Float32Array} data @param {number} count */
  setMarks(data, count) {
    this.strokes.setMarks(data, count);
  }

  /** @param {number} px @param {number} cell @param {ImageBitmap} bitmap */
  upload(px, cell, bitmap) {
    this.thumbs.upload(px, cell, bitmap);
  }

  get textureBytes() {
    return this.thumbs.bytes + this.lands[0].bytes + this.lands[1].bytes;
  }

  get lost() {
    return this.gl.isContextLost();
  }

  /** @param {Frame} frame */
  draw(frame) {
    const { gl, canvas } = this;
    const width = Math.max(1, Math.round(frame.size.width * frame.dpr));
    const height = Math.max(1, Math.round(frame.size.height * frame.dpr));
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    gl.viewport(0, 0, width, height);
    const ground = rgb(frame.theme.ground).map((c) => c / 255);
    gl.clearColor(ground[0], ground[1], ground[2], 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    let calls = 0;
    if (this.lands[1].land)
      calls += this.lands[1].draw(frame, frame.landAlpha * (1 - frame.pageAlpha));
    calls += this.lands[0].draw(frame, frame.landAlpha * frame.pageAlpha);
    calls += this.strokes.drawLines(frame, 'fixed', frame.edgeAlpha);
    calls += this.covers.begin(frame);
    calls += this.dots.draw(frame);
    this.covers.end();
    calls += this.strokes.drawLines(frame, 'moving', 1);
    calls += this.thumbs.draw(frame);
    calls += this.strokes.drawMarks(frame);
    gl.bindVertexArray(null);
    this.drawCalls = calls;
  }

  dispose() {
    this.gl.getExtension('WEBGL_lose_context')?.loseContext();
  }
}
