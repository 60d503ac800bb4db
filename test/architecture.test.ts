import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import { describe, expect, test } from 'vitest';

/** The building plan: which rooms of src/ each room may use. Files directly in src/ (the roof) may use all. */
const ground = ['base', 'model', 'config'];
const core = ['decode', 'meter', 'devices', 'usage', 'insights'];
const edges = ['capture', 'store', 'mqtt', 'http', 'names', 'tui', 'demo', 'service'];
const mayUse: Record<string, readonly string[]> = {
  base: [],
  model: ['base'],
  config: ['base', 'model'],
  web: [],
  whitestat: [...ground, 'devices', 'usage', 'store'],
  ...Object.fromEntries([...core, ...edges].map((room) => [room, ground])),
};

/** Packages that belong to exactly one room; `koffi` is how Node reaches the sockets that it has no words for. */
const onlyIn: Record<string, string | readonly string[]> = {
  koffi: ['capture', 'service'],
  cap: 'capture',
  'better-sqlite3': 'store',
  mqtt: 'mqtt',
  aedes: 'mqtt',
  express: 'http',
  pino: 'base',
  ajv: 'base',
  'ajv/dist/2020.js': 'base',
  yaml: 'config',
  'fastest-levenshtein': 'config',
};

const importPattern = /(?:\bfrom|\bimport)\s*\(?\s*['"]([^'"]+)['"]/g;

/** What is wrong with the imports of one file of src/, given by its path there. */
function violations(path: string, source: string): string[] {
  const room = path.includes('/') ? (path.split('/')[0] ?? '') : undefined;
  return [...source.matchAll(importPattern)].flatMap(([, target = '']) => {
    if (target.startsWith('.')) {
      const used = join(dirname(path), target).split('/')[0] ?? '';
      const legal = room === undefined || [room, ...(mayUse[room] ?? [])].includes(used);
      return legal ? [] : [`${path} may not import ${target}`];
    }
    const owners = [onlyIn[target] ?? []].flat();
    if (owners.length > 0 && !owners.includes(room ?? ''))
      return [`${target} belongs to ${owners.join(' and ')}: ${path}`];
    if (room !== undefined && core.includes(room))
      return [`${room} is core, yet imports ${target}`];
    return [];
  });
}

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((path) =>
  /\.tsx?$/.test(path),
);

describe('down only, never sideways', () => {
  test.each(sources)('%s', (path) => {
    expect(violations(path, readFileSync(join('src', path), 'utf8'))).toEqual([]);
  });

  test.each([
    ['decode/packet.ts', `import { x } from '../meter/meter.ts'`],
    ['decode/packet.ts', `import { x } from '../capture/source.ts'`],
    ['decode/packet.ts', `import { readFileSync } from 'node:fs'`],
    ['model/usage.ts', `import type { x } from '../config/config.ts'`],
    ['store/usage.ts', `import { x } from '../http/server.ts'`],
    ['http/server.ts', `const x = await import('koffi')`],
    ['http/validator.ts', `import { Ajv2020 } from 'ajv/dist/2020.js'`],
    ['app.ts', `import express from 'express'`],
    ['base/log.ts', `import { x } from '../app.ts'`],
  ])('catches a planted violation in %s: %s', (path, source) => {
    expect(violations(path, source)).toHaveLength(1);
  });
});
