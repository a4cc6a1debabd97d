/** Swipes of one finger on an element that has no gestures of its own. */

const LEAST_PX = 56;
const MOST_MS = 700;

/**
 * @param {HTMLElement} node
 * @param {{left: () => void, right: () => void, up: () => void, down: () => void, upright: () => boolean}} on
 *   `upright`: whether up and down mean anything here
 */
export function swipes(node, on) {
  /** @type {{x: number, y: number, at: number} | null} */
  let start = null;
  node.addEventListener('touchstart', (event) => {
    const [touch] = event.touches;
    const still = event.touches.length === 1 && !within(event.target);
    start = still ? { x: touch.clientX, y: touch.clientY, at: event.timeStamp } : null;
  }, { passive: true }); // prettier-ignore
  node.addEventListener('touchend', (event) => {
    if (!start || event.timeStamp - start.at > MOST_MS) return;
    const [touch] = event.changedTouches;
    const [dx, dy] = [touch.clientX - start.x, touch.clientY - start.y];
    start = null;
    const way = swipeOf(dx, dy);
    if (way && (way === 'left' || way === 'right' || on.upright())) on[way]();
  });
}

/** @param {number} dx px @param {number} dy px @returns {'left' | 'right' | 'up' | 'down' | null} */
export function swipeOf(dx, dy) {
  const [wide, tall] = [Math.abs(dx), Math.abs(dy)];
  if (Math.max(wide, tall) < LEAST_PX) return null;
  if (wide > 1.6 * tall) return dx < 0 ? 'left' : 'right';
  if (tall > 1.6 * wide) return dy < 0 ? 'up' : 'down';
  return null;
}

/** What scrolls sideways by itself, or is zoomed into, keeps its swipes. @param {EventTarget | null} target */
function within(target) {
  return target instanceof Element && target.closest('.zoomed, pre, input, .near') !== null;
}
