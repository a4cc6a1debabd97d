/** What the page says instead of a map, or below it. */
import { el } from './element.js';
import { counted } from './words.js';

const TROUBLES = {
  offline: ['The site does not answer', 'Muser may be stopped. This page tries again by itself.'],
  missing: [
    'There is no map here yet',
    'No manifest.json lies beside this page. Start muserd, or open the folder it publishes.',
  ],
  damaged: [
    'This map cannot be read',
    'Its manifest is damaged. muserctl refit publishes it anew.',
  ],
  newer: [
    'This map is newer than this page',
    'It was published in a format this page does not know. Reload to get the matching page.',
  ],
};

export class Messages {
  constructor() {
    this.title = el('h2');
    this.text = el('p');
    this.retry = el('button', {
      class: 'plain',
      text: 'Try again',
      on: { click: () => location.reload() },
    });
    this.node = el(
      'div',
      { class: 'message', attrs: { role: 'status' }, hidden: true },
      this.title,
      this.text,
      this.retry,
    );
  }

  /** @param {string} title @param {string} text @param {boolean} [retry] */
  say(title, text, retry = false) {
    this.title.textContent = title;
    this.text.textContent = text;
    this.retry.hidden = !retry;
    this.node.hidden = false;
  }

  /** @param {{kind?: string, message: string}} error */
  trouble(error) {
    const [title, text] = TROUBLES[/** @type {keyof typeof TROUBLES} */ (error.kind ?? '')] ?? [
      'Something went wrong',
      error.message,
    ];
    this.say(title, text, true);
  }

  hide() {
    this.node.hidden = true;
  }
}

/** The line at the foot of the page. */
export class StatusLine {
  constructor() {
    this.lamp = el('span', { class: 'lamp', attrs: { 'aria-hidden': 'true' } });
    this.text = el('span', { text: 'Loading' });
    this.node = el(
      'span',
      { class: 'status', attrs: { role: 'status', 'aria-live': 'off' } },
      this.lamp,
      this.text,
    );
    this.parts = { items: '', gaps: '', link: '', work: '' };
  }

  /** @param {number} items @param {SpaceName} space */
  items(items, space) {
    this.parts.items = space === 'image' ? counted(items, 'picture') : counted(items, 'note');
    this.#write();
  }

  /** @param {'static' | 'live' | 'paused'} state */
  link(state) {
    this.lamp.dataset.link = state;
    this.parts.link = state === 'live' ? 'live' : state === 'paused' ? 'live paused' : '';
    this.#write();
  }

  /** @param {number} missing files that could not be read; they are asked for again */
  gaps(missing) {
    this.parts.gaps = missing ? `${counted(missing, 'part')} missing, trying again` : '';
    this.#write();
  }

  /** @param {StatusEvent} event */
  work(event) {
    const parts = [];
    for (const [space, { pending, stage, progress }] of Object.entries(event.spaces ?? {})) {
      if (pending) parts.push(`${pending} ${space === 'image' ? 'pictures' : 'notes'} waiting`);
      if (stage && !['', 'idle', 'ready', 'absent'].includes(stage)) {
        parts.push(
          progress === null || progress === undefined
            ? stage
            : `${stage} ${Math.round(progress * 100)} %`,
        );
      }
    }
    if (event.failures) parts.push(`${event.failures} failed`);
    this.parts.work = parts.join(' · ');
    this.#write();
  }

  #write() {
    this.text.textContent = [this.parts.items, this.parts.gaps, this.parts.work, this.parts.link]
      .filter(Boolean)
      .join(' · ');
  }
}
