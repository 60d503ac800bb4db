import { expect, test } from 'vitest';
import { buildStates } from '../../src/mqtt/states.ts';
import { createTopics } from '../../src/mqtt/topics.ts';
import { laptop, sampleAt, sampleReport } from '../support/sample-report.ts';
import { expectSound } from './publication.ts';

const topics = createTopics('lanledger');

function statesOf(report = sampleReport()): Record<string, unknown> {
  return Object.fromEntries(
    buildStates(report, topics).map(([topic, payload]) => [topic, JSON.parse(payload) as unknown]),
  );
}

test('the network, the list and one message for each device', () => {
  expect(buildStates(sampleReport(), topics).map(([topic]) => topic)).toEqual([
    'lanledger/health',
    'lanledger/network',
    'lanledger/limits',
    'lanledger/devices',
    'lanledger/device/020000000101',
    'lanledger/device/aabbccddeeff',
    'lanledger/device/ip:2001:db8::1',
  ]);
});

const since = { day: '2026-11-19T23:00:00.000Z', month: '2026-10-31T23:00:00.000Z' };

test('a device', () => {
  expect(statesOf()['lanledger/device/020000000101']).toEqual({
    id: '020000000101',
    mac: '02:00:00:00:01:01',
    name: 'Laptop',
    nameSource: 'user',
    randomisedMac: true,
    online: true,
    router: false,
    addresses: ['192.168.1.20', '2001:db8::20'],
    merged: [],
    vendor: null,
    icon: null,
    hidden: false,
    firstSeen: '2026-11-01T06:00:00.000Z',
    lastSeen: '2026-11-20T08:59:58.000Z',
    day: '2026-11-20',
    since,
    today: { download: 2500, upload: 1024, localDownload: 10, localUpload: 20, packets: 7 },
    month: { download: 25000, upload: 10240, localDownload: 100, localUpload: 200, packets: 70 },
    total: {
      download: 250000,
      upload: 102400,
      localDownload: 1000,
      localUpload: 2000,
      packets: 700,
    },
    rate: { download: 1001, upload: 99 },
  });
});

test('the network', () => {
  expect(statesOf()['lanledger/network']).toEqual({
    day: '2026-11-20',
    since,
    devices: 3,
    devicesOnline: 2,
    billing: {
      from: '2026-11-01',
      next: '2026-12-01',
      daysLeft: 11,
      usedBytes: 35_840,
      forecastBytes: 54_857,
      limitBytes: null,
    },
    top: [{ id: '020000000101', name: 'Laptop', download: 2500, upload: 1024 }],
    today: { download: 2500, upload: 1024, localDownload: 10, localUpload: 20, packets: 7 },
    month: { download: 25600, upload: 10240, localDownload: 100, localUpload: 200, packets: 71 },
    total: {
      download: 250600,
      upload: 102400,
      localDownload: 1000,
      localUpload: 2000,
      packets: 701,
    },
    rate: { download: 1001, upload: 99 },
  });
});

test('health tells what needs attention, when the ledger was written, and what was lost', () => {
  const { health } = sampleReport();
  const problems = ['Interface eth0 is down.'];
  const report = sampleReport({ health: { ...health, status: 'degraded', problems } });
  const checkpointAt = '2026-11-20T08:59:50.000Z';
  expect(statesOf(report)['lanledger/health']).toEqual({
    status: 'degraded',
    problems,
    checkpointAt,
    captureLossPercent: 0,
  });
});

test.each([
  [0, 0, null],
  [3, 1, 25],
  [99_999, 1, 0],
  [2, 1, 33.33],
])('%d frames received and %d dropped is a loss of %s percent', (received, dropped, percent) => {
  const { health } = sampleReport();
  const [monitor] = health.monitors;
  const interfaces = [{ name: 'eth0', up: true, received, dropped }];
  const monitors = [{ ...monitor!, counters: { ...monitor!.counters, interfaces } }];
  const report = sampleReport({ health: { ...health, monitors } });
  expect(statesOf(report)['lanledger/health']).toMatchObject({ captureLossPercent: percent });
});

