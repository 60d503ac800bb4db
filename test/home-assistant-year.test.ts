import { expect, test } from 'vitest';
import { formatDay } from '../src/model/checkpoint.ts';
import { entities } from '../src/mqtt/home-assistant/entities.ts';
import { createRetained } from '../src/mqtt/retained.ts';
import { createStateGate } from '../src/mqtt/state-gate.ts';
import { buildStates } from '../src/mqtt/states.ts';
import { createTopics } from '../src/mqtt/topics.ts';
import { ControlledDaemon } from './support/control.ts';
import { SumStatistics, type SumClass } from './support/home-assistant-statistics.ts';
import { ledgerPath } from './store/ledger.ts';

const minute = 60_000;
const device = '3c22fb000001';
const topics = createTopics('lanledger');
const topic = topics.device(device) ?? '';
const minimumChangeBytes = 100_000;

/** One of Home Assistant's sensors, fed by the templates of the table. */
class Series {
  readonly statistics;
  /** The first value, from which on it counts. */
  first: number | undefined;
  /** The sum when a day's first message came, by day. */
  readonly sumAt = new Map<string, number>();
  private readonly value;
  private readonly lastReset;

  constructor(key: string) {
    const entity = entities.find((one) => one.key === key);
    this.statistics = new SumStatistics(entity?.stateClass as SumClass);
    this.value = pathOf(entity?.value as string);
    this.lastReset = entity?.lastReset === undefined ? undefined : pathOf(entity.lastReset);
  }

  receive(state: Record<string, unknown>): void {
    const day = String(state['day']);
    if (!this.sumAt.has(day)) this.sumAt.set(day, this.statistics.sum);
    const value = valueAt(state, this.value) as number;
    this.first ??= value;
    const { lastReset } = this;
    this.statistics.add(value, lastReset && (valueAt(state, lastReset) as string));
  }
}

function pathOf(template: string): string[] {
  const path = /^\{\{ value_json\.([a-zA-Z.]+) \}\}$/.exec(template)?.[1];
  if (path === undefined) throw new Error(`${template} is no plain path`);
  return path.split('.');
}

function valueAt(state: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], state);
}

/** The daemon with what it has retained, and Home Assistant at the other end. */
class Year {
  daemon;
  /** Publications after which the broker did not have the newest amounts. */
  heldBack = 0;
  /** The broker is away. */
  isCut = false;
  readonly series = ['download_today', 'download_month', 'download_total'].map(
    (key) => new Series(key),
  );
  private readonly path = ledgerPath();
  private retained = createRetained();
  private gate;
  private random = 1;
  private received = '';

  constructor(start: string) {
    this.daemon = this.open(start);
    this.gate = createStateGate(this.retained, this.daemon.clock);
  }

  get now(): number {
    return this.daemon.clock.now();
  }

  /** Half an hour passes, late in the evening five minutes, with traffic or without. */
  step(): void {
    const { clock, bookkeeper, schedule } = this.daemon;
    const stepMs = new Date(this.now).getUTCHours() >= 21 ? 5 * minute : 30 * minute;
    this.daemon.add({ device, at: this.now, download: this.traffic(), upload: 1000 });
    clock.pass(stepMs);
    // As the schedule does at midnight: the day's last amounts, then the new day.
    if (bookkeeper.calendar.day(clock.now()) !== bookkeeper.ledger.today) this.publish();
    schedule.tick();
    this.publish();
  }

  /** An orderly stop, and a start after some time. */
  restart(awayMs: number): void {
    this.gate.flush();
    this.deliver();
    this.daemon.bookkeeper.checkpoint();
    this.begin(awayMs);
  }

  /** A power cut: what no checkpoint holds is lost, though it was published. */
  crash(): void {
    this.begin(minute);
  }

  private begin(awayMs: number): void {
    this.daemon.store.close();
    this.daemon = this.open(new Date(this.now + awayMs).toISOString());
    this.retained = createRetained();
    this.gate = createStateGate(this.retained, this.daemon.clock);
    this.publish();
  }

  private open(start: string): ControlledDaemon {
    const daemon = new ControlledDaemon(this.path, start);
    daemon.config.store.checkpointSeconds = 4 * 3600;
    return daemon;
  }

