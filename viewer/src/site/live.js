/**
 * Live events: one stream per browser. The tab that holds a lock listens to the daemon and tells
 * the others; when it closes, another one takes over where it left. A daemon that has stopped
 * beating counts as gone, whatever its connection says.
 */
import { Pulse } from './pulse.js';

/** @typedef {{type: 'items' | 'refit' | 'status' | 'link' | 'beat', data: any}} Message */

const CHANNEL = 'muser-events';
const RETRY_MS = [1000, 2000, 5000, 10_000, 20_000];
const CHECK_MS = 2000;

export class Live {
  revision = 0;
  #tries = 0;
  /** @type {EventSource | null} */
  #source = null;
  #closed = false;
  #linkUp = false;
  /** What other tabs told before one knew one's own revision. @type {Message[] | null} */
  #early = [];
  #pulse = new Pulse();
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #watch;

  /**
   * Hears other tabs from now on, so that nothing is missed while the manifest is read.
   * @param {string} base @param {(message: Message) => void} deliver
   */
  constructor(base, deliver) {
    this.base = base;
    this.deliver = deliver;
    this.channel =
      typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(`${CHANNEL} ${base}`);
    this.channel?.addEventListener('message', (event) => this.#heard(event.data));
  }

  /** @param {number} revision the last one known */
  start(revision) {
    this.revision = revision;
    const early = this.#early ?? [];
    this.#early = null;
    for (const message of early) this.#pass(message);
    this.#watch = setInterval(() => this.#check(), CHECK_MS);
    if (!navigator.locks) {
      this.#connect();
      return;
    }
    this.channel?.postMessage({ type: 'ask', data: null });
    navigator.locks
      .request(`${CHANNEL} ${this.base}`, () => {
        this.#connect();
        return new Promise((resolve) =>
          addEventListener('pagehide', () => resolve(null), { once: true }),
        );
      })
      .catch(() => this.#connect());
  }

  stop() {
    this.#closed = true;
    clearInterval(this.#watch);
    this.#source?.close();
    this.channel?.close();
  }

  /** @param {{type: string, data: any}} message from another tab */
  #heard(message) {
    if (message.type === 'ask') {
      if (this.#source) this.channel?.postMessage({ type: 'link', data: this.#linkUp });
    } else if (this.#early) this.#early.push(/** @type {Message} */ (message));
    else {
      this.#follow(/** @type {Message} */ (message));
      this.#pass(/** @type {Message} */ (message));
    }
  }

  /** The pulse as another tab feels it. @param {Message} message */
  #follow({ type, data }) {
    if (this.#source) return;
    const now = performance.now();
    if (type === 'link' && !data) {
      this.#linkUp = false;
      this.#pulse.closed();
      return;
    }
    this.#pulse.opened(now);
    this.#pulse.heard(now, type === 'beat');
    if (type !== 'link' && !this.#linkUp) this.#pass({ type: 'link', data: true });
    this.#linkUp = true;
  }

  /** @param {Message} message */
  #pass(message) {
    const { type, data } = message;
    if (type === 'beat') return;
    const revision = data?.revision;
    if (type !== 'status' && type !== 'link' && Number.isFinite(revision)) {
      if (revision <= this.revision && data.reason !== 'gap') return;
      this.revision = revision;
    }
    this.deliver(message);
  }

  /** @param {Message} message */
  #tell(message) {
    this.channel?.postMessage(message);
    this.#pass(message);
  }

  /** Nothing was heard for too long: the daemon hangs, or the tab that listens does. */
  #check() {
    if (!this.#pulse.silent(performance.now())) return;
    if (this.#source) this.#lost();
    else {
      this.#pulse.closed();
      this.#linkUp = false;
      this.#pass({ type: 'link', data: false });
    }
  }

  #connect() {
    if (this.#closed) return;
    const url = new URL('events', this.base);
    url.searchParams.set('after', String(this.revision));
    const source = new EventSource(url);
    this.#source = source;
    this.#pulse.connecting(performance.now());
    source.addEventListener('open', () => {
      this.#tries = 0;
      this.#linkUp = true;
      this.#pulse.opened(performance.now());
      this.#tell({ type: 'link', data: true });
    });
    source.addEventListener('beat', () => {
      this.#pulse.heard(performance.now(), true);
      this.#tell({ type: 'beat', data: null });
    });
    for (const type of /** @type {const} */ (['items', 'refit', 'status'])) {
      source.addEventListener(type, (event) => {
        this.#pulse.heard(performance.now());
        try {
          this.#tell({ type, data: JSON.parse(event.data) });
        } catch (error) {
          console.warn('event not understood', error);
        }
      });
    }
    source.addEventListener('error', () => this.#source === source && this.#lost());
  }

  /** Our own retry: the browser's gives up after an answer other than 200, and would not know the newest revision. */
  #lost() {
    this.#source?.close();
    this.#pulse.closed();
    this.#linkUp = false;
    this.#tell({ type: 'link', data: false });
    const wait = RETRY_MS[Math.min(this.#tries++, RETRY_MS.length - 1)];
    setTimeout(() => this.#connect(), wait);
  }
}
