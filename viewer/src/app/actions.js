/** What keys and tools do: names of actions to what they call, by where one is. */

/** @typedef {Partial<Record<import('../ui/shortcuts.js').Action, () => void>>} Commands */
/**
 * @typedef {{
 *   blocked: () => boolean, back: () => boolean,
 *   item: Commands, map: Commands, time: Commands,
 *   inItem: () => 'no' | 'beside' | 'over', inTime: () => boolean,
 * }} Keyboard
 * `blocked`: a sheet that has the keys to itself. An item beside the map leaves the map its keys;
 * so does the timeline, after its own.
 */

/** @param {Keyboard} keyboard @param {import('../ui/shortcuts.js').Action} action @returns {boolean} whether it meant anything here */
export function act(keyboard, action) {
  if (keyboard.blocked()) return false;
  const where = keyboard.inItem();
  if (action === 'back' && where === 'no') return keyboard.back();
  /** @type {Commands[]} */
  const layers = [];
  if (where !== 'no') layers.push(keyboard.item);
  if (where !== 'over' && keyboard.inTime()) layers.push(keyboard.time);
  if (where !== 'over') layers.push(keyboard.map);
  for (const commands of layers) {
    const does = commands[action];
    if (!does) continue;
    does();
    return true;
  }
  return false;
}
