import { describe, expect, test } from 'vitest';
import { createHistory } from '../src/history.ts';
import type { Checkpoint, UsageQuery } from '../src/model/checkpoint.ts';
import type { History } from '../src/model/history.ts';
import { Calendar } from '../src/usage/calendar.ts';
import type { SampleRow } from './support/batch.ts';
import { newStore } from './store/ledger.ts';
import { Book, day, hourMs, noon, peersOf, used } from './support/book.ts';

/** A history with these hours pending, and nothing stored. */
function pendingHours(hours: Checkpoint['hours']): History {
  const pending = { hours: () => hours, days: () => [], peers: () => [] };
  return createHistory(newStore(), new Calendar('Europe/Berlin'), pending);
}

describe('what is stored and what is pending are one', () => {
  /** 23:59 and 00:01 in Berlin, at the turn of the month too. */
  const before = Date.parse('2026-10-31T22:59:00Z');
  const after = Date.parse('2026-10-31T23:01:00Z');

  function twoMonths(): Book {
    return new Book()
      .add(
        { device: 'laptop', at: before, download: 1, packets: 1 },
        { device: 'laptop', at: after, download: 10, packets: 1 },
        { device: 'phone', at: after, upload: 5, packets: 1 },
      )
      .write()
      .add(
        { device: 'laptop', at: before, download: 100, packets: 1 },
        { device: 'laptop', at: after, download: 1000, packets: 1 },
        { device: 'tv', at: after, localUpload: 7, packets: 1 },
      );
  }

  const october = { device: 'laptop', usage: used({ download: 101, packets: 2 }) };
  const november = [
    { device: 'laptop', usage: used({ download: 1010, packets: 2 }) },
    { device: 'phone', usage: used({ upload: 5, packets: 1 }) },
    { device: 'tv', usage: used({ localUpload: 7, packets: 1 }) },
  ];
  const starting = (start: number) => november.map((each) => ({ ...each, start }));

  test.each([
    ['hour', Date.parse('2026-10-31T22:00Z'), Date.parse('2026-10-31T23:00Z')],
    ['day', 20261031, 20261101],
    ['month', 202610, 202611],
  ] as const)('by %s', (step, first, second) => {
    const { history } = twoMonths();
    expect(history.usage({ from: 20261031, to: 20261101, step })).toEqual([
      { ...october, start: first },
      ...starting(second),
    ]);
    expect(history.usage({ from: 20261101, to: 20261101, step })).toEqual(starting(second));
    expect(history.usage({ from: 20261031, to: 20261031, step })).toEqual([
      { ...october, start: first },
    ]);
    expect(history.usage({ from: 20261102, to: 20261130, step })).toEqual([]);
  });

  test.each(['hour', 'day', 'month'] as const)('for some devices by %s', (step) => {
    const { history } = twoMonths();
    const only = (...devices: string[]) =>
      history
        .usage({ from: 20261101, to: 20261101, step, devices })
        .map(({ device, usage }) => ({ device, usage }));
    expect(only('tv', 'laptop')).toEqual([november[0], november[2]]);
    expect(only()).toEqual([]);
    expect(only('nobody')).toEqual([]);
  });

  test('before and after a checkpoint, and asking changes nothing', () => {
    const book = twoMonths();
    const ask = () => [
      book.history.usage({ from: 20261001, to: 20261130, step: 'hour' }),
      book.history.usage({ from: 20261001, to: 20261130, step: 'day' }),
      book.history.usage({ from: 20261001, to: 20261130, step: 'month' }),
      peersOf(book, 20261001, 20261130),
      book.history.topPeers({ from: 20261001, to: 20261130, limit: 1 }),
      [...book.history.usageRows({ from: 20261001, to: 20261130, step: 'day' })],
    ];
    const first = ask();
    expect(ask()).toEqual(first);
    book.write();
    expect(ask()).toEqual(first);
    expect(book.ledger.pages().days).toEqual([]);
  });

  test('in the order of time, then of devices', () => {
    const hours = ['b', 'a'].flatMap((device) =>
      [noon + hourMs, noon].map((hour) => ({ device, hour, usage: used({ packets: 1 }) })),
    );
    const records = pendingHours(hours).usage({ from: day, to: day, step: 'hour' });
    expect(records.map(({ start, device }) => [start, device])).toEqual([
      [noon, 'a'],
      [noon, 'b'],
      [noon + hourMs, 'a'],
      [noon + hourMs, 'b'],
    ]);
  });
});

