import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LoadedConfig } from '../src/config/load.ts';
import { loadConfig } from '../src/config/load.ts';
import { EventLog } from '../src/event-log.ts';
import { reloadConfig } from '../src/reload.ts';
import { ManualClock } from './support/manual-clock.ts';
import { temporaryDirectory } from './store/ledger.ts';

/** A configuration that is loaded, changed and read again; what the log, the level and the events then say. */
async function reloaded(before: object, after: object) {
  const file = join(temporaryDirectory(), 'lanledger.yaml');
  const load = (content: object): Promise<LoadedConfig> => {
    writeFileSync(file, JSON.stringify(content));
    return loadConfig({ file, environment: {}, commandLine: {} });
  };
  const loaded = await load(before);
  const lines: string[] = [];
  const write = (level: string) => (text: string) => void lines.push(`${level}: ${text}`);
  const log = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    setLevel: write('level'),
  };
  const events = new EventLog(new ManualClock('2026-11-20T09:00:00Z'), 0);
  reloadConfig(loaded, await load(after), { log, events });
  return { loaded, lines, events: events.pending().map(({ message }) => message) };
}

test('what may change takes effect in place and is an event; the rest waits', async () => {
  const { loaded, lines, events } = await reloaded(
    { http: { port: 8001 }, mqtt: { intervalSeconds: 5 } },
    { http: { port: 8002 }, devices: { offlineAfterSeconds: 60 } },
  );
  expect(lines).toEqual([
    'warn: These changes wait for a restart: http.port.',
    'info: The configuration has changed: devices.offlineAfterSeconds, mqtt.intervalSeconds.',
  ]);
  expect(events).toEqual([
    'The configuration has changed: devices.offlineAfterSeconds, mqtt.intervalSeconds.',
  ]);
  const { http, devices, mqtt } = loaded.config;
  expect([http.port, devices.offlineAfterSeconds, mqtt.intervalSeconds]).toEqual([8001, 60, 10]);
  expect(loaded.origins.has('mqtt.intervalSeconds')).toBe(false);
  expect(loaded.origins.get('devices.offlineAfterSeconds')).toMatch(/^file /);
});

test('a level that a command has set stays until the configured one changes', async () => {
  const other = await reloaded({}, { devices: { offlineAfterSeconds: 60 } });
  expect(other.lines.filter((line) => line.startsWith('level'))).toEqual([]);
  const level = await reloaded({}, { log: { level: 'warn' } });
  expect(level.lines).toContain('level: warn');
});

test('nothing is said to have changed where nothing has', async () => {
  const { lines, events } = await reloaded({ http: { port: 1 } }, { http: { port: 1 } });
  expect([lines, events]).toEqual([
    ['info: The configuration was read again: nothing has changed.'],
    [],
  ]);
});

test('a password that comes from a file is read at each connection: it waits for nothing', async () => {
  const passwordFile = join(temporaryDirectory(), 'password');
  writeFileSync(passwordFile, 'one');
  const mqtt = { url: 'mqtt://192.0.2.1', username: 'lanledger', passwordFile };
  const { lines } = await reloaded({ mqtt }, { mqtt });
  expect(lines).toEqual(['info: The configuration was read again: nothing has changed.']);
});
