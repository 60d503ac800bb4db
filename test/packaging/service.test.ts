import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const UNIT = 'src/service/lanledger.service';
const analyze = '/usr/bin/systemd-analyze';

function valuesOf(key: string): string[] {
  const lines = readFileSync(UNIT, 'utf8').split('\n');
  return lines
    .filter((line) => line.startsWith(`${key}=`))
    .map((line) => line.slice(key.length + 1));
}

test('the service may open packet sockets, and nothing else that root may do', () => {
  expect(valuesOf('User')).toEqual(['lanledger']);
  expect(valuesOf('AmbientCapabilities')).toEqual(['CAP_NET_RAW']);
  expect(valuesOf('CapabilityBoundingSet')).toEqual(['CAP_NET_RAW']);
  expect(valuesOf('NoNewPrivileges')).toEqual(['yes']);
});

test('it sees the sockets that it needs: IP, packets, netlink and Unix', () => {
  expect(valuesOf('RestrictAddressFamilies')).toEqual([
    'AF_INET AF_INET6 AF_PACKET AF_NETLINK AF_UNIX',
  ]);
});

test('its kernel tables stay in sight: the default route stands in /proc/net', () => {
  expect(valuesOf('ProcSubset')).toEqual([]);
});

test('a start that fails is tried again, at last once a minute: what was missing may come', () => {
  expect(valuesOf('Restart')).toEqual(['on-failure']);
  expect(valuesOf('RestartPreventExitStatus')).toEqual([]);
  expect(valuesOf('StartLimitIntervalSec')).toEqual(['0']);
  expect(valuesOf('RestartSteps')).toEqual(['5']);
  expect(valuesOf('RestartMaxDelaySec')).toEqual(['60']);
});

test.skipIf(!existsSync(analyze))('systemd calls its exposure 2.0 or less', () => {
  const report = execFileSync(analyze, ['security', '--offline=true', '--no-pager', UNIT], {
    encoding: 'utf8',
  });
  const exposure = Number(/exposure level for lanledger\.service: ([\d.]+)/.exec(report)?.[1]);
  expect(exposure).toBeLessThanOrEqual(2);
});
