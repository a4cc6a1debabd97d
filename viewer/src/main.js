/** The page: makes the parts and introduces them to each other. */
import './styles/index.css';
import { App } from './app/app.js';

const params = new URLSearchParams(location.search);
const app = new App({
  host: /** @type {HTMLElement} */ (document.getElementById('stage')),
  tools: /** @type {HTMLElement} */ (document.querySelector('.bar-tools')),
  base: new URL('.', location.href).href,
  test: params.has('test'),
  webgl: params.get('webgl') === '0' ? 'never' : params.get('webgl') === '1' ? 'always' : 'auto',
});
// For tests and the curious.
/** @type {any} */ (window).muser = app;
void app.start();
