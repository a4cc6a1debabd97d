/** The panel of collections: one is made above, all are listed below, each with what can be done with it. */
import { COLOURS } from '../app/collections.js';
import { el, iconButton } from './element.js';
import { count, since } from './words.js';

/** @typedef {import('../hands/client.js').Collection} Collection */
/** @typedef {import('../app/collections.js').Offer} Offer */
/**
 * @typedef {{
 *   offers: () => Offer[], make: (name: string, offer: Offer, living: boolean) => Promise<boolean>,
 *   draw: () => void, layer: (one: Collection, on: boolean) => void,
 *   change: (one: Collection, change: {rename?: string, colour?: string, note?: string, seen?: boolean}) => void,
 *   remove: (one: Collection) => void, look: (one: Collection) => void, fit: (one: Collection) => void,
 *   select: (one: Collection) => void, take: (one: Collection) => void,
 *   mirror: (one: Collection, kept: boolean) => void, copy: (text: string) => void,
 *   export: (one: Collection | null) => void, close: () => void,
 * }} CollectionsUi
 */

const LONGEST = 200;
const KINDS = { fixed: '', border: 'grows inside its border', search: 'grows by its search' };

export class CollectionsPanel {
  /** @type {Offer[]} */
  #offers = [];
  /** The one that is unfolded. */
  #opened = -1;
  #asking = -1;
  #given = { list: /** @type {Collection[]} */ ([]), layers: /** @type {ReadonlySet<number>} */ (new Set()), colour: (/** @type {Collection} */ _one) => '' }; // prettier-ignore