test('the top devices are the five that used most today, without hidden and idle ones', () => {
  const used = [5, 90, 0, 30, 10, 20, 40];
  const devices = used.map((download, index) => ({
    ...laptop,
    id: `d${index}`,
    hidden: index === 1,
    today: { ...laptop.today, download, upload: 0 },
  }));
  const { top } = statesOf(sampleReport({ devices }))['lanledger/network'] as { top: object[] };
  expect(top).toMatchObject(['d6', 'd3', 'd5', 'd4', 'd0'].map((id) => ({ id })));
});

test('the list of devices does not change with every byte', () => {
  const { devices } = sampleReport();
  const list = statesOf()['lanledger/devices'];
  expect(list).toEqual([
    {
      id: '020000000101',
      mac: '02:00:00:00:01:01',
      name: 'Laptop',
      icon: null,
      hidden: false,
      addresses: ['192.168.1.20', '2001:db8::20'],
      vendor: null,
      router: false,
      online: true,
    },
    {
      id: 'aabbccddeeff',
      mac: 'aa:bb:cc:dd:ee:ff',
      name: 'Example aa:bb:cc',
      icon: null,
      hidden: false,
      addresses: ['192.168.1.1'],
      vendor: 'Example',
      router: true,
      online: true,
    },
    {
      id: 'ip:2001:db8::1',
      mac: null,
      name: '2001:db8::1',
      icon: null,
      hidden: false,
      addresses: ['2001:db8::1'],
      vendor: null,
      router: false,
      online: false,
    },
  ]);
  const busy = { ...laptop, addresses: laptop.addresses.toReversed(), lastSeen: sampleAt };
  const reordered = sampleReport({ devices: [...devices.slice(1), busy] });
  expect(statesOf(reordered)['lanledger/devices']).toEqual(list);
});

test('a device whose id is no topic level has no message of its own', () => {
  const report = sampleReport({ devices: [{ ...laptop, id: 'ip:10.0.0.0/8' }] });
  expect(Object.keys(statesOf(report))).toEqual([
    'lanledger/health',
    'lanledger/network',
    'lanledger/limits',
    'lanledger/devices',
  ]);
});

test.each(['ok', 'degraded', 'down'] as const)('health may be %s', (status) => {
  const report = sampleReport();
  const states = buildStates({ ...report, health: { ...report.health, status } }, topics);
  expectSound(
    states.map(([topic, payload]) => ({ topic, payload, retained: true, properties: {} })),
  );
  expect(JSON.parse(states[0]?.[1] ?? '')).toMatchObject({ status });
});

test('a group', () => {
  const { today, month, total, rate } = laptop;
  const group = { id: 'g1', name: 'Children', devices: [laptop.id], devicesOnline: 1 };
  const report = sampleReport({ groups: [{ ...group, today, month, total, rate }] });
  expect(statesOf(report)['lanledger/group/g1']).toEqual({
    ...group,
    icon: null,
    day: '2026-11-20',
    since,
    today,
    month,
    total,
    rate: { download: 1001, upload: 99 },
  });
});

test('limits', () => {
  const limit = {
    target: laptop.id,
    period: 'day',
    direction: 'both',
    bytes: 4000,
    warningPercent: 80,
    usedBytes: 3524,
    level: 'warning',
  } as const;
  const report = sampleReport({ limits: [{ ...limit, from: 20261120, next: 20261121 }] });
  expect(statesOf(report)['lanledger/limits']).toEqual([
    {
      ...limit,
      id: '020000000101/day/both',
      name: 'Laptop',
      from: '2026-11-20',
      next: '2026-11-21',
    },
  ]);
  expect(statesOf()['lanledger/limits']).toEqual([]);
});
