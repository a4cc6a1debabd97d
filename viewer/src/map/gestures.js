/** Pointer, wheel, pinch and inertia, as camera changes. No shortcut keys: see ui/shortcuts.js. */

/**
 * @typedef {{
 *   pan: (dx: number, dy: number) => void,
 *   zoom: (factor: number, x: number, y: number) => void,
 *   fling: (vx: number, vy: number) => void,
 *   drawing?: (keys: Keys) => boolean,
 *   draw?: (x: number, y: number, phase: 'start' | 'move' | 'end' | 'cancel', keys: Keys) => void,
 *   hover: (x: number, y: number) => void,
 *   leave: () => void,
 *   tap: (x: number, y: number, touch: boolean, keys: Keys) => void,
 *   hold?: (x: number, y: number) => void,
 *   twice: (x: number, y: number) => void,
 *   touch: () => void,
 * }} Listener px from the element's corner; velocities in px per ms. `drawing`: whether a single
 * pointer draws instead of moving the map; `hold`: a finger rests
 * @typedef {{shiftKey: boolean, ctrlKey: boolean, metaKey: boolean, altKey: boolean}} Keys
 *
 * @typedef {{x: number, y: number}} Point
 */

const SLOP_PX = 5;
const TWICE_MS = 300;
const TWICE_PX = 24;
/** A fling goes on as fast as the pointer was in its last moments. */
const FLING_MS = 90;
const TRAIL = 8;
const HOLD_MS = 500;

/** @param {HTMLElement} element @param {Listener} listener @returns {() => void} stop listening */
export function listen(element, listener) {
  const gesture = new Gesture(element, listener);
  const stop = new AbortController();
  const options = { signal: stop.signal };
  element.addEventListener('pointerdown', (event) => gesture.down(event), options);
  element.addEventListener('pointermove', (event) => gesture.move(event), options);
  element.addEventListener('pointerup', (event) => gesture.up(event), options);
  element.addEventListener('pointercancel', (event) => gesture.up(event), options);
  element.addEventListener('pointerleave', () => listener.leave(), options);
  element.addEventListener('wheel', (event) => gesture.wheel(event), {
    ...options,
    passive: false,
  });
  // Safari's own pinch would zoom the page.
  for (const type of ['gesturestart', 'gesturechange']) {
    element.addEventListener(type, (event) => event.preventDefault(), options);
  }
  return () => stop.abort();
}

/** What the pointers on one element are doing, from the first that comes down to the last that goes. */
class Gesture {
  /** Those that are down. @type {Map<number, Point>} */
  #pointers = new Map();
  #start = { x: 0, y: 0 };
  #moved = false;
  #drawing = false;
  #held = false;
  #holdTimer = 0;
  /** Where a single pointer was lately. @type {(Point & {at: number})[]} */
  #trail = [];
  #lastTap = { at: -Infinity, x: 0, y: 0 };

  /** @param {HTMLElement} element @param {Listener} listener */
  constructor(element, listener) {
    this.element = element;
    this.listener = listener;
  }