describe('usage of the network', () => {
  const [october, november] = ['2026-10-31T22:30:00Z', '2026-10-31T23:30:00Z'].map(Date.parse) as [
    number,
    number,
  ];
  const stored: SampleRow[] = [
    { device: 'laptop', at: october, download: 1, packets: 1 },
    { device: 'laptop', at: november, download: 2, packets: 1 },
    { device: 'phone', at: november, download: 4, packets: 1 },
  ];
  const pending: SampleRow[] = [
    { device: 'laptop', at: november, download: 8, packets: 1 },
    { device: 'tv', at: november, localUpload: 16, packets: 1 },
    { device: 'tv', at: november + 24 * hourMs, upload: 32, packets: 1 },
  ];

  test.each([
    ['hour', october - 1_800_000, november - 1_800_000, november + 23.5 * hourMs],
    ['day', 20261031, 20261101, 20261102],
  ] as const)('is the sum of its devices by %s', (step, first, second, third) => {
    const { history } = new Book().add(...stored).write().add(...pending); // prettier-ignore
    const sums = [
      { device: 'network', start: first, usage: used({ download: 1, packets: 1 }) },
      {
        device: 'network',
        start: second,
        usage: used({ download: 14, localUpload: 16, packets: 4 }),
      },
      { device: 'network', start: third, usage: used({ upload: 32, packets: 1 }) },
    ];
    const query: UsageQuery = { from: 20261031, to: 20261102, step, by: 'network' };
    expect(history.usage(query)).toEqual(sums);
    expect([...history.usageRows(query)].flat()).toEqual(sums);
    expect(history.usage({ ...query, devices: ['phone', 'tv'] })).toEqual([
      {
        device: 'network',
        start: second,
        usage: used({ download: 4, localUpload: 16, packets: 2 }),
      },
      sums[2],
    ]);
  });

  test('is the sum of its devices by month', () => {
    const { history } = new Book().add(...stored).write().add(...pending); // prettier-ignore
    const query: UsageQuery = { from: 20261031, to: 20261102, step: 'month', by: 'network' };
    const usage = used({ download: 14, upload: 32, localUpload: 16, packets: 5 });
    expect(history.usage(query)).toEqual([
      { device: 'network', start: 202610, usage: used({ download: 1, packets: 1 }) },
      { device: 'network', start: 202611, usage },
    ]);
  });
});

describe('usage in blocks', () => {
  const dayMs = 24 * hourMs;

  /** Two devices on every day of 70 days, then nothing for years, then one day; half of it is pending. */
  function longBook(): Book {
    const start = Date.parse('2020-12-01T11:00:00Z');
    const rows = Array.from({ length: 70 }, (_, index) =>
      ['b', 'a'].map((device) => ({ device, at: start + index * dayMs, download: index + 1 })),
    );
    const last: SampleRow = { device: 'a', at: noon, download: 1000 };
    return new Book()
      .add(...rows.flat())
      .write()
      .add(...rows.slice(35).flat(), last);
  }

  const everything = { from: 19000101, to: 99991231 };

  test.each(['hour', 'day', 'month'] as const)('is the same by %s', (step) => {
    const { history } = longBook();
    for (const range of [everything, { from: 20201215, to: 20210115 }]) {
      for (const by of ['device', 'network'] as const) {
        const query: UsageQuery = { ...range, step, by };
        const blocks = [...history.usageRows(query)];
        expect(blocks.flat()).toEqual(history.usage(query));
        expect(blocks.filter((block) => block.length === 0)).toEqual([]);
      }
    }
    const none = { from: 20220101, to: 20231231, step };
    expect([...history.usageRows(none)]).toEqual([]);
    expect([...history.usageRows({ ...none, from: 20240101 })]).toEqual([]);
  });

  test.each([
    // 31 days at a time, and on to the next day that has any.
    ['day', [62, 62, 16, 1]],
    ['hour', [...Array<number>(70).fill(2), 1]],
    // 2020 to 2024, then 2026.
    ['month', [6, 1]],
  ] as const)('has small blocks by %s', (step, sizes) => {
    const blocks = [...longBook().history.usageRows({ ...everything, step })];
    expect(blocks.map((block) => block.length)).toEqual(sizes);
  });

  test('counts nothing twice where the ledger is written between two blocks', () => {
    const book = longBook();
    const query: UsageQuery = { ...everything, step: 'day' };
    const expected = book.history.usage(query);
    const records = [];
    for (const block of book.history.usageRows(query)) {
      records.push(...block);
      book.write();
    }
    expect(records).toEqual(expected);
  });
});

test.each([
  ['2026-03-29', 20260329, 23],
  ['2026-10-25', 20261025, 25],
])('the hours of %s in Berlin are pending and stored alike', (_, date, count) => {
  const book = new Book();
  const start = book.calendar.startOfDay(date);
  // One hour before the day, and one behind it.
  for (let hour = -1; hour <= count; hour++) {
    book.add({ device: 'laptop', at: start + hour * hourMs, download: 2 ** (hour + 1) });
  }
  const hours = () =>
    book.history
      .usage({ from: date, to: date, step: 'hour' })
      .map(({ start: at, usage }) => [(at - start) / hourMs, usage.download]);
  const expected = Array.from({ length: count }, (__, hour) => [hour, 2 ** (hour + 1)]);
  expect(hours()).toEqual(expected);
  book.write();
  expect(hours()).toEqual(expected);
});
