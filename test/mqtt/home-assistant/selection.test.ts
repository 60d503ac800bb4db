import { expect, test } from 'vitest';
import type { DeviceReport } from '../../../src/model/report.ts';
import { selectDevices } from '../../../src/mqtt/home-assistant/selection.ts';
import { laptop } from '../../support/sample-report.ts';

const all = { maximumDevices: 100, include: [], exclude: [] };
const gigabyte = 1_000_000_000;

const device = (id: string, bytes: number, changes: Partial<DeviceReport> = {}): DeviceReport => ({
  ...laptop,
  id,
  name: `Device ${id}`,
  mac: `3c:22:fb:00:00:0${id}`,
  addresses: [`192.168.1.${id}`],
  month: { ...laptop.month, download: bytes, upload: 0 },
  ...changes,
});

const idsOf = (devices: DeviceReport[]) => devices.map(({ id }) => id);
const nobody = new Set<string>();

test('the devices with the most traffic of the month, in the order of their ids', () => {
  const devices = [device('1', 10), device('2', 30), device('3', 20)];
  expect(idsOf(selectDevices(devices, all, nobody))).toEqual(['1', '2', '3']);
  expect(idsOf(selectDevices(devices, { ...all, maximumDevices: 2 }, nobody))).toEqual(['2', '3']);
  expect(selectDevices(devices, { ...all, maximumDevices: 0 }, new Set(['1']))).toEqual([]);
});

test.each([
  ['a little more', 5 * gigabyte, 5.9 * gigabyte, '1'],
  ['twice as much of little', 1000, 900_000_000, '1'],
  ['far more', 2 * gigabyte, 4 * gigabyte, '2'],
  ['more, but not twice as much', 5 * gigabyte, 9 * gigabyte, '1'],
])('who used %s: %d against %d', (_what, before, now, described) => {
  const devices = [device('1', before), device('2', now)];
  const settings = { ...all, maximumDevices: 1 };
  expect(idsOf(selectDevices(devices, settings, new Set(['1'])))).toEqual([described]);
});

test('two that are far ahead take the places of the two weakest', () => {
  const devices = [1, 2, 30, 40, 50].map((used, index) => device(String(index), used * gigabyte));
  const settings = { ...all, maximumDevices: 3 };
  const described = new Set(['0', '1', '2']);
  expect(idsOf(selectDevices(devices, settings, described))).toEqual(['2', '3', '4']);
});

test('at the begin of a month nobody changes places', () => {
  const devices = [device('1', 0), device('2', 500)];
  const settings = { ...all, maximumDevices: 1 };
  expect(idsOf(selectDevices(devices, settings, new Set(['1'])))).toEqual(['1']);
});

test.each([['1'], ['3C:22:FB:00:00:01'], ['3c-22-fb-00-00-01'], ['device 1'], ['192.168.1.1']])(
  'lists name devices by %s',
  (entry) => {
    const devices = [device('1', 1), device('2', 1)];
    const include = { ...all, include: [entry] };
    expect(idsOf(selectDevices(devices, include, nobody))).toEqual(['1']);
    const exclude = { ...all, exclude: [entry] };
    expect(idsOf(selectDevices(devices, exclude, nobody))).toEqual(['2']);
    expect(selectDevices(devices, { ...include, exclude: [entry] }, nobody)).toEqual([]);
  },
);

test('hidden devices are left out, unless they are named', () => {
  const devices = [device('1', 1, { hidden: true })];
  expect(selectDevices(devices, all, new Set(['1']))).toEqual([]);
  expect(idsOf(selectDevices(devices, { ...all, include: ['1'] }, nobody))).toEqual(['1']);
});
