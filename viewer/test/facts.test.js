import { describe, expect, test } from 'vitest';
import { noticeOf } from '../src/ui/facts.js';
import { isolated } from '../src/ui/words.js';

const detail = (/** @type {object} */ more) =>
  /** @type {Detail} */ (/** @type {unknown} */ (more));

describe('what is said of how a file was read', () => {
  test('nothing, where all went as usual', () => {
    expect(noticeOf(null)).toBe('');
    expect(noticeOf(detail({ title: 'a' }))).toBe('');
  });
  test('its notice, its missing end, or both', () => {
    expect(noticeOf(detail({ notice: 'taken as plain text' }))).toBe('taken as plain text');
    expect(noticeOf(detail({ incomplete: true }))).toBe('the end of the file is missing');
    expect(noticeOf(detail({ notice: 'odd', incomplete: true }))).toBe(
      'odd; the end of the file is missing',
    );
  });
});

test('a text within another is isolated, and nothing stays nothing', () => {
  expect(isolated('אב')).toBe('\u2068אב\u2069');
  expect(isolated('')).toBe('');
});
