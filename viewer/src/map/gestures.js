/** Pointer, wheel, pinch and inertia, as camera changes. No shortcut keys: see ui/shortcuts.js. */

/**
 * @typedef {{
 *   pan: (dx: number, dy: number) => void,
 *   zoom: (factor: number, x: number, y: number) => void,
 *   fling: (vx: number, vy: number) => void,
 *   box: (x0: number, y0: number, x1: number, y1: number, done: boolean) => void,
 *   hover: (x: number, y: number) => void,
 *   leave: () => void,
 *   tap: (x: number, y: number, touch: boolean) => void,
 *   twice: (x: number, y: number) => void,
 *   touch: () => void,
 * }} Listener px from the element's corner; velocities in px per ms
 */

const SLOP_PX = 5;
const TWICE_MS = 300;

/** @param {HTMLElement} element @param {Listener} listener @returns {() => void} stop listening */
export function listen(element, listener) {
  /** @type {Map<number, {x: number, y: number}>} */
  const pointers = new Map();
  let start = { x: 0, y: 0 };
  let moved = false;
  let boxing = false;
  /** @type {{x: number, y: number, at: number}[]} */
  let trail = [];
  let lastTap = { at: -1e9, x: 0, y: 0 };
  const stop = new AbortController();
  const options = { signal: stop.signal };

  /** @param {MouseEvent} event */
  const at = (event) => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  element.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    listener.touch();
    const point = at(event);
    pointers.set(event.pointerId, point);
    if (pointers.size === 1) {
      start = point;
      moved = false;
      boxing = event.shiftKey;
      trail = [{ ...point, at: event.timeStamp }];
    } else {
      moved = true;
      for (const id of pointers.keys()) capture(element, id);
    }
  }, options); // prettier-ignore

  element.addEventListener('pointermove', (event) => {
    const point = at(event);
    const before = pointers.get(event.pointerId);
    if (!before) {
      if (event.pointerType !== 'touch') listener.hover(point.x, point.y);
      return;
    }
    if (!moved && Math.hypot(point.x - start.x, point.y - start.y) < SLOP_PX) return;
    // Captured only now, so that a click on a button over the map stays the button's.
    if (!moved) capture(element, event.pointerId);
    moved = true;
    if (boxing) listener.box(start.x, start.y, point.x, point.y, false);
    else if (pointers.size === 2) {
      const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1] ?? point;
      const was = Math.hypot(before.x - other.x, before.y - other.y);
      const is = Math.hypot(point.x - other.x, point.y - other.y);
      listener.pan((point.x - before.x) / 2, (point.y - before.y) / 2);
      if (was > 8) listener.zoom(is / was, (point.x + other.x) / 2, (point.y + other.y) / 2);
    } else {
      listener.pan(point.x - before.x, point.y - before.y);
      trail.push({ ...point, at: event.timeStamp });
      if (trail.length > 8) trail.shift();
    }
    pointers.set(event.pointerId, point);
  }, options); // prettier-ignore

  /** @param {PointerEvent} event */
  const end = (event) => {
    if (!pointers.delete(event.pointerId)) return;
    const point = at(event);
    if (pointers.size) {
      trail = [];
      return;
    }
    if (boxing && moved) listener.box(start.x, start.y, point.x, point.y, true);
    else if (moved) {
      const recent = trail.filter((one) => event.timeStamp - one.at < 90);
      const first = recent[0];
      const span = first ? event.timeStamp - first.at : 0;
      if (first && span > 12) listener.fling((point.x - first.x) / span, (point.y - first.y) / span);
    } else if (event.type === 'pointerup' && !onButton(event)) {
      const near = Math.hypot(point.x - lastTap.x, point.y - lastTap.y) < 24;
      if (event.timeStamp - lastTap.at < TWICE_MS && near) {
        lastTap.at = -1e9;
        listener.twice(point.x, point.y);
      } else {
        lastTap = { at: event.timeStamp, ...point };
        listener.tap(point.x, point.y, event.pointerType === 'touch');
      }
    }
    boxing = false;
  };
  element.addEventListener('pointerup', end, options);
  element.addEventListener('pointercancel', end, options);
  element.addEventListener('pointerleave', () => listener.leave(), options);

  element.addEventListener('wheel', (event) => {
    event.preventDefault();
    listener.touch();
    const point = at(event);
    const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1;
    // A pinch on a trackpad arrives as a wheel with ctrl, in small steps.
    const speed = event.ctrlKey ? 0.01 : 0.0018;
    const delta = Math.min(Math.max(event.deltaY * unit, -400), 400);
    listener.zoom(Math.exp(-delta * speed), point.x, point.y);
  }, { ...options, passive: false }); // prettier-ignore
  // Safari's own pinch would zoom the page.
  for (const type of ['gesturestart', 'gesturechange']) {
    element.addEventListener(type, (event) => event.preventDefault(), options);
  }
  return () => stop.abort();
}

/** @param {HTMLElement} element @param {number} pointer */
function capture(element, pointer) {
  try {
    element.setPointerCapture(pointer);
  } catch {
    // A pointer that is already gone: the gesture goes on without capture.
  }
}

/** @param {Event} event */
function onButton(event) {
  return event.target instanceof Element && event.target.closest('button') !== null;
}
