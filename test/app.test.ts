import { expect, onTestFinished, test, vi } from 'vitest';
import { createApp } from '../src/app.ts';
import { ledgerPath } from '../src/config/config.ts';
import { loadConfig } from '../src/config/load.ts';
import { openStore } from '../src/store/store.ts';
import { collectLog } from './support/log-lines.ts';
import { newPath } from './store/ledger.ts';

vi.mock('../src/monitor-host.ts', () => ({
  createMonitorHost: () => ({
    start: () => Promise.resolve(),
    stop: () => Promise.reject(new Error('The worker is stuck.')),
  }),
}));

test('a part that does not stop is told after all others did, with a last checkpoint', async () => {
  const loaded = await loadConfig({
    file: '/dev/null',
    environment: {},
    commandLine: {
      dataDirectory: newPath('data'),
      timeZone: 'UTC',
      http: { host: '127.0.0.1', port: 0, auth: 'none' },
      mqtt: { embedded: { port: 0 } },
      names: { hostsFile: '', reverseDns: 'off' },
    },
  });
  const app = createApp(
    loaded,
    { ...collectLog().log, setLevel: () => {} },
    {
      restart: () => {},
      demo: { seed: 1, devices: 2, days: [20261120] },
      service: { look: () => {} },
    },
  );
  await app.start();
  await expect(app.stop()).rejects.toThrow('The worker is stuck.');
  const store = openStore(ledgerPath(loaded.config));
  onTestFinished(() => store.close());
  expect(store.events({ limit: 10 })).toMatchObject([{ type: 'daemon-started' }]);
});