  /** @param {CollectionsUi} context */
  constructor(context) {
    this.context = context;
    this.name = el('input', { attrs: { maxlength: String(LONGEST), placeholder: 'Name, new or known', 'aria-label': 'Name of the collection', list: 'collection-names', autocomplete: 'off', enterkeyhint: 'done' } }); // prettier-ignore
    this.names = el('datalist', { id: 'collection-names' });
    this.from = el('select', { attrs: { 'aria-label': 'What is gathered' }, on: { change: () => this.#offered() } }); // prettier-ignore
    this.living = el('input', { type: 'checkbox', id: 'living' });
    this.livingLabel = el('label', { class: 'check', attrs: { for: 'living' } }, this.living, el('span')); // prettier-ignore
    this.submit = el('button', { class: 'plain', text: 'Gather', attrs: { type: 'submit' } });
    this.hint = el(
      'p',
      { class: 'collections-hint' },
      'Select pictures or notes, find something, or open a region: it can be gathered here. ',
      el('button', { class: 'plain', text: 'Draw a lasso', on: { click: () => context.draw() } }),
    );
    this.form = el(
      'form',
      { class: 'collections-form', on: { submit: (/** @type {Event} */ event) => void this.#submit(event) } }, // prettier-ignore
      el('div', { class: 'collections-line' }, this.name, this.submit),
      this.names,
      this.from,
      this.livingLabel,
    );
    this.note = el('p', { class: 'meta warn collections-note', hidden: true, attrs: { role: 'status' } }); // prettier-ignore
    this.rows = el('ul', { class: 'collections-rows' });
    this.title = el('h2', { text: 'Collections', attrs: { tabindex: '-1' } });
    this.node = el(
      'section',
      { class: 'collections', attrs: { 'aria-label': 'Collections' } },
      el('header', { class: 'panel-head' }, this.title, iconButton('close', 'Close (Esc)', () => context.close())), // prettier-ignore
      this.form,
      this.hint,
      this.note,
      this.rows,
      el('footer', { class: 'collections-foot' }, iconButton('download', 'Export …', () => context.export(null), { class: 'plain', text: 'Export …' })), // prettier-ignore
    );
  }

  focus() {
    if (this.form.hidden) this.title.focus({ preventScroll: true });
    else this.name.focus({ preventScroll: true });
  }

  /** Something else is selected or found. */
  refreshOffers() {
    this.#offers = this.context.offers();
    const before = this.from.value;
    this.from.replaceChildren(...this.#offers.map(({ key, label }) => el('option', { text: label, attrs: { value: key } }))); // prettier-ignore
    if (this.#offers.some(({ key }) => key === before)) this.from.value = before;
    this.form.hidden = !this.#offers.length;
    this.hint.hidden = this.#offers.length > 0;
    this.#offered();
  }

  #offered() {
    const offer = this.#offers.find(({ key }) => key === this.from.value);
    this.livingLabel.hidden = !offer?.living;
    if (!offer?.living) this.living.checked = false;
    const words = offer?.key === 'found' ? 'What this search finds later joins' : 'What later arrives inside the line joins'; // prettier-ignore
    /** @type {HTMLElement} */ (this.livingLabel.lastChild).textContent = words;
  }

  /** @param {Event} event */
  async #submit(event) {
    event.preventDefault();
    const offer = this.#offers.find(({ key }) => key === this.from.value);
    const name = this.name.value.trim();
    if (!name) this.trouble('A collection needs a name.');
    if (!name || !offer) return;
    this.trouble('');
    this.submit.disabled = true;
    const made = await this.context.make(name, offer, this.living.checked);
    this.submit.disabled = false;
    if (made) this.name.value = '';
  }

  /** @param {string} text empty: none */
  trouble(text) {
    this.note.textContent = text;
    this.note.hidden = !text;
  }

  /** @param {Collection[]} list @param {ReadonlySet<number>} layers those on the map @param {(one: Collection) => string} colour */
  fill(list, layers, colour) {
    this.#given = { list, layers, colour };
    this.trouble('');
    this.names.replaceChildren(...list.map(({ name }) => el('option', { attrs: { value: name } })));
    const focus = focusIn(this.rows);
    this.rows.replaceChildren(...list.map((one) => this.#row(one, layers.has(one.id), colour(one)))); // prettier-ignore
    focus();
  }

  #again() {
    this.fill(this.#given.list, this.#given.layers, this.#given.colour);
  }

  /** @param {Collection} one @param {boolean} shown @param {string} colour */
  #row(one, shown, colour) {
    const opened = this.#opened === one.id;
    const layer = iconButton(shown ? 'eye' : 'eyeOff', shown ? `Hide “${one.name}” on the map` : `Show “${one.name}” on the map`, () => this.context.layer(one, !shown), { class: 'tool layer', data: { key: `layer ${one.id}` } }); // prettier-ignore
    layer.setAttribute('aria-pressed', String(shown));
    layer.style.setProperty('--layer', colour);
    const facts = [KINDS[one.kind], one.mirror ? 'mirrored' : ''].filter(Boolean).join(' · ');
    const toggle = el(
      'button',
      {
        class: 'collection-name',
        attrs: { 'aria-expanded': String(opened) },
        data: { key: `name ${one.id}` },
        on: { click: () => this.#unfold(opened ? -1 : one.id) },
      },
      el('bdi', { text: one.name }),
      el('span', { class: 'meta', text: [count(one.count), facts].filter(Boolean).join(' · ') }),
    );
    const fresh = one.new
      ? el('button', { class: 'plain fresh', text: `${count(one.new)} new ${since(one.seen_at, Date.now())}`, data: { key: `new ${one.id}` }, on: { click: () => this.context.look(one) } }) // prettier-ignore
      : null;
    return el(
      'li',
      { class: opened ? 'collection opened' : 'collection' },
      el('div', { class: 'collection-line' }, layer, toggle, fresh),
      opened ? this.#body(one, colour) : null,
    );
  }

  /** @param {number} id */
  #unfold(id) {
    this.#opened = id;
    this.#asking = -1;
    this.#again();
  }

  /** @param {Collection} one @param {string} colour */
  #body(one, colour) {
    const { context } = this;
    const name = el('input', { attrs: { maxlength: String(LONGEST), 'aria-label': 'Name' }, data: { key: `rename ${one.id}` } }); // prettier-ignore
    name.value = one.name;
    name.addEventListener('change', () => {
      const rename = name.value.trim();
      if (rename && rename !== one.name) context.change(one, { rename });
    });
    const note = el('textarea', { attrs: { rows: '2', maxlength: '10000', placeholder: 'A note of your own', 'aria-label': 'Note' }, data: { key: `note ${one.id}` } }); // prettier-ignore
    note.value = one.note;
    note.addEventListener('change', () => context.change(one, { note: note.value }));
    const swatches = COLOURS.map((ink, n) => {
      const swatch = el('button', {
        class: 'swatch',
        title: ink,
        attrs: { 'aria-label': `Colour ${n + 1} of ${COLOURS.length}`, 'aria-pressed': String(ink === colour) }, // prettier-ignore
        data: { key: `colour ${one.id} ${n}` },
        on: { click: () => context.change(one, { colour: ink }) },
      });
      swatch.style.background = ink;
      return swatch;
    });
    const button = (/** @type {string} */ text, /** @type {() => void} */ act) => el('button', { class: 'plain', text, data: { key: `${text} ${one.id}` }, on: { click: act } }); // prettier-ignore
    const deletes = this.#asking === one.id;
    return el(
      'div',
      { class: 'collection-body' },
      name,
      el(
        'div',
        { class: 'swatches', attrs: { role: 'group', 'aria-label': 'Colour' } },
        ...swatches,
      ),
      note,
      one.query ? el('p', { class: 'meta', text: `Search: ${one.query}` }) : null,
      one.mirror ? el('p', { class: 'meta collection-folder' }, 'As a folder of links: ', el('code', { text: one.mirror }), iconButton('copy', 'Copy the folder', () => context.copy(one.mirror))) : null, // prettier-ignore
      el(
        'div',
        { class: 'collection-acts' },
        button('Look at them', () => context.look(one)),
        button('On the map', () => context.fit(one)),
        button('Select', () => context.select(one)),
        button('Take selected out', () => context.take(one)),
        button(one.mirror ? 'No folder any more' : 'Keep as a folder', () => context.mirror(one, !one.mirror)), // prettier-ignore
        button('Export …', () => context.export(one)),
        button('Delete …', () => {
          this.#asking = one.id;
          this.#again();
        }),
      ),
      deletes
        ? el(
            'div',
            { class: 'collection-ask', attrs: { role: 'alert' } },
            el('span', { text: 'Forget this collection? Its files stay where they are.' }),
            button('Forget it', () => context.remove(one)),
            button('Keep it', () => {
              this.#asking = -1;
              this.#again();
            }),
          )
        : null,
    );
  }
}

/** The list is made anew: what had the focus has it again. @param {HTMLElement} list @returns {() => void} */
function focusIn(list) {
  const active = /** @type {HTMLElement | null} */ (document.activeElement);
  const key = active && list.contains(active) ? active.dataset.key : undefined;
  return () => {
    if (!key) return;
    for (const node of list.querySelectorAll('[data-key]'))
      if (/** @type {HTMLElement} */ (node).dataset.key === key) {
        /** @type {HTMLElement} */ (node).focus({ preventScroll: true });
        return;
      }
  };
}
