/** The small map of the whole: where one looks, and a way to look elsewhere. */
import { Minimap } from '../ui/minimap.js';
import { recall, remember } from './settings.js';

/** @typedef {import('../map/scene.js').Scene} Scene */

const WIDE_PX = 700; // narrower pages begin without it

/** @param {Scene} scene @param {() => void} moved somebody moved the map @returns {Minimap} */
export function makeOverview(scene, moved) {
  const minimap = new Minimap((x, y) => {
    scene.halt();
    moved();
    scene.look({ ...scene.camera, x, y });
  });
  minimap.node.hidden = recall('minimap', innerWidth > WIDE_PX ? 'on' : 'off') !== 'on';
  return minimap;
}

/** @param {Minimap} minimap @param {Scene} scene */
export function toggleOverview(minimap, scene) {
  minimap.node.hidden = !minimap.node.hidden;
  remember('minimap', minimap.node.hidden ? 'off' : 'on');
  scene.refresh();
}
