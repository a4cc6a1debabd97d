/**
 * Files of a site as scripts: a page that was opened from a disk may fetch nothing, but it may run
 * what lies beside it. Each says `muserFile(ADDRESS, FORM, BODY)`: see docs/formats.md.
 */

/** @typedef {(path: string, form: 'text' | 'base64', body: string) => void} Take */

export class ScriptFiles {
  /** @type {Map<string, {promise: Promise<string | Uint8Array<ArrayBuffer>>, resolve: (body: string | Uint8Array<ArrayBuffer>) => void}>} */
  #open = new Map();

  /** @param {string} base address of the site @param {Document} [page] */
  constructor(base, page = document) {
    this.base = base;
    this.page = page;
    /** @type {Take} */
    const take = (path, form, body) =>
      this.#open.get(path)?.resolve(form === 'base64' ? bytesOf(body) : body);
    /** @type {any} */ (globalThis).muserFile = take;
  }

  /** @param {string} url of a file of the site @returns {Promise<Response>} 404 when it is not there */
  async read(url) {
    try {
      return new Response(await this.#body(decodeURIComponent(url.slice(this.base.length))));
    } catch {
      return new Response(null, { status: 404 });
    }
  }

  /** @param {string} path */
  #body(path) {
    const known = this.#open.get(path);
    if (known) return known.promise;
    /** @type {(body: string | Uint8Array<ArrayBuffer>) => void} */
    let resolve = () => {};
    /** @type {Promise<string | Uint8Array<ArrayBuffer>>} */
    const promise = new Promise((done, failed) => {
      resolve = done;
      const script = this.page.createElement('script');
      const ended = () => {
        script.remove();
        this.#open.delete(path);
        failed(new Error(`no ${path}`)); // unless it has spoken
      };
      script.addEventListener('load', ended);
      script.addEventListener('error', ended);
      script.src = new URL(`${path}.js`, this.base).href;
      this.page.head.append(script);
    });
    this.#open.set(path, { promise, resolve });
    return promise;
  }
}

/** @param {string} text in base64 */
function bytesOf(text) {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes;
}
