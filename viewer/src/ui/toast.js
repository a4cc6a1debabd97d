/** What is said for a moment, or offered until it is taken or a while has passed. */
import { el } from './element.js';

const SAID_MS = 4000;
const OFFERED_MS = 20_000;

export class Toast {
  #timer = 0;

  constructor() {
    this.node = el('div', { class: 'toast', hidden: true, attrs: { role: 'status' } });
  }

  /** @param {string} text */
  show(text) {
    this.node.replaceChildren(text);
    this.#until(SAID_MS);
  }

  /** @param {string} text on a button @param {() => void} act */
  offer(text, act) {
    const button = el('button', {
      class: 'offer',
      text,
      on: {
        click: () => {
          this.node.hidden = true;
          act();
        },
      },
    });
    this.node.replaceChildren(button);
    this.#until(OFFERED_MS);
  }

  /** @param {number} ms */
  #until(ms) {
    this.node.hidden = false;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => (this.node.hidden = true), ms);
  }
}
