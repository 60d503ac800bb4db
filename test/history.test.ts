import { describe, expect, test } from 'vitest';
import { createHistory, type History } from '../src/history.ts';
import type { Checkpoint } from '../src/model/checkpoint.ts';
import { noUsage, type Usage } from '../src/model/usage.ts';
import type { Store } from '../src/store/store.ts';
import { Calendar } from '../src/usage/calendar.ts';
import { Ledger } from '../src/usage/ledger.ts';
import { sampleBatch, type SampleRow } from './support/batch.ts';
import { checkpoint, newStore } from './store/ledger.ts';

const day = 20261120;
const noon = Date.parse('2026-11-20T11:00:00Z');
const hourMs = 3_600_000;

/** A ledger in Berlin with its store. */
class Book {
  readonly store: Store = newStore();
  readonly calendar = new Calendar('Europe/Berlin');
  readonly ledger = new Ledger(this.calendar);
  readonly history: History = createHistory(this.store, this.calendar, this.ledger.pending);
  private seq = 0;

  add(...rows: SampleRow[]): this {
    const batch = sampleBatch(rows, { seq: ++this.seq, live: false });
    this.ledger.apply(batch, batch.to);
    return this;
  }

  write(): this {
    this.store.checkpoint(checkpoint({ ...this.ledger.pages() }));
    this.ledger.commit();
    return this;
  }
}

/** A history with these hours pending, and nothing stored. */
function pendingHours(hours: Checkpoint['hours']): History {
  const pending = { hours: () => hours, days: () => [], peers: () => [] };
  return createHistory(newStore(), new Calendar('Europe/Berlin'), pending);
}

function used(parts: Partial<Usage>): Usage {
  return { ...noUsage(), ...parts };
}

/** Peers as `day address`: [download, upload]. */
function peersOf({ history }: Book, from: number, to: number): Record<string, number[]> {
  return Object.fromEntries(
    history
      .peers(from, to)
      .map(({ day: date, address, usage }) => [
        `${date} ${address}`,
        [usage.download, usage.upload],
      ]),
  );
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
  const starting = (start: number) => november.map((record) => ({ ...record, start }));

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

describe('peers', () => {
  test('add up over devices; "other" is the rest of the day, exactly', () => {
    const book = new Book()
      .add(
        {
          device: 'laptop',
          at: noon,
          download: 1000,
          upload: 100,
          peers: { '192.0.2.1': [700, 60] },
        },
        { device: 'phone', at: noon, download: 50, peers: { '192.0.2.1': [50, 0] } },
      )
      .write();
    expect(peersOf(book, day, day)).toEqual({
      [`${day} 192.0.2.1`]: [750, 60],
      [`${day} other`]: [300, 40],
    });
    book.add({
      device: 'laptop',
      at: noon,
      download: 30,
      upload: 8,
      peers: { '192.0.2.1': [10, 0], '2001:db8::7': [15, 8] },
    });
    expect(peersOf(book, day, day)).toEqual({
      [`${day} 192.0.2.1`]: [760, 60],
      [`${day} 2001:db8::7`]: [15, 8],
      [`${day} other`]: [305, 40],
    });
    book.write();
    expect(peersOf(book, day, day)).toEqual({
      [`${day} 192.0.2.1`]: [760, 60],
      [`${day} 2001:db8::7`]: [15, 8],
      [`${day} other`]: [305, 40],
    });
  });

  test('that arrive after the usage they belong to shrink what is stored as "other"', () => {
    const book = new Book().add({ device: 'laptop', at: noon, download: 100, upload: 9 }).write();
    expect(peersOf(book, day, day)).toEqual({ [`${day} other`]: [100, 9] });
    const late = { '192.0.2.1': [100, 9] } satisfies SampleRow['peers'];
    book.add({ device: 'laptop', at: noon, packets: 0, peers: late });
    expect(peersOf(book, day, day)).toEqual({ [`${day} 192.0.2.1`]: [100, 9] });
  });

  test('of other days stay out', () => {
    const dayMs = 24 * hourMs;
    const peers = { '192.0.2.1': [5, 0] } satisfies SampleRow['peers'];
    const book = new Book()
      .add({ device: 'laptop', at: noon - dayMs, download: 5, peers })
      .add({ device: 'laptop', at: noon, download: 7, peers })
      .add({ device: 'laptop', at: noon + dayMs, download: 9, peers });
    expect(peersOf(book, day, day)).toEqual({
      [`${day} 192.0.2.1`]: [5, 0],
      [`${day} other`]: [2, 0],
    });
    expect(Object.keys(peersOf(book, day - 1, day + 1))).toHaveLength(5);
  });

  test('local traffic has none', () => {
    const book = new Book().add({ device: 'laptop', at: noon, localDownload: 5, localUpload: 5 });
    expect(peersOf(book, day, day)).toEqual({});
  });
});
