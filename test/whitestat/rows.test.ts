import { describe, expect, test } from 'vitest';
import { device, newStore } from '../store/ledger.ts';
import type { WhitestatRow } from '../support/whitestat-database.ts';
import {
  allDays,
  bring,
  internet,
  laptop,
  laptopId,
  newFile,
  now,
  remote,
  router,
  tablet,
} from './old-home.ts';

describe('rows that cannot be', () => {
  const good = { day: '2026-11-01', ip: '192.168.1.20', mac: laptop, kb: [1, 1] } as WhitestatRow;
  const dated = 'rows with a date that is none';
  const amounts = 'rows with an amount that is missing, negative or impossible';
  const unset = 'rows of days before 2020, from a clock that was not set';

  test.each<[string, Partial<WhitestatRow>, string]>([
    ['a date of another kind', { date: '20.11.2026' }, dated],
    ['a date that does not exist', { day: '2026-02-30' }, dated],
    ['no date', { date: null, table: 'DailyUsage' }, dated],
    ['a date that is a blob', { date: Buffer.from('2026-11-01') }, dated],
    ['a clock that was not set', { day: '1970-01-01' }, unset],
    ['tomorrow', { day: '2026-11-21' }, 'rows of days that are still to come'],
    ['less than nothing', { kb: [-1, 1] }, amounts],
    ['NULL', { kb: [1, null] }, amounts],
    ['text', { kb: ['much', 1] }, amounts],
    ['infinity', { kb: [Infinity, 1] }, amounts],
    ['more than a line can carry', { kb: [1e15, 1] }, amounts],
    ['no MAC address', { mac: 'laptop' }, 'rows of devices without a MAC address'],
    ['all MAC addresses', { mac: 'ff:ff:ff:ff:ff:ff' }, 'rows of devices without a MAC address'],
    ['the zero MAC address', { mac: '00:00:00:00:00:00' }, 'rows of devices without a MAC address'],
    ['no address', { ip: 'example.org', local: 0 }, 'rows of addresses that are none'],
    ['a group', { ip: '224.0.0.251', local: 0 }, 'rows of addresses that are none'],
    ['a local remote address at a router', { ip: '10.1.1.1', mac: router, local: 0 }, 'rows of local addresses at no device'], // prettier-ignore
    ['no kind', { local: null }, 'rows of neither a device nor an address (LOCAL is not 0 or 1)'],
    ['another kind', { local: 2n ** 62n }, 'rows of neither a device nor an address (LOCAL is not 0 or 1)'], // prettier-ignore
  ])('%s: left out and listed', (_, part, what) => {
    const store = newStore();
    const bad = { ...good, ip: '192.168.1.77', mac: tablet, ...part };
    const rows = [good, bad, remote('2026-11-01', '198.51.100.1', [0.5, 0.5])];
    const { leftOut } = bring(store, newFile({ rows }));
    expect(leftOut.map((finding) => [finding.count, finding.what])).toEqual([[1, what]]);
    expect(store.usage({ ...allDays, step: 'day' })).toEqual([
      { device: laptopId, start: 20261101, usage: internet(1024, 1024) },
    ]);
  });

  test.each([
    '02-00-00-00-01-01',
    '0200.0000.0101',
    '2:0:0:0:1:1',
    '02:00:00:00:01:01 ',
    '020000000101',
    '02:00:00:00:01:01'.toUpperCase(),
  ])('the MAC address "%s" is one', (mac) => {
    const store = newStore();
    expect(bring(store, newFile({ rows: [{ ...good, mac }] })).leftOut).toEqual([]);
    expect(store.devices().map(({ id }) => id)).toEqual([laptopId]);
  });

  test('a time of another day, or one still to come, does not tell when a device was seen', () => {
    const store = newStore();
    bring(
      store,
      newFile({
        rows: [
          { ...good, seen: '2026-11-02T23:59:59.000' },
          { ...good, day: '2026-11-20', seen: '2026-11-20T23:59:59.000' },
        ],
      }),
    );
    const [{ firstSeen, lastSeen } = device('none')] = store.devices();
    expect([firstSeen, lastSeen]).toEqual([Date.parse('2026-11-01T00:00:00+01:00'), now]);
  });

  test('a petabyte is no home: nothing is imported', () => {
    const store = newStore();
    const rows = Array.from({ length: 12 }, (_, index): WhitestatRow => {
      return { ...good, day: `2026-10-${10 + index}`, kb: [9.7e10, 0] };
    });
    expect(() => bring(store, newFile({ rows }))).toThrow('more than a petabyte');
    expect(store.devices()).toEqual([]);
  });
});
