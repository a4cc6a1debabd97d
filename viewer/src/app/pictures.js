/** How many pictures the map shows: the important ones, all that have room, or none. */
import { recall, remember } from './settings.js';

/** @typedef {import('../map/scene.js').Scene} Scene */

const TURNS = /** @type {const} */ (['map', 'mosaic', 'quiet']);
const SAID = { map: 'Pictures: map', mosaic: 'Pictures: mosaic', quiet: 'No pictures' };

/** What was chosen last time. @param {Scene} scene */
export function recallPictures(scene) {
  scene.showPictures(TURNS.find((wish) => wish === recall('pictures')) ?? 'map');
}

/** @param {Scene} scene @returns {string} what it shows now */
export function nextPictures(scene) {
  scene.showPictures(TURNS[(TURNS.indexOf(scene.wish) + 1) % TURNS.length]);
  remember('pictures', scene.wish);
  return SAID[scene.wish];
}
