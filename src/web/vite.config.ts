import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import * as icons from '@mdi/js';
import { defineConfig, type Plugin } from 'vite';

/** Where `npx vite src/web` finds a daemon for the page under development. */
const daemon = process.env['LANLEDGER_URL'] ?? 'http://127.0.0.1:8777';
const outDir = join(import.meta.dirname, '../../dist/web');

/** Compresses once, when building, and as far as it goes: a Raspberry Pi then only copies files. */
function precompress(): Plugin {
  return {
    name: 'precompress',
    apply: 'build',
    closeBundle() {
      for (const name of readdirSync(outDir, { recursive: true, encoding: 'utf8' })) {
        if (!/\.(js|css|svg|webmanifest)$/.test(name)) continue;
        const bytes = readFileSync(join(outDir, name));
        writeFileSync(join(outDir, `${name}.br`), brotliCompressSync(bytes));
        writeFileSync(join(outDir, `${name}.gz`), gzipSync(bytes, { level: 9 }));
      }
    },
  };
}

/** Makes a module of each icon: a page then brings those that it shows, and not those of all pages. */
function oneModulePerIcon(): Plugin {
  const prefix = '\0icon:';
  const paths = new Map<string, string>(Object.entries(icons));
  return {
    name: 'one-module-per-icon',
    apply: 'build',
    enforce: 'pre',
    transform(code) {
      return code.replace(/^import \{([^}]+)\} from '@mdi\/js';/m, (_, names: string) =>
        names.replaceAll(/\s*(\w+),?\s*/g, `import { $1 } from '${prefix}$1';`),
      );
    },
    resolveId: (id) => (id.startsWith(prefix) ? id : null),
    load: (id) => {
      const name = id.slice(prefix.length);
      const path = id.startsWith(prefix) ? paths.get(name) : undefined;
      return path === undefined ? null : `export const ${name} = ${JSON.stringify(path)};`;
    },
  };
}

export default defineConfig({
  // Relative addresses: the dashboard also works below a path of a reverse proxy.
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [oneModulePerIcon(), precompress()],
  build: {
    outDir,
    emptyOutDir: true,
    // Data URLs for small files would weaken the Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // Icons of several pages are one file, not one each.
        codeSplitting: { groups: [{ name: 'icons', test: /icon:/, minShareCount: 2 }] },
      },
      onwarn(warning, warn) {
        // "use client" is for servers that render pages.
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning);
      },
    },
  },
  // The daemon takes changes only from the website that its Host header names.
  server: { proxy: { '^/(api/v1|login|logout)': { target: daemon, changeOrigin: false } } },
});