  private publish(): void {
    const report = this.daemon.report();
    const states = buildStates(report, topics);
    this.gate.publish({
      states,
      day: report.day,
      urgent: new Set(),
      minimumChangeBytes,
      intervalMs: 10_000,
    });
    this.deliver();
    const newest = states.find(([name]) => name === topic)?.[1] ?? '';
    if (!this.isCut && newest !== this.received) this.heldBack++;
  }

  deliver(): void {
    if (this.isCut) return;
    for (let next = this.retained.next(); next !== undefined; next = this.retained.next()) {
      next.done();
      if (next.topic !== topic) continue;
      this.received = next.payload;
      const state = JSON.parse(next.payload) as Record<string, unknown>;
      for (const series of this.series) series.receive(state);
    }
  }

  /** The broker forgets everything, and asks for it again. */
  reconnect(): void {
    this.isCut = false;
    this.retained.lost();
    this.deliver();
  }

  /** Nothing, a little that is held back, or much; always the same. */
  private traffic(): number {
    this.random = (this.random * 48_271) % 2_147_483_647;
    const kind = this.random % 5;
    if (kind < 2) return 0;
    return kind < 4 ? this.random % 60_000 : this.random % 50_000_000;
  }
}

const hoursOf = (hours: number) => hours * 60 * minute;

test('the sums of a year are those of the ledger, to the byte', { timeout: 60_000 }, () => {
  const year = new Year('2026-01-01T11:00:00Z');
  const end = Date.parse('2027-01-01T11:00:00Z');
  let day = 0;
  while (year.now < end) {
    year.step();
    const local = year.daemon.bookkeeper.calendar.localHour(year.now);
    const isLateEvening = new Date(local.hour).getUTCHours() === 21;
    if (local.day === day || !isLateEvening) continue;
    day = local.day;
    const number = Math.floor(year.now / 86_400_000) % 28;
    // Every four weeks: a restart, one over midnight, a crash, the broker away over one midnight and over two.
    if (number === 3) year.restart(minute);
    if (number === 7) year.restart(hoursOf(9));
    if (number === 11) year.crash();
    if (number === 15 || number === 20) year.isCut = true;
    if (number === 16 || number === 22) year.reconnect();
  }
  year.restart(minute);
  const { store } = year.daemon;
  const days = store.usage({ from: 20260101, to: 20270101, step: 'day' });
  const used = days.reduce((sum, { usage }) => sum + usage.download, 0);
  for (const { statistics, first } of year.series) {
    expect(statistics.sum + (first ?? 0)).toBe(used);
  }
  expect(year.series[0]?.statistics.dips).toBe(0);

  // Day by day: what came between the first message of a day and that of the next.
  const [daily] = year.series;
  const sums = [...(daily?.sumAt ?? [])];
  const counted = sums.map(([date, sum], index) => [date, (sums[index + 1]?.[1] ?? NaN) - sum]);
  const booked = days.map(({ start, usage }) => [formatDay(start), usage.download]);
  expect(counted.slice(1, -1)).toEqual(booked.slice(1, -1));
  expect(counted.length).toBe(366);
  expect(year.heldBack).toBeGreaterThan(5000);
});

test('last_reset is midnight, also on days of 23 and 25 hours, and the same after a restart', () => {
  const since = (at: string, path = ledgerPath()) => {
    const daemon = new ControlledDaemon(path, at);
    daemon.add({ device, at: Date.parse(at) - minute, download: 1 });
    daemon.bookkeeper.checkpoint();
    const found = buildStates(daemon.report(), topics).find(([name]) => name === topic);
    daemon.store.close();
    return (JSON.parse(found?.[1] ?? '{}') as { since: object }).since;
  };
  const spring = { day: '2026-03-28T23:00:00.000Z', month: '2026-02-28T23:00:00.000Z' };
  const path = ledgerPath();
  expect(since('2026-03-29T00:30:00Z', path)).toEqual(spring);
  expect(since('2026-03-29T21:30:00Z', path)).toEqual(spring);
  expect(since('2026-10-25T12:00:00Z')).toEqual({
    day: '2026-10-24T22:00:00.000Z',
    month: '2026-09-30T22:00:00.000Z',
  });
  expect(since('2026-10-26T12:00:00Z')).toMatchObject({ day: '2026-10-25T23:00:00.000Z' });
});
