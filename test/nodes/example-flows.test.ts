import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readFlows } from './example-flows.ts';

const flows = readFlows();
const names = [...flows.keys()];
const shared = ['lanledger-server', 'mqtt-broker', 'ui-base', 'ui-theme', 'global-config'];

const { version } = JSON.parse(readFileSync('nodes/package.json', 'utf8')) as { version: string };

test('what flows share is the same in all of them, so that imports use it again', () => {
  for (const type of shared) {
    const all = [...flows.values()].flat().filter((node) => node.type === type);
    const texts = all.map(({ modules: _, ...node }) => JSON.stringify(node));
    expect([type, new Set(texts).size]).toEqual([type, 1]);
  }
});

test('nothing else has an id that is used twice', () => {
  const own = [...flows.values()].flat().filter(({ type }) => !shared.includes(type));
  expect(new Set(own.map(({ id }) => id)).size).toBe(own.length);
});

test.for(names)('%s asks for the packages that it needs', (name) => {
  const nodes = flows.get(name) ?? [];
  const needsDashboard = nodes.some(({ type }) => type.startsWith('ui-'));
  expect(needsDashboard).toBe(name.startsWith('dashboard/'));
  const wanted = nodes.find(({ type }) => type === 'global-config');
  expect(wanted?.['modules']).toEqual({
    '@lanledger/node-red-lanledger': version,
    ...(needsDashboard ? { '@flowfuse/node-red-dashboard': '1.31.0' } : {}),
  });
});

test.for(names)('%s is readable: comments, named groups, named nodes', (name) => {
  const nodes = flows.get(name) ?? [];
  expect(nodes.filter(({ type }) => type === 'comment').length).toBeGreaterThan(0);
  const placed = nodes.filter((node) => node['x'] !== undefined && node.type !== 'group');
  expect(placed.filter((node) => !node['name'])).toEqual([]);
  const grouped = new Set(nodes.flatMap((node) => (node.type === 'group' ? node['nodes'] : [])));
  const loose = placed.filter(({ id, type }) => type !== 'comment' && !grouped.has(id));
  expect(loose).toEqual([]);
});
