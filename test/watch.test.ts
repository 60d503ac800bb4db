import { describe, expect, test } from 'vitest';
import { EventLog } from '../src/event-log.ts';
import type { LedgerEvent } from '../src/model/event.ts';
import type { DeviceReport, Report } from '../src/model/report.ts';
import { Watch } from '../src/watch.ts';
import { ManualClock } from './support/manual-clock.ts';
import { laptop, router, sampleReport } from './support/sample-report.ts';

/** What is told when the reports follow each other. */
function told(first: Report, ...reports: (Report | [Report, string | undefined])[]): string[] {
  const events = new EventLog(new ManualClock('2026-11-20T09:00:00Z'), 0);
  const heard: LedgerEvent[] = [];
  events.listen((event) => void heard.push(event));
  const watch = new Watch(events, first);
  for (const each of reports) {
    const [report, failure] = Array.isArray(each) ? each : [each, undefined];
    watch.look(report, failure);
  }
  return heard.map(({ type, device, message }) => `${type} ${device ?? '-'} ${message}`);
}

function withDevices(...devices: DeviceReport[]): Report {
  return sampleReport({ devices });
}

function withInterface(up: boolean, dropped: number): Report {
  const { health } = sampleReport();
  const monitors = health.monitors.map((monitor) => ({
    ...monitor,
    counters: {
      ...monitor.counters,
      interfaces: [{ name: 'eth0', up, received: 10, dropped }],
    },
  }));
  return sampleReport({ health: { ...health, monitors } });
}

describe('between two reports', () => {
  test('nothing is told where nothing happened, and what was there at the start is no news', () => {
    expect(told(sampleReport(), sampleReport(), sampleReport())).toEqual([]);
  });

  test('a device is new, silent and back', () => {
    const away = { ...laptop, online: false };
    const reports = [laptop, away, away, laptop].map((each) => withDevices(router, each));
    expect(told(withDevices(router), ...reports)).toEqual([
      'device-new 020000000101 Laptop was seen for the first time.',
      'device-offline 020000000101 Laptop is silent.',
      'device-online 020000000101 Laptop is back.',
    ]);
  });

  test('a flood of new devices is told as a number, and "other" never', () => {
    const many = Array.from({ length: 25 }, (_, index) => ({
      ...laptop,
      id: `0200000002${String(index).padStart(2, '0')}`,
    }));
    const heard = told(withDevices(), withDevices(...many, { ...laptop, id: 'other' }));
    expect(heard).toHaveLength(21);
    expect(heard.at(-1)).toBe('device-new - 5 more devices were seen for the first time.');
  });

  test('as many coming back or going silent at once are told as numbers', () => {
    const all = (count: number, online: boolean) =>
      Array.from({ length: count }, (_, index) => ({ ...laptop, id: `id-${index}`, online }));
    const heard = told(
      withDevices(...all(21, true)),
      withDevices(...all(21, false)),
      withDevices(...all(21, true)),
      withDevices(...all(21, true), ...all(4096, false).slice(21)),
      withDevices(...all(4096, true)),
    );
    expect(heard.filter((line) => line.includes(' - '))).toEqual([
      'device-offline - 1 more device is silent.',
      'device-online - 1 more device is back.',
      'device-new - 4055 more devices were seen for the first time.',
      'device-online - 4055 more devices are back.',
    ]);
    expect(heard).toHaveLength(4 * 21);
    expect(heard[0]).toBe('device-offline id-0 Laptop is silent.');
    expect(heard[19]).toBe('device-offline id-19 Laptop is silent.');
  });

  test('a device that goes by itself again is not new', () => {
    const events = new EventLog(new ManualClock('2026-11-20T09:00:00Z'), 0);
    const watch = new Watch(events, withDevices(router));
    events.add('device-split', 'Laptop goes by itself from now on.', { device: laptop.id });
    watch.look(withDevices(router, laptop), undefined);
    watch.look(withDevices(router, { ...laptop, online: false }), undefined);
    expect(events.pending().map(({ message }) => message)).toEqual([
      'Laptop goes by itself from now on.',
      'Laptop is silent.',
    ]);
  });

  test('a device gets another name, not the user’s, or an IPv4 address it never had', () => {
    const learned = { ...laptop, name: 'Dell 00:01:01', nameSource: 'dhcp' } as const;
    const states: DeviceReport[] = [
      { ...learned, name: 'anna-laptop' },
      { ...learned, name: 'anna-laptop', addresses: ['2001:db8::99', ...laptop.addresses] },
      { ...learned, name: 'anna-laptop', addresses: ['192.168.1.99', ...laptop.addresses] },
      { ...learned, name: 'anna-laptop', addresses: [...laptop.addresses, '192.168.1.99'] },
      { ...learned, name: 'Mine', nameSource: 'user', addresses: ['192.168.1.99'] },
    ];
    expect(told(withDevices(learned), ...states.map((each) => withDevices(each)))).toEqual([
      'device-changed 020000000101 Dell 00:01:01 calls itself anna-laptop.',
      'device-changed 020000000101 anna-laptop has the address 192.168.1.99.',
    ]);
    const crowd = Array.from({ length: 23 }, (_, index) => ({ ...learned, id: `id-${index}` }));
    const renamed = crowd.map((each) => ({ ...each, name: 'x' }));
    const heard = told(withDevices(...crowd), withDevices(...renamed));
    expect([heard.length, heard.at(-1)]).toEqual([
      21,
      'device-changed - 3 more names or addresses changed.',
    ]);
  });

  test('an interface goes and comes back, and begins to lose frames: each told once', () => {
    const states: [boolean, number][] = [
      [true, 0],
      [false, 0],
      [false, 0],
      [true, 7],
      [true, 9],
    ];
    expect(told(sampleReport(), ...states.map(([up, lost]) => withInterface(up, lost)))).toEqual([
      'interface-down - Interface eth0 is down or gone.',
      'interface-up - Interface eth0 is up again.',
      'frames-dropped - Interface eth0 lost frames: the machine was busy.',
    ]);
  });

  test('checkpoints fail and recover', () => {
    const report = sampleReport();
    expect(told(report, [report, 'Disk full.'], [report, 'Disk full.'], report)).toEqual([
      'checkpoint-failed - Disk full.',
      'checkpoint-recovered - The ledger can be written again.',
    ]);
  });
});

