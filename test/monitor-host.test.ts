import { EventEmitter, once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import type { WorkerOptions } from '../src/capture-worker.ts';
import type { Batch } from '../src/model/batch.ts';
import type { createMonitorHost } from '../src/monitor-host.ts';
import { compile } from './support/compiled.ts';
import { collectLog } from './support/log-lines.ts';
import { temporaryDirectory } from './store/ledger.ts';

const household = { seed: 1, devices: 2, days: [20261120], timeZone: 'UTC' };

function optionsOf(driver: WorkerOptions['capture']['driver'], demo = household): WorkerOptions {
  const capture = { driver, interfaces: [], filter: '', ringMebibytes: 1, promiscuous: false };
  return { monitor: 'local', capture, local: [], demo };
}

/** The host with the worker that it finds beside it, in a directory of its own; `replaced`: compiled files by path. */
async function compileHost(
  replaced: Record<string, string> = {},
): Promise<typeof createMonitorHost> {
  const url = compile('src/monitor-host.ts', temporaryDirectory());
  for (const [path, text] of Object.entries(replaced)) writeFileSync(new URL(path, url), text);
  const module = (await import(url)) as { createMonitorHost: typeof createMonitorHost };
  return module.createMonitorHost;
}

function children(): string[] {
  return process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap');
}

afterEach(() => void vi.useRealTimers());

test('a capture process that cannot start is gone', async () => {
  const create = await compileHost();
  const options = optionsOf('libpcap', { ...household, timeZone: 'Nowhere' });
  const host = create(options, collectLog().log, () => {});
  await expect(host.start()).rejects.toThrow('Nowhere');
  await expect.poll(children).toEqual([]);
});

/** A source whose batches are larger than what a pipe takes at once. */
const largeSource = `
  const received = { up: true, received: 0, dropped: 0 };
  const counters = Array.from({ length: 50_000 }, (_, n) => ({ name: 'interface-' + n, ...received }));
  export function openPresent() {
    return { async start() {}, async stop() {}, counters: () => counters };
  }`;

test('the last batch of a capture process arrives, however large', async () => {
  const create = await compileHost({ 'demo/present.js': largeSource });
  const batches: Batch[] = [];
  const { log, lines } = collectLog();
  const host = create(optionsOf('libpcap'), log, (batch) => void batches.push(batch));
  await host.start();
  await host.stop();
  expect(batches.at(-1)?.counters.interfaces).toHaveLength(50_000);
  expect(lines).toEqual([]);
  await expect.poll(children).toEqual([]);
});

/** Runs once, and dies at once in every life after that. */
const mortal = `
  import { existsSync, writeFileSync } from 'node:fs';
  import { parentPort } from 'node:worker_threads';
  const trace = new URL('trace', import.meta.url);
  if (existsSync(trace)) process.exit(3);
  writeFileSync(trace, '');
  parentPort.once('message', () => {
    parentPort.postMessage({ type: 'ready' });
    setImmediate(() => process.exit(3));
  });`;

test('a worker that dies is told and started again once for each death, later each time', async () => {
  const create = await compileHost({ 'capture-worker.js': mortal });
  const { log, lines } = collectLog();
  const deaths = new EventEmitter();
  const error = (sentence: string) => {
    log.error(sentence);
    deaths.emit('told');
  };
  const host = create(optionsOf('af-packet'), { ...log, error }, () => {});
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let death = once(deaths, 'told');
  await host.start();
  const told = ['error: Capture ended unexpectedly (exit code 3): starting it again.'];
  for (const delayMs of [1000, 2000, 4000]) {
    await death;
    expect(lines).toEqual(told);
    death = once(deaths, 'told');
    vi.advanceTimersByTime(delayMs - 1);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(1);
    expect(vi.getTimerCount()).toBe(0);
    told.push('error: Capture cannot start: Capture ended unexpectedly (exit code 3).');
  }
  await death;
  expect(lines).toEqual(told);
  await host.stop();
  expect(vi.getTimerCount()).toBe(0);
});

/** Runs, and hears nothing. */
const deaf = `
  import { parentPort } from 'node:worker_threads';
  parentPort.on('message', () => parentPort.postMessage({ type: 'ready' }));`;

test('a worker that does not say goodbye is told, and ended', async () => {
  const create = await compileHost({ 'capture-worker.js': deaf });
  const { log, lines } = collectLog();
  const host = create(optionsOf('af-packet'), log, () => {});
  await host.start();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const stopped = host.stop();
  vi.advanceTimersByTime(1500);
  await stopped;
  expect(lines).toEqual([
    'error: Capture does not answer: what it counted and has not reported is lost.',
  ]);
});

test('a worker that dies before it ever ran is not started again', async () => {
  const create = await compileHost({ 'capture-worker.js': 'process.exit(3);' });
  const { log, lines } = collectLog();
  const host = create(optionsOf('af-packet'), log, () => {});
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  await expect(host.start()).rejects.toThrow('Capture ended unexpectedly (exit code 3).');
  expect([lines, vi.getTimerCount()]).toEqual([[], 0]);
});
