/** The daemon's doors beyond the files: questions by GET, and by POST what changes Muser's own data. */

export class Door {
  /** @type {Promise<string> | null} of this session, without which no POST is taken */
  #key = null;

  /** @param {string} base address of the site */
  constructor(base) {
    this.base = base;
  }

  /**
   * @param {string} path @param {Record<string, string>} [params] @param {AbortSignal} [signal]
   * @returns {Promise<any>} @throws {Error} with the daemon's sentence, and the `status`
   */
  async get(path, params = {}, signal) {
    const answer = await fetch(this.#url(path, params), { signal });
    if (!answer.ok) throw await refusal(path, answer);
    return answer.json();
  }

  /**
   * @param {string} path @param {object | Blob} body sent as JSON, or as it is
   * @param {{params?: Record<string, string>, type?: string, signal?: AbortSignal}} [more]
   * @returns {Promise<Response>} @throws {Error} with the daemon's sentence, and the `status`
   */
  async post(path, body, { params = {}, type = 'application/json', signal } = {}) {
    this.#key ??= this.get('api/session').then(({ page_key: key }) => key);
    const key = await this.#key.catch((error) => {
      this.#key = null;
      throw error;
    });
    const answer = await fetch(this.#url(path, params), {
      method: 'POST',
      body: body instanceof Blob ? body : JSON.stringify(body),
      headers: { 'X-Muser-Page': key, 'Content-Type': type },
      signal,
    });
    if (answer.ok) return answer;
    if (answer.status === 403) this.#key = null; // of a session that has ended
    throw await refusal(path, answer);
  }

  /** @param {string} path @param {Record<string, string>} params */
  #url(path, params) {
    const url = new URL(path, this.base);
    for (const [key, value] of Object.entries(params)) url.searchParams.set(key, value);
    return url;
  }
}

/** What the daemon says of a refusal, for people. @param {string} path @param {Response} answer */
async function refusal(path, answer) {
  const text = (await answer.text().catch(() => '')).trim();
  let words = text.startsWith('<') ? '' : text;
  try {
    const { error } = JSON.parse(text);
    words = [error.message, error.hint].filter(Boolean).join(': ');
  } catch {
    // Refusals of the guard are plain words.
  }
  const message = words.slice(0, 240) || `${path}: ${answer.status}`;
  return Object.assign(new Error(message), { status: answer.status });
}
