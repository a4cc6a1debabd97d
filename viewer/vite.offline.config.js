/** The page of exported sites: one classic script and one style sheet, with all that they need. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** @param {string} path */
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
// Every browser that runs this page reads WOFF2: the same fonts in WOFF would only be carried along.
const WOFF = /,url\(data:font\/woff;base64,[^)]*\)format\("woff"\)/g;
const MODULE = '<script type="module" src="/src/main.js"></script>';

export default defineConfig({
  base: './',
  resolve: { alias: [{ find: /^.*\/work\/workers\.js$/, replacement: here('src/offline/workers.js') }] }, // prettier-ignore
  build: {
    outDir: here('../muserd/_page/offline'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: Infinity, // a page on a disk may not load its fonts from it
    cssCodeSplit: false,
    modulePreload: false,
    rolldownOptions: {
      transform: { define: { 'import.meta': '{}' } }, // a classic script has none
      input: here('src/offline/main.js'),
      output: {
        format: 'iife',
        entryFileNames: 'assets/map-[hash].js',
        assetFileNames: 'assets/map-[hash][extname]',
      },
    },
  },
  worker: { format: 'iife' },
  plugins: [classicPage()],
});

/** index.html with the script and the style sheet of this build instead of the module. */
function classicPage() {
  return {
    name: 'classic-page',
    /** @param {{dir?: string}} output @param {Record<string, {isEntry?: boolean}>} bundle */
    writeBundle({ dir }, bundle) {
      const page = readFileSync(here('index.html'), 'utf8');
      const files = Object.keys(bundle);
      const script = files.find((name) => bundle[name].isEntry);
      const style = files.find((name) => name.endsWith('.css'));
      if (!script || !style || !page.includes(MODULE)) throw new Error('no page to write');
      const source = page.replace(
        MODULE,
        `<link rel="stylesheet" href="./${style}" />\n    <script defer src="./${script}"></script>`,
      );
      writeFileSync(`${dir}/index.html`, source);
      const styles = readFileSync(`${dir}/${style}`, 'utf8').replace(WOFF, '');
      if (styles.includes('font/woff;')) throw new Error('fonts in WOFF are left');
      writeFileSync(`${dir}/${style}`, styles);
    },
  };
}
