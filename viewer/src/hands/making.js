/** An export that the daemon makes in a while: begun, watched until it is done, fetched or stopped. */

/** @typedef {import('./client.js').HandsClient} HandsClient */
/** @typedef {import('./client.js').Made} Made */

const LOOKS_MS = [250, 400, 700, 1000]; // between looks; the last one again and again

export class Maker {
  /** The one that is being made. @type {Made | null} */
  now = null;
  #stopped = false;

  /**
   * @param {Pick<HandsClient, 'begin' | 'made' | 'drop'>} client
   * @param {(made: Made) => void} told how far it is
   * @param {(ms: number) => Promise<void>} [wait]
   */
  constructor(client, told, wait = (ms) => new Promise((done) => setTimeout(done, ms))) {
    this.client = client;
    this.told = told;
    this.wait = wait;
  }

  /**
   * @param {import('./client.js').What} what @param {import('./client.js').Making} making
   * @returns {Promise<Made | null>} when it is done; null: it was stopped
   * @throws {Error} with the daemon's sentence
   */
  async make(what, making) {
    this.#stopped = false;
    this.now = await this.client.begin(what, making);
    const { number } = this.now;
    try {
      for (let look = 0; this.now.state === 'working'; look++) {
        this.told(this.now);
        await this.wait(LOOKS_MS[Math.min(look, LOOKS_MS.length - 1)]);
        if (this.#stopped) return null;
        this.now = await this.client.made(number);
      }
      if (this.#stopped) return null;
      if (this.now.state === 'failed') throw new Error(this.now.error);
      return this.now;
    } finally {
      this.now = null;
    }
  }

  /** What was begun is stopped, and nothing of it stays. */
  async stop() {
    if (!this.now || this.#stopped) return;
    this.#stopped = true;
    await this.client.drop(this.now.number);
  }
}

/** How far it is, in words. @param {{bytes: number, total: number}} made */
export function progressOf({ bytes, total }) {
  const share = total ? Math.min(1, bytes / total) : 0;
  const size = (/** @type {number} */ n) => (n < 1e6 ? `${Math.max(1, Math.round(n / 1e3))} kB` : n < 1e9 ? `${(n / 1e6).toFixed(n < 1e7 ? 1 : 0)} MB` : `${(n / 1e9).toFixed(1)} GB`); // prettier-ignore
  if (!bytes) return { share: 0, text: 'Gathering …' };
  return { share, text: total ? `${size(bytes)} of ${size(total)}` : `${size(bytes)} so far` };
}
