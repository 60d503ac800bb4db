import { expect, test } from 'vitest';
import { applyReloadable, changedKeys } from '../../src/config/reload.ts';
import { settings } from '../../src/config/settings.ts';
import { load } from './sources.ts';

const edited = {
  log: { level: 'debug', format: 'json' },
  http: { port: 1, tls: { keyFile: '/k', certificateFile: '/c' } },
  names: { leaseFiles: ['/leases'], hostsFile: '' },
  mqtt: { intervalSeconds: 5, baseTopic: 'home' },
  capture: { interfaces: ['eth1'] },
};

test('these keys may change while the daemon runs', () => {
  const keys = settings.filter(({ schema }) => schema.reloadable).map(({ key }) => key);
  expect(keys).toEqual([
    'memoryLimitMegabytes',
    'devices.offlineAfterSeconds',
    'names.hostsFile',
    'names.leaseFiles',
    'names.reverseDns',
    'names.dnsServers',
    'store.checkpointSeconds',
    'store.keepHoursDays',
    'store.keepDaysDays',
    'store.keepPeersDays',
    'store.keepEventsDays',
    'store.peersPerDevice',
    'billing.startDay',
    'mqtt.intervalSeconds',
    'homeAssistant.discovery',
    'homeAssistant.connections',
    'homeAssistant.maximumDevices',
    'homeAssistant.include',
    'homeAssistant.exclude',
    'homeAssistant.minimumChangeBytes',
    'log.level',
  ]);
});

test('what has changed, apart by whether it needs a restart', async () => {
  const before = (await load('')).config;
  const after = (await load('', {}, edited)).config;
  expect(changedKeys(before, after)).toEqual({
    reloadable: ['names.hostsFile', 'names.leaseFiles', 'mqtt.intervalSeconds', 'log.level'],
    needRestart: [
      'capture.interfaces',
      'mqtt.baseTopic',
      'http.port',
      'http.tls.certificateFile',
      'http.tls.keyFile',
      'log.format',
    ],
  });
  expect(changedKeys(after, structuredClone(after))).toEqual({ reloadable: [], needRestart: [] });
});

test('only what may change is taken over, in place', async () => {
  const target = (await load('')).config;
  const { names, log } = target;
  const source = (await load('', {}, edited)).config;
  const { needRestart } = changedKeys(target, source);
  applyReloadable(target, source);
  expect([target.names, target.log]).toEqual([
    { hostsFile: '', leaseFiles: ['/leases'], reverseDns: 'local', dnsServers: [] },
    { level: 'debug', format: 'text' },
  ]);
  expect(target.names).toBe(names);
  expect(target.log).toBe(log);
  expect(changedKeys(target, source)).toEqual({ reloadable: [], needRestart });
});
