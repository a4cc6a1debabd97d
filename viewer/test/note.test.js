// @vitest-environment happy-dom
import { describe, expect, it, vi } from 'vitest';
import { asciidoc, latex, org, rst } from '../src/note/convert.js';
import { setNote } from '../src/note/note.js';
import { el } from '../src/ui/element.js';

const open = vi.fn();
const LINKS = {
  links: {
    'other note': { id: 7, slot: 3, space: /** @type {const} */ ('text') },
    'a b.md': { id: 8, slot: 4, space: /** @type {const} */ ('text') },
    'pics/x.jpg': { id: 9, slot: 5, space: /** @type {const} */ ('image') },
    'x.jpg': { id: 9, slot: 5, space: /** @type {const} */ ('image') },
  },
  open,
  picture: (/** @type {number} */ id) => `preview?id=${id}`,
};

/** @param {string} text @param {string} [format] @param {string} [title] @param {[string, string][]} [head] */
function read(text, format = 'markdown', title = '', head = []) {
  const node = el('div');
  node.append(...setNote({ text, format, head, links: LINKS.links }, title, LINKS));
  return node;
}

describe('a note in Markdown', () => {
  it('is set as its file says: lists, code, tables; its title is not said twice', () => {
    const node = read(
      '# T\n\n1. one\n2. two\n\n```sh\n# comment\nls\n```\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n    indented',
      'markdown',
      'T',
    );
    expect([...node.children].map(({ tagName }) => tagName)).toEqual(['OL', 'PRE', 'TABLE', 'PRE']);
    expect(node.querySelector('pre')?.textContent).toBe('# comment\nls');
    expect(node.querySelectorAll('td').length).toBe(2);
    expect(node.querySelectorAll('td')[1].dataset.align).toBe('right');
    expect(node.textContent).not.toContain('T\n');
  });

  it('shows the head as facts above it', () => {
    const node = read('Text.', 'markdown', 'T', [
      ['title', 'T'],
      ['tags', 'a, b'],
      ['mood', '<b>good</b>'],
    ]);
    const rows = [...node.querySelectorAll('.note-head > *')].map((one) => one.textContent);
    expect(rows).toEqual(['tags', 'a, b', 'mood', '<b>good</b>']);
    expect(node.querySelector('b')).toBe(null);
  });

  it('leads to other items and to the web, and nowhere else', () => {
    const node = read(
      '[[other note#part|there]] [x](a%20b.md) [w](https://example.org/) [j](javascript:alert(1)) [f](file:///etc/passwd) [d](data:text/html,x) [[nowhere]]',
    );
    const inner = [...node.querySelectorAll('a.inner-link')];
    expect(inner.map((one) => one.textContent)).toEqual(['there', 'x']);
    /** @type {HTMLElement} */ (inner[0]).click();
    expect(open).toHaveBeenCalledWith(LINKS.links['other note']);
    const outer = node.querySelectorAll('a:not(.inner-link)');
    expect(outer.length).toBe(1);
    expect(outer[0].getAttribute('rel')).toBe('noopener noreferrer');
    expect([...node.querySelectorAll('.dead-link')].map((one) => one.textContent)).toEqual([
      'j',
      'f',
      'd',
      'nowhere',
    ]);
  });

  it('shows pictures that lie under a root, and loads no other', () => {
    const node = read('![a sea](pics/x.jpg) ![[x.jpg|300]] ![far](https://example.org/y.png)');
    const images = [...node.querySelectorAll('img')];
    expect(images.map((one) => one.getAttribute('src'))).toEqual(['preview?id=9', 'preview?id=9']);
    expect(images[0].alt).toBe('a sea');
    expect(node.querySelector('a')?.textContent).toBe('far');
  });

  it('takes nothing for HTML', () => {
    const node = read('<img src=x onerror=alert(1)> <script>1</script> **<b>x</b>** `a*b*c`<br>y');
    expect(node.querySelector('img, b, script')).toBe(null);
    expect(node.querySelector('strong')?.textContent).toBe('<b>x</b>');
    expect(node.textContent).toContain('<img src=x onerror=alert(1)>');
    expect(node.querySelector('br')).not.toBe(null);
  });

  it('sets a table of values as a table, and its text as text', () => {
    const node = read('a\tb\n<b>1</b>\t2\n\n3\t', 'csv');
    const rows = [...node.querySelectorAll('tr')].map((row) =>
      [...row.children].map((cell) => cell.textContent),
    );
    expect(rows).toEqual([
      ['a', 'b'],
      ['<b>1</b>', '2'],
      ['3', ''],
    ]);
    expect(node.querySelectorAll('th').length).toBe(2);
    expect(node.querySelector('b')).toBe(null);
  });

  it('knows tasks, callouts, marks, and names that are no emphasis', () => {
    const node = read(
      '- [ ] buy\n- [x] sold\n\n> [!note] Mind\n> this\n\n==so== and `__x__` or __init__ of a_b_c',
    );
    expect([...node.querySelectorAll('.box')].map((one) => one.textContent)).toEqual(['☐ ', '☑ ']);
    expect(node.querySelector('blockquote')?.dataset.callout).toBe('note');
    expect(node.querySelector('blockquote')?.textContent).not.toContain('[!');
    const parts = [...(node.querySelector('blockquote')?.children ?? [])];
    expect(parts.map((one) => one.textContent)).toEqual(['Mind', 'this']);
    expect(parts[0].className).toBe('callout-title');
    const bare = read('> [!WARNING]\n> **mind** it\n>\n> and more').querySelector('blockquote');
    expect([...(bare?.children ?? [])].map((one) => one.textContent)).toEqual([
      'Warning',
      'mind it',
      'and more',
    ]);
    const alone = read('> [!tip] Only *a* title').querySelector('blockquote');
    expect([...(alone?.children ?? [])].map((one) => one.textContent)).toEqual(['Only a title']);
    expect(node.querySelector('mark')?.textContent).toBe('so');
    expect(node.querySelector('strong')).toBe(null);
    expect(node.textContent).toContain('__init__ of a_b_c');
  });

  it('holds for what is unfinished, deep and long', () => {
    expect(read('```\nnever closed').querySelector('pre')?.textContent).toBe('never closed');
    expect(read('> '.repeat(3000) + 'x').textContent).toContain('x');
    expect(read('[[[['.repeat(5000)).textContent).toContain('[[');
    expect(read('').childNodes.length).toBe(0);
    expect(read('# as typed', 'text').innerHTML).toContain('# as typed');
    expect(read('<b>words</b>', 'words').querySelector('b')).toBe(null);
  });
});

