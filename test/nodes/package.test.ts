import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packNodes } from './node-red-install.ts';

const load = createRequire(import.meta.url);

interface Manifest {
  name: string;
  license: string;
  repository: { type: string; url: string };
  bugs: string;
  keywords: string[];
  engines: { node: string };
  dependencies?: Record<string, string>;
  'node-red': { version: string; nodes: Record<string, string> };
}

const source = JSON.parse(readFileSync('nodes/package.json', 'utf8')) as Manifest;
const sets = Object.entries(source['node-red'].nodes);

const hasExamples =
  existsSync('flows') && readdirSync('flows').some((name) => name.endsWith('.json'));

let directory: string;
let packed: string;
let manifest: Manifest;

/** The package as npm makes it, unpacked. */
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'lanledger-package-'));
  execFileSync('tar', ['-xzf', await packNodes(directory), '-C', directory]);
  packed = join(directory, 'package');
  manifest = JSON.parse(readFileSync(join(packed, 'package.json'), 'utf8')) as Manifest;
}, 60_000);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const textOf = (...path: string[]) => readFileSync(join(packed, ...path), 'utf8');

describe('the public scorecard (node-red-dev)', () => {
  test('P01, P03: licence, repository, bugs', () => {
    expect(manifest.license).toBe('MIT');
    expect(textOf('LICENSE')).toContain('MIT License');
    expect(manifest.repository.url).toBe('git+https://github.com/lanledger/lanledger.git');
    expect(manifest.bugs).toContain('lanledger/lanledger/issues');
  });

  test('P04, P05: scoped name, keyword', () => {
    expect(manifest.name).toBe('@lanledger/node-red-lanledger');
    expect(manifest.keywords).toContain('node-red');
  });

  test('P06, P07: Node-RED 3 to 5, and every Node that they run on', () => {
    expect(manifest['node-red'].version).toBe('>=3.0.0');
    expect(manifest.engines.node).toBe('>=18');
  });

  test('D01: no dependencies', () => {
    expect(manifest.dependencies ?? {}).toEqual({});
  });

  test('N01: all types begin with our name, and are what the sets are called', () => {
    for (const [name, file] of sets) {
      const html = textOf(file.replace(/\.js$/, '.html'));
      const types = [...html.matchAll(/registerType\('([^']+)', \{/g)].map(([, type]) => type);
      expect(types).toEqual([name]);
      expect(name).toMatch(/^lanledger-/);
    }
  });

  test.skipIf(!hasExamples)('N02: each node is in an example', () => {
    const examples = readdirSync(join(packed, 'examples'), { recursive: true, encoding: 'utf8' });
    const text = examples
      .filter((path) => path.endsWith('.json'))
      .map((path) => textOf('examples', path))
      .join('\n');
    for (const [type] of sets) expect(text).toContain(`"${type}"`);
  });
});

describe.each(sets)('%s', (type, file) => {
  const folder = dirname(file);
  const short = type.replace('lanledger-', '');
  const catalogueOf = (language: string) =>
    JSON.parse(textOf(folder, 'locales', language, `${type}.json`)) as Record<string, object>;

  test('is CommonJS with its page beside it, for Node-RED 3 to 5', () => {
    const module = load(join(packed, file)) as unknown;
    expect(typeof module).toBe('function');
    expect(basename(file)).toBe(`${type}.js`);
    expect(textOf(folder, `${type}.html`)).toContain(`data-template-name="${type}"`);
  });

  test('has an icon, unless nobody sees it', () => {
    const html = textOf(folder, `${type}.html`);
    if (html.includes("category: 'config'")) return;
    expect(html).toContain(`icon: '${type}.svg'`);
    expect(textOf(folder, 'icons', `${type}.svg`)).toContain('viewBox="0 0 40 60"');
  });

  test('has the same words in English and German, and all that its page asks for', () => {
    const [english, german] = [catalogueOf('en-US'), catalogueOf('de')];
    expect(keysOf(german)).toEqual(keysOf(english));
    const html = textOf(folder, `${type}.html`);
    const asked = [...html.matchAll(/data-i18n="(?:\[\w+\])?([^":]+)"/g)].map(([, key]) => key);
    for (const key of asked) expect(keysOf(english)).toContain(key);
    expect(Object.keys(english)[0]).toBe(short);
  });

  test('has no styles and colours of its own, but that of the node', () => {
    const html = textOf(folder, `${type}.html`);
    expect(html).not.toMatch(/<style|rgb\(|!important/);
    expect(html.match(/#[0-9a-fA-F]{3,6}\b/g) ?? []).toEqual(
      html.includes("category: 'config'") ? [] : ['#A6BBCF'],
    );
  });

  test.each(['en-US', 'de'])('has help that Node-RED renders (%s)', (language) => {
    const help = textOf(folder, 'locales', language, `${type}.html`);
    const [first, ...lines] = help.trim().split('\n');
    expect(first).toBe(`<script type="text/markdown" data-help-name="${type}">`);
    // A colon begins a property wherever it stands before another one.
    const property = /^ *: [^:]+\([^:]+\) : [^:]+$/;
    for (const line of lines) {
      const isFine = line.trimStart().startsWith(':') ? property.test(line) : !/:.*:/.test(line);
      expect({ line, isFine }).toEqual({ line, isFine: true });
    }
  });
});

test('only what is needed is packed', () => {
  const files = readdirSync(packed, { recursive: true, encoding: 'utf8' });
  const kinds = new Set(
    files.filter((path) => /\.\w+$/.test(path)).map((path) => path.split('.').at(-1)),
  );
  expect(kinds).toEqual(new Set(['html', 'js', 'json', 'md', 'png', 'svg']));
  expect(files).toContain('README.md');
  expect(files).toContain('resources/lanledger-editor.js');
});

/** Paths of all texts. */
function keysOf(catalogue: object, before = ''): string[] {
  return Object.entries(catalogue).flatMap(([key, value]) =>
    typeof value === 'string' ? [`${before}${key}`] : keysOf(value as object, `${before}${key}.`),
  );
}
