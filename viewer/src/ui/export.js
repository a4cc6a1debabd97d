/** What to take away, and how: a list at once, or what the daemon makes in a while. */
import { Maker, progressOf } from '../hands/making.js';
import { el, iconButton } from './element.js';
import { ExportOptions } from './exportoptions.js';
import { counted } from './words.js';

/** @typedef {import('../hands/client.js').What} What */
/** @typedef {import('../hands/client.js').TextFormat} TextFormat */
/** @typedef {import('../hands/client.js').Bundle} Bundle */
/** @typedef {{key: string, label: string, what: What, name: string, command: string}} Subject `name`: of the file; `command`: what muserctl is told, '' where it cannot be */

/** @type {[TextFormat, string, string, string][]} format, name, what for, suffix */
const TEXTS = [
  ['paths', 'Paths', 'one a line, for other programs', 'txt'],
  ['csv', 'Table', 'CSV, for spreadsheets', 'csv'],
  ['ndjson', 'JSON', 'an object a line, for scripts', 'ndjson'],
  ['canvas', 'Canvas', 'JSON Canvas, for Obsidian', 'canvas'],
];
/** @type {[Bundle, string, string][]} */
const BUNDLES = [
  ['zip', 'Files', 'the originals, in a ZIP'],
  ['poster', 'Poster', 'the map to print, or for a screen'],
  ['site', 'Website', 'the map to give away, in a ZIP'],
  ['parquet', 'Parquet', 'for Embedding Atlas'],
  ['clusters.json', 'Clusters', 'for Latent Atlas'],
];
const COMMANDS = ['copy', 'links', 'zip', 'site', 'poster', 'parquet', 'clusters.json'];
const INTO_FOLDERS = ['copy', 'links', 'site', 'clusters.json'];

export class ExportSheet {
  /** @type {Subject[]} */
  #subjects = [];