  /** @param {PointerEvent} event */
  down(event) {
    if (event.button !== 0) return;
    this.listener.touch();
    const point = this.#at(event);
    this.#pointers.set(event.pointerId, point);
    if (this.#pointers.size === 1) {
      this.#start = point;
      this.#moved = false;
      this.#drawing = this.listener.drawing?.(event) ?? false;
      this.#trail = [{ ...point, at: event.timeStamp }];
      this.#holdLater(point, event);
    } else {
      this.#letGo(event);
      this.#moved = true;
      for (const id of this.#pointers.keys()) this.#capture(id);
    }
  }

  /** @param {PointerEvent} event */
  move(event) {
    const point = this.#at(event);
    const before = this.#pointers.get(event.pointerId);
    if (!before) {
      if (event.pointerType !== 'touch') this.listener.hover(point.x, point.y);
      return;
    }
    if (!this.#moved && distance(point, this.#start) < SLOP_PX) return;
    // Captured only now, so that a click on a button over the map stays the button's.
    if (!this.#moved) {
      this.#capture(event.pointerId);
      clearTimeout(this.#holdTimer);
      if (this.#drawing) this.listener.draw?.(this.#start.x, this.#start.y, 'start', event);
    }
    this.#moved = true;
    if (this.#drawing) this.listener.draw?.(point.x, point.y, 'move', event);
    else if (this.#pointers.size === 2) this.#pinch(event.pointerId, before, point);
    else this.#drag(before, point, event.timeStamp);
    this.#pointers.set(event.pointerId, point);
  }

  /** A pointer goes up, or is taken away. @param {PointerEvent} event */
  up(event) {
    if (!this.#pointers.delete(event.pointerId)) return;
    const point = this.#at(event);
    if (this.#pointers.size) {
      this.#trail = [];
      return;
    }
    clearTimeout(this.#holdTimer);
    const whole = event.type === 'pointerup';
    if (this.#drawing && this.#moved)
      this.listener.draw?.(point.x, point.y, whole ? 'end' : 'cancel', event);
    else if (this.#moved) this.#fling(point, event.timeStamp);
    else if (whole && !this.#held && !onButton(event)) this.#tap(point, event);
    this.#drawing = false;
  }

  /** A finger that rests where it came down means more than a tap. @param {Point} point @param {PointerEvent} event */
  #holdLater(point, event) {
    this.#held = false;
    clearTimeout(this.#holdTimer);
    if (event.pointerType !== 'touch' || !this.listener.hold) return;
    this.#holdTimer = window.setTimeout(() => {
      if (this.#moved || this.#pointers.size !== 1) return;
      this.#held = true;
      this.listener.hold?.(point.x, point.y);
    }, HOLD_MS);
  }

  /** A second finger: what the first one drew is dropped. @param {PointerEvent} event */
  #letGo(event) {
    clearTimeout(this.#holdTimer);
    if (this.#drawing && this.#moved) this.listener.draw?.(0, 0, 'cancel', event);
    this.#drawing = false;
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    event.preventDefault();
    this.listener.touch();
    const point = this.#at(event);
    const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1;
    // A pinch on a trackpad arrives as a wheel with ctrl, in small steps.
    const speed = event.ctrlKey ? 0.01 : 0.0018;
    const delta = Math.min(Math.max(event.deltaY * unit, -400), 400);
    this.listener.zoom(Math.exp(-delta * speed), point.x, point.y);
  }

  /** @param {Point} before @param {Point} point @param {number} at ms */
  #drag(before, point, at) {
    this.listener.pan(point.x - before.x, point.y - before.y);
    this.#trail.push({ ...point, at });
    if (this.#trail.length > TRAIL) this.#trail.shift();
  }

  /** @param {number} id of the finger that moved @param {Point} before @param {Point} point */
  #pinch(id, before, point) {
    const other = [...this.#pointers].find(([each]) => each !== id)?.[1] ?? point;
    const was = distance(before, other);
    this.listener.pan((point.x - before.x) / 2, (point.y - before.y) / 2);
    if (was > 8) {
      this.listener.zoom(
        distance(point, other) / was,
        (point.x + other.x) / 2,
        (point.y + other.y) / 2,
      );
    }
  }

  /** @param {Point} point @param {number} at ms */
  #fling(point, at) {
    const first = this.#trail.find((one) => at - one.at < FLING_MS);
    const span = first ? at - first.at : 0;
    if (first && span > 12)
      this.listener.fling((point.x - first.x) / span, (point.y - first.y) / span);
  }

  /** @param {Point} point @param {PointerEvent} event */
  #tap(point, event) {
    const at = event.timeStamp;
    if (at - this.#lastTap.at < TWICE_MS && distance(point, this.#lastTap) < TWICE_PX) {
      this.#lastTap.at = -Infinity; // a third tap begins anew
      this.listener.twice(point.x, point.y);
    } else {
      this.#lastTap = { at, ...point };
      this.listener.tap(point.x, point.y, event.pointerType === 'touch', event);
    }
  }

  /** @param {MouseEvent} event @returns {Point} */
  #at(event) {
    const box = this.element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  /** @param {number} pointer */
  #capture(pointer) {
    try {
      this.element.setPointerCapture(pointer);
    } catch {
      // A pointer that is already gone: the gesture goes on without capture.
    }
  }
}

/** @param {Point} a @param {Point} b */
function distance(a, b) {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

/** @param {Event} event */
function onButton(event) {
  return event.target instanceof Element && event.target.closest('button') !== null;
}