describe('other notations', () => {
  it('Org', () => {
    const node = read(
      '#+title: T\n* Head :tag:\n:PROPERTIES:\n:ID: 1\n:END:\nSome *bold* /soft/ ~code~ [[file:a b.md][there]] [[file:pics/x.jpg]].\n- [ ] one\n| a | b |\n|---+---|\n| 1 | 2 |\n#+begin_src sh\n* no heading\n#+end_src',
      'org',
    );
    expect(node.querySelector('h3')?.textContent).toBe('Head');
    expect(node.querySelector('strong')?.textContent).toBe('bold');
    expect(node.querySelector('em')?.textContent).toBe('soft');
    expect(node.querySelector('a.inner-link')?.textContent).toBe('there');
    expect(node.querySelector('img')?.getAttribute('src')).toBe('preview?id=9');
    expect(node.querySelectorAll('th, td').length).toBe(4);
    expect(node.querySelector('pre')?.textContent).toBe('* no heading');
    expect(node.textContent).not.toContain('PROPERTIES');
    expect(org('#+begin_quote\nsaid\n#+end_quote')).toBe('> said');
  });

  it('reStructuredText', () => {
    const node = read(
      'Title\n=====\n\nSome ``code`` and `a link <https://example.org>`_::\n\n    # literal\n\nNext\n----\n\n.. code-block:: python\n   :linenos:\n\n   x = 1\n\n.. note:: Mind\n   the gap\n\n.. hidden comment',
      'rst',
    );
    expect([...node.querySelectorAll('h3, h4')].map((one) => one.textContent)).toEqual([
      'Title',
      'Next',
    ]);
    expect([...node.querySelectorAll('pre')].map((one) => one.textContent)).toEqual([
      '# literal',
      'x = 1',
    ]);
    expect(node.querySelector('a')?.getAttribute('href')).toBe('https://example.org');
    expect(node.querySelector('blockquote')?.textContent).toContain('the gap');
    expect(rst('.. hidden comment')).not.toContain('hidden');
  });

  it('LaTeX and AsciiDoc', () => {
    const node = read(
      '\\documentclass{article}\\begin{document}\\section{One}\nSome \\textbf{bold} 50\\% text. % no\n\\begin{itemize}\\item a \\item b\\end{itemize}\\begin{verbatim}\n% code\n\\end{verbatim}\\end{document}',
      'latex',
    );
    expect(node.querySelector('h4')?.textContent).toBe('One');
    expect(node.textContent).toContain('50% text.');
    expect(node.querySelectorAll('li').length).toBe(2);
    expect(node.querySelector('pre')?.textContent).toBe('% code');
    expect(latex('\\emph{a}')).toBe('*a*');
    expect(asciidoc('== T\n* a\n----\n== no\n----')).toBe('## T\n- a\n```\n== no\n```');
  });

  it('HTML by what is listed, without attributes', () => {
    const node = read(
      '<html><head><title>t</title><style>p{}</style></head><body onload="x()"><h1>T</h1><p style="color:red" onclick="y()">Some <b>bold</b> <a href="a%20b.md">in</a> <a href="javascript:z()">no</a><img src="pics/x.jpg" onerror="q()"><img src="https://far/y.png" alt="far"><script>1</script><table><tr><td>1</td></tr></table></body></html>',
      'html',
    );
    expect(node.querySelector('script, style, [onclick], [onerror], [style]')).toBe(null);
    expect(node.querySelector('b')?.textContent).toBe('bold');
    expect(node.querySelectorAll('a.inner-link').length).toBe(1);
    expect([...node.querySelectorAll('img')].map((one) => one.getAttribute('src'))).toEqual([
      'preview?id=9',
    ]);
    expect(node.querySelector('td')?.textContent).toBe('1');
  });
});

