import { describe, expect, test } from 'vitest';
import type { DeviceReport, LimitReport } from '../../src/model/report.ts';
import { urgentTopics } from '../../src/mqtt/limit-levels.ts';
import { createRetained } from '../../src/mqtt/retained.ts';
import { createStateGate } from '../../src/mqtt/state-gate.ts';
import { buildStates } from '../../src/mqtt/states.ts';
import { createTopics } from '../../src/mqtt/topics.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { laptop, sampleAt, sampleReport } from '../support/sample-report.ts';

const topics = createTopics('lanledger');
const topic = 'lanledger/device/020000000101';
const intervalMs = 10_000;

/** A gate with a threshold of 100,000 bytes, through which the laptop's states go. */
function gateOf() {
  const clock = new ManualClock('2026-11-20T09:00:00Z');
  const retained = createRetained();
  const gate = createStateGate(retained, clock);
  /** Sends what is due; the payloads of the laptop. */
  function deliver(): { day: string; today: { download: number } }[] {
    const payloads: string[] = [];
    for (let next = retained.next(); next !== undefined; next = retained.next()) {
      if (next.topic === topic) payloads.push(next.payload);
      next.done();
    }
    return payloads.map((payload) => JSON.parse(payload) as ReturnType<typeof deliver>[number]);
  }
  function publish(changes: Partial<DeviceReport>, { day = 20261120, isUrgent = false } = {}) {
    const report = sampleReport({ devices: [{ ...laptop, ...changes }], day });
    gate.publish({
      states: buildStates(report, topics),
      day,
      urgent: new Set(isUrgent ? [topic] : []),
      minimumChangeBytes: 100_000,
      intervalMs,
    });
  }
  function show(...state: Parameters<typeof publish>): number {
    publish(...state);
    return deliver().length;
  }
  return { clock, retained, gate, publish, deliver, show };
}

const used = (download: number): Partial<DeviceReport> => ({
  today: { ...laptop.today, download },
  month: { ...laptop.month, download: 10 * download },
  total: { ...laptop.total, download: 100 * download },
});
const today = (bytes: number) => ({ today: { ...laptop.today, download: bytes } });
const ratesOf = (download: number) => ({ rate: { download, upload: 0 } });

describe('a state is sent', () => {
  test.each<
    [what: string, before: Partial<DeviceReport>, after: Partial<DeviceReport>, sent: number]
  >([
    ['when it is the same: not', {}, {}, 0],
    ['below the threshold: not', today(0), today(99_999), 0],
    ['at the threshold', today(0), today(100_000), 1],
    ['when amounts fall by it', today(100_000), today(0), 1],
    ['when it was seen later: not', {}, { lastSeen: sampleAt }, 0],
    ['for packets: not', {}, { today: { ...laptop.today, packets: 1e9 } }, 0],
    ['when the name changes', {}, { name: 'New' }, 1],
    ['when it goes offline', {}, { online: false }, 1],
    ['when an address changes', {}, { addresses: [] }, 1],
    ['for a rate that moves little in a minute: not', ratesOf(0), ratesOf(1_600), 0],
    ['for a rate that moves much in a minute', ratesOf(0), ratesOf(1_700), 1],
    ['when a rate falls to nothing', ratesOf(50_000), ratesOf(0), 1],
  ])('%s', (_what, before, after, sent) => {
    const { clock, show } = gateOf();
    expect(show(before)).toBe(1);
    clock.pass(intervalMs);
    expect(show(after)).toBe(sent);
  });

  test('at most once an interval for amounts alone', () => {
    const { clock, show } = gateOf();
    show(used(0));
    clock.pass(2_000);
    expect(show(used(1e9))).toBe(0);
    expect(show({ ...used(2e9), name: 'New' })).toBe(1);
    clock.pass(intervalMs - 50);
    expect(show({ ...used(3e9), name: 'New' })).toBe(1);
  });

  test('after ten minutes, if anything changed', () => {
    const { clock, show } = gateOf();
    show({});
    clock.pass(600_000);
    expect(show({})).toBe(0);
    expect(show({ lastSeen: sampleAt })).toBe(1);
    clock.pass(599_000);
    expect(show({ lastSeen: sampleAt + 1 })).toBe(0);
    clock.pass(1_000);
    expect(show({ lastSeen: sampleAt + 1 })).toBe(1);
  });

  test('at a limit', () => {
    const { clock, show } = gateOf();
    show(today(1));
    clock.pass(1_000);
    expect(show(today(2), { isUrgent: true })).toBe(1);
    expect(show(today(2), { isUrgent: true })).toBe(0);
  });

  test('at midnight twice: the last of the old day, the first of the new one', () => {
    const { publish, deliver } = gateOf();
    publish(today(1000));
    deliver();
    publish(today(1500));
    expect(deliver()).toEqual([]);
    publish(today(7), { day: 20261121 });
    expect(deliver()).toMatchObject([
      { day: '2026-11-20', today: { download: 1500 } },
      { day: '2026-11-21', today: { download: 7 } },
    ]);
  });

  test('through outages: the last of each day, at most seven, before the newest', () => {
    const { publish, deliver } = gateOf();
    for (let day = 1; day <= 9; day++) {
      publish(today(day), { day: 20261100 + day });
      publish(today(day * 10), { day: 20261100 + day });
    }
    expect(deliver().map(({ today: { download } }) => download)).toEqual([
      20, 30, 40, 50, 60, 70, 80, 9,
    ]);
  });

  test('when everything is flushed, and its topic is cleared when it is gone', () => {
    const { gate, retained, show, publish, deliver } = gateOf();
    show(today(1000));
    show(today(1500));
    gate.flush();
    expect(deliver()).toMatchObject([{ today: { download: 1500 } }]);
    gate.flush();
    expect(deliver()).toEqual([]);
    publish({ id: 'another' });
    const rest: string[] = [];
    for (let next = retained.next(); next !== undefined; next = retained.next()) {
      if (next.payload === '') rest.push(next.topic);
    }
    expect(rest).toEqual([topic]);
  });
});

test('who is urgent: the network, a device or a group whose limit has changed its level', () => {
  const limit = (target: string, level: LimitReport['level']): LimitReport => ({
    target,
    period: 'day',
    direction: 'both',
    bytes: 1,
    warningPercent: 80,
    from: 20261120,
    next: 20261121,
    usedBytes: 1,
    level,
  });
  const first = urgentTopics([limit('network', 'ok'), limit('g1', 'warning')], new Map(), topics);
  expect([...first.urgent]).toEqual(['lanledger/device/g1', 'lanledger/group/g1']);
  const second = urgentTopics(
    [limit('network', 'exceeded'), limit('g1', 'warning')],
    first.levels,
    topics,
  );
  expect([...second.urgent]).toEqual(['lanledger/network']);
});
