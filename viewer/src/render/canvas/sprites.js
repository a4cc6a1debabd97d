/** Dots as small pictures, drawn once per look: much faster than a path for each. */
import { STATE } from '../frame.js';

const MOST = 400;
const LOOKS = STATE.outlier | STATE.provisional | STATE.ghost | STATE.out | STATE.fresh;

export class Sprites {
  /** @type {Map<number, HTMLCanvasElement>} */
  #made = new Map();
  #radius = 0;
  #dpr = 0;
  /** Side of a sprite in css px. */
  side = 0;

  /** Everything is drawn anew when the size changes by what can be seen. @param {number} radius px @param {number} dpr */
  resize(radius, dpr) {
    if (Math.abs(radius - this.#radius) < 0.12 && dpr === this.#dpr) return;
    this.#made.clear();
    this.#radius = radius;
    this.#dpr = dpr;
    this.side = Math.ceil(radius * 1.35 * 2) + 4;
  }

  /** @param {number} r @param {number} g @param {number} b @param {number} state @returns {HTMLCanvasElement} */
  of(r, g, b, state) {
    const key = (((state & LOOKS) * 256 + r) * 256 + g) * 256 + b;
    let sprite = this.#made.get(key);
    if (!sprite) {
      if (this.#made.size >= MOST) this.#made.clear();
      this.#made.set(key, (sprite = this.#draw(`rgb(${r},${g},${b})`, state)));
    }
    return sprite;
  }

  /** @param {string} colour @param {number} state */
  #draw(colour, state) {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = Math.ceil(this.side * this.#dpr);
    const c = canvas.getContext('2d');
    if (!c) return canvas;
    c.scale(this.#dpr, this.#dpr);
    const middle = this.side / 2;
    const r = this.#radius * (state & (STATE.out | STATE.fresh) ? 1.35 : 1);
    c.beginPath();
    if (state & STATE.outlier) {
      c.moveTo(middle, middle - r);
      c.lineTo(middle + r, middle);
      c.lineTo(middle, middle + r);
      c.lineTo(middle - r, middle);
      c.closePath();
    } else c.arc(middle, middle, r, 0, 6.2832);
    if (state & (STATE.outlier | STATE.provisional | STATE.ghost)) {
      c.strokeStyle = colour;
      c.stroke();
    } else {
      c.fillStyle = colour;
      c.fill();
    }
    if (state & STATE.fresh) {
      c.beginPath();
      c.arc(middle, middle, r * 0.5, 0, 6.2832);
      c.fillStyle = '#fff';
      c.fill();
    }
    return canvas;
  }
}
