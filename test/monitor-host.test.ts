import { expect, test } from 'vitest';
import type { WorkerOptions } from '../src/capture-worker.ts';
import type { createMonitorHost } from '../src/monitor-host.ts';
import { compile } from './support/compiled.ts';
import { collectLog } from './support/log-lines.ts';
import { temporaryDirectory } from './store/ledger.ts';

const household = { seed: 1, devices: 2, days: [20261120], timeZone: 'UTC' };

function optionsOf(driver: WorkerOptions['capture']['driver'], demo = household): WorkerOptions {
  const capture = { driver, interfaces: [], filter: '', ringMebibytes: 1, promiscuous: false };
  return { monitor: 'local', capture, local: [], demo };
}

/** The host with the worker that it finds beside it, in a directory of its own. */
async function compileHost(): Promise<typeof createMonitorHost> {
  const url = compile('src/monitor-host.ts', temporaryDirectory());
  const module = (await import(url)) as { createMonitorHost: typeof createMonitorHost };
  return module.createMonitorHost;
}

function children(): string[] {
  return process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap');
}

test('a capture process that cannot start is gone', async () => {
  const create = await compileHost();
  const options = optionsOf('libpcap', { ...household, timeZone: 'Nowhere' });
  const host = create(options, collectLog().log, () => {});
  await expect(host.start()).rejects.toThrow('Nowhere');
  await expect.poll(children).toEqual([]);
});
