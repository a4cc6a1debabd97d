/** Calls to a worker that always answer: with a value or with the worker's error. */

/**
 * In the worker.
 * @param {Record<string, (args: any) => any>} handlers may return {value, transfer}
 */
export function serve(handlers) {
  self.addEventListener('message', async (event) => {
    const { call, op, args } = event.data;
    try {
      const handler = handlers[op];
      if (!handler) throw new Error(`no such call: ${op}`);
      const { value, transfer = [] } = (await handler(args)) ?? {};
      /** @type {any} */ (self).postMessage({ call, value }, transfer);
    } catch (error) {
      const { message, kind } = /** @type {any} */ (error);
      /** @type {any} */ (self).postMessage({ call, error: { message: String(message), kind } });
    }
  });
}

export class RemoteError extends Error {
  /** @param {{message: string, kind?: string}} error */
  constructor(error) {
    super(error.message);
    this.kind = error.kind;
  }
}

export class Remote {
  #next = 1;
  /** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void}>} */
  #open = new Map();
  /** Why the worker could not start: it would answer nothing. @type {RemoteError | null} */
  #broken = null;
  #spoke = false;

  /** @param {Worker} worker */
  constructor(worker) {
    this.worker = worker;
    worker.addEventListener('message', ({ data }) => {
      this.#spoke = true;
      const waiting = this.#open.get(data.call);
      if (!waiting) return;
      this.#open.delete(data.call);
      if (data.error) waiting.reject(new RemoteError(data.error));
      else waiting.resolve(data.value);
    });
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      const error = new RemoteError({ message: event.message || 'worker failed' });
      if (!this.#spoke) this.#broken = error;
      for (const { reject } of this.#open.values()) reject(error);
      this.#open.clear();
    });
  }

  /**
   * @param {string} op @param {any} [args] @param {Transferable[]} [transfer]
   * @returns {Promise<any>}
   */
  call(op, args, transfer = []) {
    if (this.#broken) return Promise.reject(this.#broken);
    const call = this.#next++;
    return new Promise((resolve, reject) => {
      this.#open.set(call, { resolve, reject });
      this.worker.postMessage({ call, op, args }, transfer);
    });
  }
}
