import { describe, expect, test } from 'vitest';
import { noUsage } from '../src/model/usage.ts';
import { newPath } from './store/ledger.ts';
import { runProgram } from './support/program.ts';
import {
  laptop,
  noon,
  packet,
  phone,
  remote,
  replayPackets,
  uploads,
  uploadsAt,
} from './support/replay.ts';

describe('days', () => {
  const aroundMidnight = uploadsAt('2025-11-20T22:59:59Z', '2025-11-20T23:00:00Z');

  test.each([
    ['UTC', { '2025-11-20': 300 }],
    ['Europe/Berlin', { '2025-11-20': 100, '2025-11-21': 200 }],
    ['Asia/Tokyo', { '2025-11-21': 300 }],
  ])('begin in %s', async (timeZone, days) => {
    expect(uploads(await replayPackets(aroundMidnight, '--time-zone', timeZone))).toEqual(days);
  });

  test('of the network are those of its devices', async () => {
    const { network } = await replayPackets([
      packet(laptop, remote, 100, '2025-11-20T23:59:59Z'),
      packet(phone, remote, 200, '2025-11-21T00:00:00Z'),
      packet(remote, laptop, 400, '2025-11-21T00:00:01Z'),
    ]);
    expect(network.days).toEqual([
      { ...noUsage(), day: '2025-11-20', upload: 100, packets: 1 },
      { ...noUsage(), day: '2025-11-21', upload: 200, download: 400, packets: 2 },
    ]);
  });

  test.each([
    ['23', '2025-03-30', '2025-03-29T23:00:00Z', ['2025-03-29', '2025-03-31']],
    ['25', '2025-10-26', '2025-10-25T22:00:00Z', ['2025-10-25', '2025-10-27']],
  ])('of %s hours when the clocks change in Berlin', async (hours, day, begin, [before, after]) => {
    const start = Date.parse(begin);
    const times = Array.from(
      { length: Number(hours) + 2 },
      (_, hour) => start + (hour - 1) * 3.6e6,
    );
    // The last second of the day before, then the first second of every hour, the next midnight among them.
    times[0] = start - 1000;
    const packets = times.map((at, hour) =>
      packet(laptop, remote, 100 + hour, new Date(at).toISOString()),
    );
    const data = newPath('data');
    const zone = ['--time-zone', 'Europe/Berlin', '--data-directory', data];
    const inDay = Array.from({ length: Number(hours) }, (_, hour) => 101 + hour);
    expect(uploads(await replayPackets(packets, ...zone))).toEqual({
      [before as string]: 100,
      [day]: inDay.reduce((sum, bytes) => sum + bytes, 0),
      [after as string]: 101 + Number(hours),
    });
    const history = ['history', '--json', '--step', 'hour', '--from', day, '--to', day, ...zone];
    const { usage } = JSON.parse((await runProgram(history)).stdout) as {
      usage: { start: string; upload: number }[];
    };
    expect(usage.map(({ upload }) => upload)).toEqual(inDay);
    expect(usage[0]?.start).toBe(new Date(start).toISOString());
  });

  test.each([
    {
      story: 'a clock that was not set until the network told it',
      times: ['1970-01-01T00:00:05Z', '1970-01-01T00:40:00Z', noon, '2025-11-21T12:00:00Z'],
      days: { '2025-11-20': 700, '2025-11-21': 800 },
    },
    {
      story: 'a clock that falls back to 1970 in between',
      times: ['2025-11-19T12:00:00Z', '1970-01-01T00:00:05Z', noon],
      days: { '2025-11-19': 300, '2025-11-20': 400 },
    },
    {
      story: 'years ahead and back',
      times: ['2025-11-19T12:00:00Z', '2100-01-01T12:00:00Z', '2100-01-02T12:00:00Z', noon],
      days: { '2025-11-19': 700, '2025-11-20': 800 },
    },
    {
      story: 'years ahead from the start',
      times: ['2100-01-01T12:00:00Z', '2100-01-02T12:00:00Z', noon],
      days: { '2025-11-20': 700 },
    },
    {
      story: 'years back and forward',
      times: ['2025-11-19T12:00:00Z', '2019-06-01T12:00:00Z', noon],
      days: { '2019-06-01': 200, '2025-11-19': 100, '2025-11-20': 400 },
    },
    {
      story: 'nothing but 1970',
      times: ['1970-01-01T00:00:05Z', '1970-01-01T12:00:00Z'],
      days: { '1970-01-01': 300 },
    },
  ])('$story: right, and not a byte is lost', async ({ times, days }) => {
    const output = await replayPackets(uploadsAt(...times));
    expect(uploads(output)).toEqual(days);
    expect(output.counters).toMatchObject({ frames: times.length, accounted: times.length });
  });
});