  /**
   * @param {{subjects: () => Subject[], live: () => boolean, dark: () => boolean,
   *   client: import('../hands/client.js').HandsClient, say: (text: string) => void}} context
   */
  constructor(context) {
    this.context = context;
    this.maker = new Maker(context.client, (made) => this.#progress(made));
    this.options = new ExportOptions();
    this.subject = el('select', { attrs: { 'aria-label': 'What' }, on: { change: () => this.#told() } }); // prettier-ignore
    const formats = [...TEXTS, ...BUNDLES].map(([value, name, meaning], n) => choice(value, name, meaning, n === 0)); // prettier-ignore
    this.formats = el('fieldset', { class: 'export-formats', on: { change: () => this.#told() } }, el('legend', { text: 'As' }), ...formats); // prettier-ignore
    this.go = el('button', { class: 'plain primary', text: 'Download', on: { click: () => void this.#download() } }); // prettier-ignore
    this.trouble = el('p', { class: 'meta warn', attrs: { role: 'status' } });
    this.bar = el('progress', { attrs: { max: '1', 'aria-label': 'Progress' } });
    this.far = el('span', { class: 'meta', attrs: { role: 'status' } });
    this.stop = el('button', { class: 'plain', text: 'Stop', on: { click: () => void this.#stop() } }); // prettier-ignore
    this.working = el('div', { class: 'export-working', hidden: true }, this.bar, this.far, this.stop); // prettier-ignore
    this.command = el('code');
    this.other = el('select', { attrs: { 'aria-label': 'Other format' }, on: { change: () => this.#told() } }); // prettier-ignore
    for (const format of COMMANDS) this.other.append(el('option', { text: format, attrs: { value: format } })); // prettier-ignore
    const more = el(
      'details',
      { class: 'export-more' },
      el('summary', { text: 'Into a folder of your choice' }),
      el('p', {}, 'A page cannot write there; this command does: ', this.other),
      el('p', { class: 'export-command' }, this.command, iconButton('copy', 'Copy the command', () => void this.#copy())), // prettier-ignore
    );
    this.node = el(
      'dialog',
      { class: 'sheet export', attrs: { 'aria-labelledby': 'export-title' } },
      el('div', { class: 'sheet-head' }, el('h2', { text: 'Take it with you', id: 'export-title' }), iconButton('close', 'Close', () => this.node.close())), // prettier-ignore
      el('label', { class: 'export-what' }, el('span', { text: 'What' }), this.subject),
      this.formats,
      this.options.node,
      more,
      this.trouble,
      this.working,
      this.go,
    );
    this.node.addEventListener('click', (event) => {
      if (event.target === this.node) this.node.close();
    });
  }

  /** @param {string} [key] of the subject that is offered first */
  show(key = '') {
    this.#subjects = this.context.subjects();
    this.subject.replaceChildren(...this.#subjects.map((one) => el('option', { text: one.label, attrs: { value: one.key } }))); // prettier-ignore
    if (this.#subjects.some((one) => one.key === key)) this.subject.value = key;
    const live = this.context.live();
    this.#busy(this.maker.now !== null);
    this.trouble.textContent = live ? '' : 'Exports are made by the daemon, which is not running.';
    this.#told();
    if (!this.node.open) this.node.showModal();
    this.subject.focus();
  }

  get #chosen() {
    return this.#subjects.find((one) => one.key === this.subject.value) ?? null;
  }

  get #format() {
    return /** @type {HTMLInputElement | null} */ (this.formats.querySelector('input:checked'))?.value ?? ''; // prettier-ignore
  }

  #told() {
    this.options.show(this.#format, this.context.dark());
    const to = INTO_FOLDERS.includes(this.other.value) ? 'FOLDER' : 'FILE';
    const chosen = this.#chosen;
    const first = chosen?.key === 'selection' || (chosen?.key === 'found' && !chosen.command);
    this.command.textContent =
      first
        ? `Gather it in a collection first: muserctl export --collection NAME --format ${this.other.value} --to ${to}`
        : ['muserctl export', chosen?.command, `--format ${this.other.value} --to ${to}`].filter(Boolean).join(' '); // prettier-ignore
  }

  async #copy() {
    const text = (this.command.textContent ?? '').replace(/^.*?: (?=muserctl)/, '');
    try {
      await navigator.clipboard.writeText(text);
      this.context.say('Command copied');
    } catch {
      this.context.say('The browser does not let this page copy.');
    }
  }

  /** @param {boolean} working */
  #busy(working) {
    this.working.hidden = !working;
    this.go.hidden = working;
    this.go.disabled = !this.context.live();
  }

  /** @param {import('../hands/client.js').Made} made */
  #progress(made) {
    const { share, text } = progressOf(made);
    if (share) this.bar.value = share;
    else this.bar.removeAttribute('value');
    this.far.textContent = text;
  }

  async #stop() {
    await this.maker.stop().catch((error) => (this.trouble.textContent = error.message));
  }

  async #download() {
    const chosen = this.#chosen;
    const format = this.#format;
    if (!chosen || !format) return;
    this.go.disabled = true;
    this.trouble.textContent = '';
    try {
      const text = TEXTS.find(([value]) => value === format);
      if (text) await this.#fetch(chosen, text);
      else await this.#make(chosen, /** @type {Bundle} */ (format));
    } catch (error) {
      this.trouble.textContent = /** @type {Error} */ (error).message;
      if (!this.node.open) this.context.say(this.trouble.textContent);
    } finally {
      this.#busy(false);
    }
  }

  /** @param {Subject} subject @param {typeof TEXTS[number]} text */
  async #fetch({ what, name }, [format, , , suffix]) {
    const blob = await this.context.client.export(what, format);
    const address = URL.createObjectURL(blob);
    save(address, `${fileName(name)}.${suffix}`);
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
    this.#saved(`${fileName(name)}.${suffix}`);
  }

  /** @param {Subject} subject @param {Bundle} format */
  async #make({ what, name }, format) {
    this.bar.removeAttribute('value');
    this.far.textContent = 'Gathering …';
    this.#busy(true);
    const making = { format, name: fileName(name), ...this.options.of(format) };
    const made = await this.maker.make(what, making);
    if (!made) {
      this.context.say('Stopped; nothing was kept');
      return;
    }
    save(this.context.client.addressOf(made.number), made.name);
    this.#saved(made.name);
  }

  /** @param {string} name */
  #saved(name) {
    this.context.say(`${name} is downloaded`);
    this.node.close();
  }
}

/** @param {string} value @param {string} name @param {string} meaning @param {boolean} checked */
function choice(value, name, meaning, checked) {
  const input = el('input', { type: 'radio', attrs: { name: 'export-format', value } });
  input.checked = checked;
  return el('label', {}, input, el('b', { text: name }), el('span', { class: 'meta', text: meaning })); // prettier-ignore
}

/** A name that every file system takes. @param {string} text */
export function fileName(text) {
  const name = text
    .normalize('NFC')
    // eslint-disable-next-line no-control-regex
    .replace(/[\x00-\x1f<>:"/\\|?*\x7f]+/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[\s.]+|[\s.]+$/g, '');
  return [...(name || 'muser')].slice(0, 80).join('');
}

/** As one word of a shell. @param {string} text */
export function quoted(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** @param {string} address @param {string} name */
function save(address, name) {
  const link = el('a', { attrs: { download: name, href: address } });
  document.body.append(link);
  link.click();
  link.remove();
}

/** @param {{selected: number[], found: {q: string, ids: number[]}, region: Region | null, space: SpaceName, total: number, collections: {name: string, count: number}[]}} now @returns {Subject[]} */
export function subjectsOf({ selected, found, region, space, total, collections }) {
  /** @type {Subject[]} */
  const subjects = [];
  const map = space === 'image' ? 'picture' : 'note';
  if (selected.length) subjects.push({ key: 'selection', label: `What is selected: ${counted(selected.length, 'item')}`, what: { items: selected }, name: 'selection', command: '' }); // prettier-ignore
  if (found.ids.length) subjects.push({ key: 'found', label: `What is found: ${counted(found.ids.length, map)}`, what: { items: found.ids }, name: found.q || 'found', command: found.q ? `--find ${quoted(found.q)} --space ${space}` : '' }); // prettier-ignore
  if (region) subjects.push({ key: 'region', label: `The region ${region.name}: ${counted(region.count, map)}`, what: { region: region.id, space }, name: region.name, command: `--region ${region.id} --space ${space}` }); // prettier-ignore
  for (const { name, count } of collections) subjects.push({ key: `collection ${name}`, label: `The collection ${name}: ${counted(count, 'item')}`, what: { collection: name }, name, command: `--collection ${quoted(name)}` }); // prettier-ignore
  subjects.push({ key: 'all', label: `This whole map: ${counted(total, map)}`, what: { space }, name: space === 'image' ? 'pictures' : 'notes', command: `--space ${space}` }); // prettier-ignore
  return subjects;
}