describe('a file that holds several notes', () => {
  const note = {
    text: '',
    format: 'words',
    head: [],
    links: {},
    sections: /** @type {[string, string, string][]} */ ([
      ['Soup', '2020-01-02 03:04:05+00:00', 'Soup\n\nBoil <b>water</b>.'],
      ['日記', '', '今日は晴れ。'],
    ]),
  };

  it('lists them, and shows each under its title and day, the title once', () => {
    const node = el('div');
    node.append(...setNote(/** @type {any} */ (note), 'Recipes', LINKS));
    expect(node.querySelector('summary')?.textContent).toBe('2 notes');
    expect([...node.querySelectorAll('li')].map((li) => li.textContent)).toEqual(['Soup 2020-01-02', '日記']); // prettier-ignore
    const sections = [...node.querySelectorAll('[data-section]')];
    expect(sections.map((one) => one.querySelector('h2')?.textContent)).toEqual(['Soup', '日記']);
    expect(sections[0].querySelector('.as-typed')?.textContent).toBe('Boil <b>water</b>.');
    expect(sections[1].querySelector('.as-typed')?.textContent).toBe('今日は晴れ。');
    expect(node.querySelector('b')).toBeNull();
  });

  it('goes to one from the list', () => {
    const node = el('div');
    node.append(...setNote(/** @type {any} */ (note), 'Recipes', LINKS));
    const to = vi.fn();
    node.querySelectorAll('[data-section]')[1].scrollIntoView = to;
    node.querySelectorAll('li button')[1].dispatchEvent(new Event('click'));
    expect(to).toHaveBeenCalledOnce();
  });
});
