/** Org, reStructuredText, LaTeX and AsciiDoc as Markdown, as far as it takes to read them well. Pure. */

const IMAGE = /\.(?:png|jpe?g|gif|webp|avif|heic|svg|bmp|tiff?)$/i;

/** @param {string} target @param {string} [text] */
function link(target, text) {
  const to = target.replace(/^file:/, '').replace(/[<>\n]/g, '');
  return text === undefined && IMAGE.test(to) ? `![](<${to}>)` : `[${text ?? to}](<${to}>)`;
}

/** @param {string} line */
function orgInline(line) {
  return line
    .split(/([=~][^\s=~](?:[^=~]*[^\s=~])?[=~](?![\w=~]))/)
    .map((part, k) => {
      if (k % 2) return `\`${part.slice(1, -1)}\``;
      return part
        .replace(/\[\[([^[\]]+)\]\[([^[\]]+)\]\]/g, (_, to, text) => link(to, text))
        .replace(/\[\[([^[\]]+)\]\]/g, (_, to) => link(to))
        .replace(/(^|[\s(["'{])\*(\S(?:[^*]*\S)?)\*(?=$|[\s)\].,;:!?"'}-])/g, '$1**$2**')
        .replace(/(^|[\s(["'{])\/(\S(?:[^/]*\S)?)\/(?=$|[\s)\].,;:!?"'}-])/g, '$1*$2*')
        .replace(/(^|[\s(["'{])\+(\S(?:[^+]*\S)?)\+(?=$|[\s)\].,;:!?"'}-])/g, '$1~~$2~~');
    })
    .join('');
}

/** @param {string} text @returns {string} */
export function org(text) {
  /** @type {string[]} */
  const out = [];
  let fence = '';
  let quote = false;
  let drawer = false;
  for (const line of text.split('\n')) {
    const begin = /^\s*#\+begin_(\w+)\s*(\S*)/i.exec(line);
    const end = /^\s*#\+end_(\w+)/i.exec(line);
    if (fence) {
      if (end && end[1].toLowerCase() === fence) {
        out.push('```');
        fence = '';
      } else out.push(line);
    } else if (drawer) drawer = !/^\s*:end:\s*$/i.test(line);
    else if (begin && /^(?:src|example|export)$/i.test(begin[1])) {
      fence = begin[1].toLowerCase();
      out.push(`\`\`\`${begin[2]}`);
    } else if (begin || end) quote = Boolean(begin) && /^quote$/i.test(begin?.[1] ?? '');
    else if (/^\s*:[\w-]+:\s*$/.test(line)) drawer = true;
    else if (/^\s*#(?:\+\w+:|\s|$)/.test(line)) continue;
    else if (/^\*+\s/.test(line)) {
      const stars = /^\*+/.exec(line)?.[0].length ?? 1;
      const title = line.slice(stars).replace(/\s+:[\w@#%:]+:\s*$/, '');
      out.push('', `${'#'.repeat(Math.min(stars, 6))} ${orgInline(title.trim())}`, '');
    } else if (/^\s*\|[-+]+\|?\s*$/.test(line)) {
      if (out.at(-1)?.startsWith('|')) out.push(line.trim().replace(/\+/g, '|'));
    } else if (/^\s*\|/.test(line)) {
      const first = !out.at(-1)?.startsWith('|');
      out.push(...(first ? [''] : []), orgInline(line.trim()));
    } else out.push((quote ? '> ' : '') + orgInline(line.replace(/^(\s*)\+ /, '$1- ')));
  }
  return withRules(out).join('\n');
}

/** Tables of Markdown need a rule below their first row. @param {string[]} lines */
function withRules(lines) {
  return lines.flatMap((line, k) => {
    const starts = line.startsWith('|') && !lines[k - 1]?.startsWith('|');
    if (!starts || /^\|[\s|:-]+$/.test(lines[k + 1] ?? '')) return [line];
    const cells = line.split('|').length - 2;
    return [line, `|${' --- |'.repeat(Math.max(1, cells))}`];
  });
}

const UNDERLINE = /^([=\-`:.'"~^_*+#<>])\1{2,}\s*$/;

/** @param {string} line */
function rstInline(line) {
  return line
    .replace(/``(.+?)``/g, '`$1`')
    .replace(/:[\w:+-]+:`([^`<]+?)\s*<[^`>]+>`/g, '`$1`')
    .replace(/:[\w:+-]+:`([^`]+)`/g, '`$1`')
    .replace(/`([^`<]+?)\s*<([^`>]+)>`__?/g, (_, text, to) => link(to, text))
    .replace(/`([^`]+)`__?/g, '$1')
    .replace(/\|([\w -]+)\|/g, '$1');
}

/** @param {string} text @returns {string} */
export function rst(text) {
  const lines = text.split('\n');
  /** @type {string[]} */
  const out = [];
  /** @type {string[]} */
  const levels = [];
  const heading = (/** @type {string} */ kind, /** @type {string} */ title) => {
    if (!levels.includes(kind)) levels.push(kind);
    out.push(
      '',
      `${'#'.repeat(Math.min(levels.indexOf(kind) + 1, 6))} ${rstInline(title.trim())}`,
      '',
    );
  };
  let k = 0;
  const indented = () => {
    const start = k;
    while (k < lines.length && (!lines[k].trim() || /^\s/.test(lines[k]))) k++;
    const some = lines.slice(start, k);
    const margin = Math.min(...some.filter((one) => one.trim()).map((one) => one.search(/\S/)), 99);
    return some
      .map((one) => one.slice(margin))
      .join('\n')
      .replace(/^\n+|\n+$/g, '')
      .split('\n');
  };
  while (k < lines.length) {
    const line = lines[k];
    const directive = /^\.\.\s+(?:\|[^|]+\|\s+)?([\w:.+-]+)::\s*(.*)$/.exec(line);
    if (UNDERLINE.test(line) && UNDERLINE.test(lines[k + 2] ?? '') && lines[k + 1]?.trim()) {
      heading(`over${line[0]}`, lines[k + 1]);
      k += 3;
    } else if (
      line.trim() &&
      !/^\s/.test(line) &&
      !UNDERLINE.test(line) &&
      UNDERLINE.test(lines[k + 1] ?? '')
    ) {
      heading(lines[k + 1][0], line);
      k += 2;
    } else if (directive) {
      k++;
      const body = trimmed(indented().filter((one) => !/^:[\w-]+:/.test(one)));
      const [, name, argument] = directive;
      if (/^(?:code|code-block|sourcecode|parsed-literal|math)$/.test(name))
        out.push('', `\`\`\`${argument}`, ...body, '```', '');
      else if (/^(?:image|figure)$/.test(name)) out.push('', `![](<${argument}>)`, ...body, '');
      else if (!/^(?:include|contents|toctree|index|highlight|raw|csv-table)$/.test(name))
        out.push(
          '',
          ...[`**${name}** ${argument}`, '', ...rst(body.join('\n')).split('\n')].map(
            (one) => `> ${one}`,
          ),
          '',
        );
    } else if (/^\.\.(?:\s|$)/.test(line)) {
      k++;
      indented();
    } else if (/^[+][-=+]{3,}/.test(line) || /^={2,}\s+={2,}/.test(line)) {
      out.push('', '```');
      while (k < lines.length && lines[k].trim()) out.push(lines[k++]);
      out.push('```', '');
    } else {
      k++;
      const literal = line.trimEnd().endsWith('::');
      const shown = literal
        ? line
            .trimEnd()
            .replace(/\s*::$/, (end) => (end.trim() === '::' && line.trim() !== '::' ? ':' : ''))
        : line;
      if (!/^:[A-Za-z][\w ]*:\s/.test(line) || out.some((one) => one.trim()))
        out.push(rstInline(shown));
      if (literal) out.push('', '```', ...indented(), '```', '');
    }
  }
  return out.join('\n');
}

/** Without empty lines at either end. @param {string[]} lines */
function trimmed(lines) {
  return lines
    .join('\n')
    .replace(/^\n+|\n+$/g, '')
    .split('\n');
}

const SECTIONS = ['part', 'chapter', 'section', 'subsection', 'subsubsection', 'paragraph'];

/** @param {string} text @returns {string} */
export function latex(text) {
  /** @type {string[]} */
  const kept = [];
  const keep = (/** @type {string} */ code, language = '') => {
    kept.push(`\n\n\`\`\`${language}\n${code.replace(/^\n+|\n+$/g, '')}\n\`\`\`\n\n`);
    return `\ue000${kept.length - 1}\ue000`;
  };
  let out = text
    .replace(
      /\\begin\{(verbatim|lstlisting|minted)\}(?:\[[^\]]*\])?(?:\{[^}]*\})?([\s\S]*?)\\end\{\1\}/g,
      (_, _name, code) => keep(code),
    )
    .replace(/(^|[^\\])%.*$/gm, '$1');
  out = /\\begin\{document\}([\s\S]*?)(?:\\end\{document\}|$)/.exec(out)?.[1] ?? out;
  return out
    .replace(
      /\\begin\{(equation|align|gather|multline|eqnarray|displaymath|tabular\w?|tikzpicture)(\*?)\}[\s\S]*?\\end\{\1\2\}/g,
      (code) => keep(code, 'latex'),
    )
    .replace(/\\\[[\s\S]*?\\\]/g, (code) => keep(code, 'latex'))
    .replace(
      /\\(part|chapter|section|subsection|subsubsection|paragraph)\*?\s*(?:\[[^\]]*\])?\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}/g,
      (_, name, title) => `\n\n${'#'.repeat(Math.max(1, SECTIONS.indexOf(name)))} ${title}\n\n`,
    )
    .replace(/\\includegraphics\s*(?:\[[^\]]*\])?\{([^}]*)\}/g, (_, to) => `![](<${to}>)`)
    .replace(/\\href\{([^}]*)\}\{([^}]*)\}/g, (_, to, label) => link(to, label))
    .replace(/\\url\{([^}]*)\}/g, (_, to) => link(to))
    .replace(/\\textbf\{([^{}]*)\}/g, '**$1**')
    .replace(/\\(?:emph|textit)\{([^{}]*)\}/g, '*$1*')
    .replace(/\\(?:texttt|verb\|)\{?([^{}|]*)[}|]/g, '`$1`')
    .replace(/\\item\s*(?:\[([^\]]*)\])?\s*/g, (_, label) => `\n- ${label ? `**${label}** ` : ''}`)
    .replace(
      /\\(?:cite\w*|ref|eqref|label|index|vspace|hspace|maketitle|tableofcontents|newpage|clearpage|centering|noindent|thispagestyle|pagestyle|bibliography\w*|begin|end)\*?(?:\[[^\]]*\])*(?:\{[^{}]*\})*/g,
      '',
    )
    .replace(/\\\\/g, '\n')
    .replace(/\\[A-Za-z]+\*?\s?(?:\[[^\]]*\])?/g, '')
    .replace(/\\([%&$#_{} ])/g, '$1')
    .replace(/[{}]/g, '')
    .replace(/---/g, '—')
    .replace(/--/g, '–')
    .replace(/``/g, '“')
    .replace(/''/g, '”')
    .replace(/~/g, ' ')
    .replace(/\ue000(\d+)\ue000/g, (_, number) => kept[Number(number)] ?? '');
}

/** @param {string} text @returns {string} */
export function asciidoc(text) {
  let fence = false;
  return text
    .split('\n')
    .map((line) => {
      if (/^(?:-{4,}|\.{4,})\s*$/.test(line)) {
        fence = !fence;
        return '```';
      }
      if (fence) return line;
      if (/^(?::[\w!-]+:|\/\/|\[[\w,#.%="' -]*\]\s*$)/.test(line)) return '';
      const heading = /^(={1,6})\s+(.*)$/.exec(line);
      if (heading) return `${'#'.repeat(heading[1].length)} ${heading[2]}`;
      return line
        .replace(/^(\*+)\s/, (_, stars) => `${'  '.repeat(stars.length - 1)}- `)
        .replace(/^(\.+)\s/, (_, dots) => `${'   '.repeat(dots.length - 1)}1. `)
        .replace(/image::?([^[\s]+)\[([^\]]*)\]/g, (_, to, alt) => `![${alt}](<${to}>)`)
        .replace(/(?:link|xref):([^[\s]+)\[([^\]]*)\]/g, (_, to, label) => link(to, label || to))
        .replace(/<<([^,>]+),?\s*([^>]*)>>/g, (_, to, label) => label || to)
        .replace(/(^|\s)\*(\S[^*]*)\*(?=$|[\s.,;:!?)])/g, '$1**$2**')
        .replace(/(^|\s)_(\S[^_]*)_(?=$|[\s.,;:!?)])/g, '$1*$2*');
    })
    .join('\n');
}
