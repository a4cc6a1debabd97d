import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  base: './',
  build: {
    outDir: fileURLToPath(new URL('../muserd/_page', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    // Everything stays a file of its own: a strict content security policy refuses data: URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  worker: { format: 'es' },
  test: { include: ['test/**/*.test.js'] },
});
