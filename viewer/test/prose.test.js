// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';
import { el } from '../src/ui/element.js';
import { prose } from '../src/ui/prose.js';

/** @param {string} text @param {string} [name] @param {string} [title] */
function read(text, name = 'a.md', title = '') {
  const node = el('div');
  node.append(...prose(text, name, title));
  return node;
}

describe('the reader', () => {
  it('leaves out front matter and the title that is shown already', () => {
    const node = read(
      '---\ntitle: Soil\ntags: [a]\n---\n\n# Soil\n\nDark and wet.\n',
      'soil.md',
      'Soil',
    );
    expect(node.innerHTML).toBe('<p>Dark and wet.</p>');
  });

  it('knows headings, lists, quotes, rules and code', () => {
    const node = read(
      '## Worms\n\n- red\n- blue\n  and long\n  - small\n\n1. one\n\n> said\n\n---\n\n```py\nif a < b:\n    pass\n```\n\n    indented',
    );
    expect([...node.children].map(({ tagName }) => tagName)).toEqual([
      'H4',
      'UL',
      'OL',
      'BLOCKQUOTE',
      'HR',
      'PRE',
      'PRE',
    ]);
    expect(node.querySelectorAll('ul > li').length).toBe(3);
    expect(node.querySelector('li li')?.textContent).toBe('small');
    expect(node.querySelector('pre')?.textContent).toBe('if a < b:\n    pass');
  });

  it('takes nothing for HTML and follows no link', () => {
    const node = read(
      '<img src=x onerror=alert(1)> **<b>x</b>** `a*b*c` [here](javascript:alert(1))',
    );
    expect(node.querySelector('img, a, b')).toBe(null);
    expect(node.querySelector('strong')?.textContent).toBe('<b>x</b>');
    expect(node.querySelector('code')?.textContent).toBe('a*b*c');
    expect(node.textContent).toContain('<img src=x onerror=alert(1)>');
    expect(node.textContent).toContain('here');
  });

  it('leaves snake_case, other formats and unfinished marks as they are', () => {
    expect(read('a snake_case_name, __init__ and 2 * 3 * 4 **open').innerHTML).toBe(
      '<p>a snake_case_name, __init__ and 2 * 3 * 4 **open</p>',
    );
    expect(read('# not a heading', 'a.txt').innerHTML).toBe('# not a heading');
    expect(read('---\nnever closed', 'a.md').textContent).toContain('never closed');
    expect(read('```\nnever closed').querySelector('pre')?.textContent).toBe('never closed');
    expect(read('').childNodes.length).toBe(0);
  });

  it('ends on any text', () => {
    const bits = [
      '#',
      '- ',
      '> ',
      '```',
      '\n',
      '    ',
      '*',
      '_',
      '`',
      '[',
      '](',
      ')',
      'a',
      '1. ',
      '---',
      '\r\n',
      '  - ',
    ];
    let seed = 7;
    for (const bit of bits) expect(read(bit.repeat(30_000))).toBeTruthy();
    for (let round = 0; round < 400; round++) {
      let text = '';
      for (let k = 0; k < 40; k++) {
        seed = (seed * 1664525 + 1013904223) >>> 0;
        text += bits[seed % bits.length];
      }
      expect(read(text)).toBeTruthy();
    }
  });
});
