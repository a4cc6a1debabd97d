/** Small tools over raw WebGL2. */

/** @typedef {{program: WebGLProgram, uniform: (name: string) => WebGLUniformLocation | null}} Program */

/** @param {WebGL2RenderingContext} gl @param {string} vertex @param {string} fragment @param {Record<string, number>} attributes @returns {Program} */
export function link(gl, vertex, fragment, attributes) {
  const program = gl.createProgram();
  for (const [type, source] of /** @type {[number, string][]} */ ([
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ])) {
    const shader = gl.createShader(type);
    if (!shader) throw new Error('WebGL: no shader');
    gl.shaderSource(shader, `#version 300 es\nprecision highp float;\n${source}`);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS) && !gl.isContextLost()) {
      throw new Error(`WebGL: ${gl.getShaderInfoLog(shader)}`);
    }
    gl.attachShader(program, shader);
  }
  for (const [attribute, location] of Object.entries(attributes)) {
    gl.bindAttribLocation(program, location, attribute);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new Error(`WebGL: ${gl.getProgramInfoLog(program)}`);
  }
  /** @type {Map<string, WebGLUniformLocation | null>} */
  const known = new Map();
  return {
    program,
    uniform: (name) => {
      let location = known.get(name);
      if (location === undefined)
        known.set(name, (location = gl.getUniformLocation(program, name)));
      return location;
    },
  };
}

/**
 * @typedef {{location: number, size: number, offset: number, type?: 'float' | 'byte', stride?: number, perVertex?: boolean}} Attribute
 */

/** @param {WebGL2RenderingContext} gl @param {WebGLBuffer} buffer @param {number} stride @param {Attribute[]} attributes */
function layOut(gl, buffer, stride, attributes) {
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  for (const { location, size, offset, type = 'float', perVertex = false } of attributes) {
    gl.enableVertexAttribArray(location);
    gl.vertexAttribPointer(
      location,
      size,
      type === 'float' ? gl.FLOAT : gl.UNSIGNED_BYTE,
      false,
      stride,
      offset,
    );
    gl.vertexAttribDivisor(location, perVertex ? 0 : 1);
  }
}

/** One buffer of an instanced draw. @typedef {{from: Store, stride: number, attributes: Attribute[]}} Stream */

/**
 * A rectangle drawn once for every element of the streams.
 * @param {WebGL2RenderingContext} gl @param {WebGLBuffer} corners of the rectangle, at location 0
 * @param {Stream[]} streams
 */
export function rectangles(gl, corners, streams) {
  const shape = gl.createVertexArray();
  gl.bindVertexArray(shape);
  layOut(gl, corners, 8, [{ location: 0, size: 2, offset: 0, perVertex: true }]);
  for (const { from, stride, attributes } of streams) layOut(gl, from.buffer, stride, attributes);
  gl.bindVertexArray(null);
  return shape;
}

/** A buffer that keeps its size while what is put in fits. */
export class Store {
  /** @param {WebGL2RenderingContext} gl */
  constructor(gl) {
    this.gl = gl;
    this.buffer = gl.createBuffer();
    this.bytes = 0;
  }

  /** Make room; what was in a buffer that is too small is lost. @param {number} bytes */
  reserve(bytes) {
    if (bytes <= this.bytes) return;
    const { gl } = this;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    gl.bufferData(gl.ARRAY_BUFFER, bytes, gl.DYNAMIC_DRAW);
    this.bytes = bytes;
  }

  /** @param {ArrayBufferView} data @param {number} [offset] bytes; room was made for it */
  put(data, offset = 0) {
    if (!data.byteLength) return;
    const { gl } = this;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    if (offset + data.byteLength > this.bytes) {
      gl.bufferData(gl.ARRAY_BUFFER, data, gl.DYNAMIC_DRAW);
      this.bytes = data.byteLength;
    } else gl.bufferSubData(gl.ARRAY_BUFFER, offset, data);
  }
}

/** Shared by the vertex shaders: from map units to the clip space. */
export const VIEW = /* glsl */ `
uniform vec4 uView; // centre x, y; clip units per map unit, x and y
uniform vec2 uPixel; // clip units per css pixel
vec2 clipOf(vec2 p) { return (p - uView.xy) * uView.zw; }
`;