describe('events', () => {
  test('wait for a checkpoint; of too many the newest stay', () => {
    const events = new EventLog(new ManualClock('2026-11-20T09:00:00Z'), 41);
    for (let count = 0; count < 1001; count++) events.add('clock-set', 'Set.');
    expect(events.pending()).toHaveLength(1000);
    expect(events.pending()[0]).toEqual({
      id: 41 + 1000 + 2,
      at: Date.parse('2026-11-20T09:00:00Z'),
      type: 'clock-set',
      message: 'Set.',
      acknowledged: false,
    });
    events.commit();
    expect(events.pending()).toEqual([]);
  });

  test('of devices that come and go do not push out what matters', () => {
    const events = new EventLog(new ManualClock('2026-11-20T09:00:00Z'), 0);
    const devices = (online: boolean) =>
      withDevices(...Array.from({ length: 4096 }, (_, at) => ({ ...laptop, id: `${at}`, online })));
    const [present, absent] = [devices(true), devices(false)];
    const watch = new Watch(events, present);
    for (let second = 0; second < 100; second++) {
      watch.look(second % 2 === 0 ? absent : present, 'Disk full.');
    }
    const pending = events.pending();
    expect(pending).toHaveLength(1000);
    expect(pending[0]).toMatchObject({ id: 21 + 1, type: 'checkpoint-failed' });
    expect(pending.at(-1)).toMatchObject({ id: 2101, type: 'device-online' });
  });

  test('of a device that calls itself something else each time do not push out what matters', () => {
    const events = new EventLog(new ManualClock('2026-11-20T09:00:00Z'), 0);
    const watch = new Watch(events, withDevices(laptop));
    for (let second = 0; second < 1500; second++) {
      watch.look(
        withDevices({ ...laptop, name: `tv-${second}`, nameSource: 'mdns' }),
        'Disk full.',
      );
    }
    expect(events.pending()).toHaveLength(1000);
    expect(events.pending()[0]).toMatchObject({ type: 'checkpoint-failed' });
  });

  test('any number of them is acknowledged at once', () => {
    const events = new EventLog(new ManualClock('2026-11-20T09:00:00Z'), 0);
    const ids = Array.from({ length: 400_000 }, (_, at) => at + 1);
    events.acknowledge([7]);
    events.acknowledge(ids);
    expect(events.acknowledgements()).toEqual([7, ...ids]);
  });
});
