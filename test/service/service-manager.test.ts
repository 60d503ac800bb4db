import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Health } from '../../src/model/report.ts';
import { openServiceManager } from '../../src/service/service-manager.ts';
import { temporaryDirectory } from '../store/ledger.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { listen } from './listener.ts';

const clock = new ManualClock('2026-11-20T09:00:00Z');

async function open(environment: NodeJS.ProcessEnv) {
  const told: string[] = [];
  const tell = (text: string) => void told.push(text);
  const log = { debug: tell, info: tell, warn: tell, error: tell };
  return { told, service: await openServiceManager({ environment, clock, log }) };
}

test.each([
  ['a path', () => join(temporaryDirectory(), 'notify')],
  ['a name without a file', () => `@lanledger-test-${process.pid}`],
])('what happens is told at %s', async (_, nameOf) => {
  const name = nameOf();
  const listener = listen(name);
  const { service, told } = await open({ NOTIFY_SOCKET: name });
  service.ready();
  service.look({ status: 'ok' });
  service.stopping();
  expect(listener.take()).toEqual(['READY=1', 'STOPPING=1']);

  const sinceBoot = () => Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
  service.reloading();
  const [, seconds] =
    /^RELOADING=1\nMONOTONIC_USEC=(\d+)\d{6}$/.exec(listener.take()[0] ?? '') ?? [];
  // The machine may have slept, which only one of the clocks counts.
  expect(Number(seconds)).toBeLessThanOrEqual(sinceBoot());
  expect(Number(seconds)).toBeGreaterThan(0);
  expect(told).toEqual([]);
});

describe('the watchdog', () => {
  test('hears twice in its period that all goes on, once it is ready', async () => {
    const name = `@lanledger-watchdog-${process.pid}`;
    const listener = listen(name);
    const environment = {
      NOTIFY_SOCKET: name,
      WATCHDOG_USEC: '30000000',
      WATCHDOG_PID: String(process.pid),
    };
    const { service } = await open(environment);
    const heard = (seconds: number, status: Health['status'] = 'ok') => {
      for (let second = 0; second < seconds; second++) {
        clock.pass(1000);
        service.look({ status });
      }
      return listener.take();
    };
    expect(heard(60)).toEqual([]);
    service.ready();
    expect(heard(15)).toEqual(['READY=1', 'WATCHDOG=1']);
    expect(heard(15)).toEqual(['WATCHDOG=1']);
    // A restart mends no full disk.
    expect(heard(15, 'degraded')).toEqual(['WATCHDOG=1']);
    expect(heard(60, 'down')).toEqual([]);
    expect(heard(1)).toEqual(['WATCHDOG=1']);
    service.reloading();
    expect(heard(60)).toEqual([expect.stringMatching(/^RELOADING=1/)]);
    service.ready();
    expect(heard(1)).toEqual(['READY=1', 'WATCHDOG=1']);
  });

  test.each([
    ['of another process', { WATCHDOG_USEC: '30000000', WATCHDOG_PID: '1' }],
    ['without a period', { WATCHDOG_USEC: 'soon' }],
    ['that is not there', {}],
  ])('%s hears nothing', async (_, watchdog) => {
    const name = `@lanledger-none-${process.pid}`;
    const listener = listen(name);
    const { service } = await open({ NOTIFY_SOCKET: name, ...watchdog });
    service.ready();
    clock.pass(60_000);
    service.look({ status: 'ok' });
    expect(listener.take()).toEqual(['READY=1']);
  });
});

test('without a service manager nothing happens', async () => {
  const { service, told } = await open({ WATCHDOG_USEC: '1000000' });
  service.ready();
  service.look({ status: 'ok' });
  service.reloading();
  service.stopping();
  expect(told).toEqual([]);
});

test.each([
  ['/nowhere/notify', 'sendto: ENOENT'],
  ['vsock:2:1234', '"vsock:2:1234" is no path of a socket'],
  [`/${'a'.repeat(200)}`, `"/${'a'.repeat(200)}" is no path of a socket`],
])('one that cannot be reached at %s is told of once', async (name, reason) => {
  const { service, told } = await open({ NOTIFY_SOCKET: name });
  service.ready();
  service.stopping();
  expect(told).toEqual([
    `The service manager cannot be told how LanLedger fares (NOTIFY_SOCKET, ${reason}).`,
  ]);
});
