import { describe, expect, test } from 'vitest';
import type { Batch } from '../../src/model/batch.ts';
import { slotOf } from '../../src/model/usage.ts';
import { Calendar } from '../../src/usage/calendar.ts';
import { Ledger } from '../../src/usage/ledger.ts';
import { sampleBatch, type SampleRow } from '../support/batch.ts';

const noon = Date.parse('2026-11-20T12:00:00Z');
const minute = 60_000;
const hour = 60 * minute;
const dayMs = 24 * hour;
const daySlots = 96;

/** A ledger in Berlin that is fed batch by batch. */
class Book {
  readonly ledger: Ledger;
  private seq = 0;

  constructor(day = 20261120, timeZone = 'Europe/Berlin') {
    this.ledger = new Ledger(new Calendar(timeZone));
    this.ledger.open(day, new Map());
  }

  /** Applies a live batch that ends when its last row does. */
  live(rows: readonly SampleRow[], changes: Partial<Batch> = {}): this {
    const batch = sampleBatch(rows, { seq: ++this.seq, ...changes });
    this.ledger.apply(batch, batch.to);
    return this;
  }

  /** Applies a batch of a file that is read in November 2026. */
  file(...rows: SampleRow[]): this {
    this.ledger.apply(sampleBatch(rows, { seq: ++this.seq, live: false }), noon);
    return this;
  }

  /** Download by day and device, without zeros. */
  days(): Record<string, number> {
    const { days } = this.ledger.pages();
    return Object.fromEntries(
      days.map(({ day, device, usage }) => [`${day} ${device}`, usage.download]),
    );
  }

  /** Download by remote address and day. */
  peers(): Record<string, number> {
    const { peers } = this.ledger.pages();
    return Object.fromEntries(
      Array.from(peers, ({ day, address, usage }) => [`${day} ${address}`, usage.download]),
    );
  }
}

describe('a batch is booked', () => {
  test('on the local hour and day of its packets', () => {
    const book = new Book().live([
      { device: 'laptop', at: Date.parse('2026-11-20T22:59:00Z'), download: 100, packets: 2 },
      { device: 'laptop', at: Date.parse('2026-11-20T23:00:00Z'), download: 70 },
    ]);
    expect(book.days()).toEqual({ '20261120 laptop': 100, '20261121 laptop': 70 });
    expect(
      book.ledger.pages().hours.map(({ hour: start }) => new Date(start).toISOString()),
    ).toEqual(['2026-11-20T22:00:00.000Z', '2026-11-20T23:00:00.000Z']);
  });

  test('once, however often it arrives', () => {
    const { ledger } = new Book();
    const batch = sampleBatch([{ device: 'laptop', at: noon, download: 100 }]);
    ledger.apply(batch, noon);
    ledger.apply(batch, noon);
    expect(ledger.totalsOf('laptop').today.download).toBe(100);
    const restarted = { ...batch, boot: 'boot-2' };
    ledger.apply(restarted, noon);
    expect(ledger.totalsOf('laptop').today.download).toBe(200);
  });

  test('and is remembered across a restart by what was stored', () => {
    const ledger = new Ledger(new Calendar('UTC'), [{ monitor: 'local', boot: 'boot-1', seq: 5 }]);
    const usage = [{ device: 'laptop', at: noon, download: 100 }];
    ledger.apply(sampleBatch(usage, { seq: 5 }), noon);
    expect(ledger.pages().days).toEqual([]);
    ledger.apply(sampleBatch(usage, { seq: 6 }), noon);
    expect(ledger.pages().days).toMatchObject([{ usage: { download: 100 } }]);
  });

  test('and counts in today, the month and the total', () => {
    const { ledger } = new Book()
      .live([{ device: 'laptop', at: noon - dayMs, download: 7 }])
      .live([{ device: 'laptop', at: noon - 30 * dayMs, download: 5 }])
      .live([{ device: 'laptop', at: noon, download: 100, upload: 3, localUpload: 2 }]);
    const { today, month, total } = ledger.totalsOf('laptop');
    expect([today.download, month.download, total.download]).toEqual([100, 107, 112]);
    expect(today).toEqual({
      download: 100,
      upload: 3,
      localDownload: 0,
      localUpload: 2,
      packets: 1,
    });
  });

  test('until it is written', () => {
    const { ledger } = new Book().live([{ device: 'laptop', at: noon, download: 100 }]);
    ledger.commit();
    const { hours, days, peers } = ledger.pages();
    expect([hours, days, [...peers]]).toEqual([[], [], []]);
    expect(ledger.totalsOf('laptop').today.download).toBe(100);
  });
});

describe('a new day', () => {
  test('starts from the store, with what is not written yet on top', () => {
    const book = new Book().live([{ device: 'laptop', at: noon, download: 100 }]);
    const stored = { download: 1000, upload: 0, localDownload: 0, localUpload: 0, packets: 1 };
    const zero = { ...stored, download: 0, packets: 0 };
    book.ledger.open(
      20261121,
      new Map([['laptop', { today: zero, month: { ...stored }, total: { ...stored } }]]),
    );
    const { today, month, total } = book.ledger.totalsOf('laptop');
    expect([today.download, month.download, total.download]).toEqual([0, 1100, 1100]);
  });
});

describe('peers', () => {
  test('add up by day and address, in both families', () => {
    const peers = { '203.0.113.7': [10, 1], '2001:db8::7': [5, 0] } satisfies SampleRow['peers'];
    const book = new Book()
      .live([{ device: 'laptop', at: noon, download: 15, upload: 1, peers }])
      .live([{ device: 'laptop', at: noon + 1000, download: 15, upload: 1, peers }]);
    expect(book.peers()).toEqual({ '20261120 203.0.113.7': 20, '20261120 2001:db8::7': 10 });
  });
});

describe('a router', () => {
  const carried = (own: number, others: number, at = noon) => ({
    device: 'gateway',
    at,
    download: own,
    carriedDownload: others,
    router: true,
  });

  test('used what passed under its name less what it carried', () => {
    const { ledger } = new Book().live([carried(1500, 1400)]).live([carried(0, 0)]);
    expect(ledger.totalsOf('gateway').today.download).toBe(100);
  });

  test('is not charged for packets whose two sightings fall into two batches', () => {
    const { ledger } = new Book()
      .live([carried(1000, 1000)])
      .live([carried(1500, 0)])
      .live([carried(0, 1500)])
      .live([carried(0, 700)])
      .live([carried(700, 0)]);
    ledger.finish();
    expect(ledger.totalsOf('gateway').today.download).toBe(0);
  });

  test('is charged at the end for what still waits', () => {
    const { ledger } = new Book().live([carried(900, 400)]);
    expect(ledger.totalsOf('gateway').today.download).toBe(0);
    ledger.finish();
    expect(ledger.totalsOf('gateway').today.download).toBe(500);
  });

  test('is charged for its own packets and those of its local traffic', () => {
    const { ledger } = new Book().live([
      { ...carried(1000, 900), packets: 30, internetPackets: 20, carriedPackets: 18 },
    ]);
    ledger.finish();
    expect(ledger.totalsOf('gateway').today.packets).toBe(12);
  });

  test('that forwards only from uncaptured links used nothing here', () => {
    const { ledger } = new Book().live([carried(0, 5000)]).live([carried(0, 5000)]);
    ledger.finish();
    expect(ledger.totalsOf('gateway').today.download).toBe(0);
  });
});

describe('two devices that turn out to be one', () => {
  test('join totals, increments and peers', () => {
    const book = new Book()
      .live([
        { device: 'ip:192.168.1.5', at: noon, download: 10, peers: { '203.0.113.7': [10, 0] } },
      ])
      .live([{ device: 'laptop', at: noon, download: 5, peers: { '203.0.113.7': [5, 0] } }]);
    book.ledger.merge('ip:192.168.1.5', 'laptop');
    expect(book.days()).toEqual({ '20261120 laptop': 15 });
    expect(book.peers()).toEqual({ '20261120 203.0.113.7': 15 });
    expect(book.ledger.totalsOf('laptop').today.download).toBe(15);
    expect(book.ledger.totalsOf('ip:192.168.1.5').today.download).toBe(0);
  });
});

describe('a live clock that steps', () => {
  test('from 1970 to the present: everything moves to the day it happened on', () => {
    const book = new Book(19700101)
      .live([{ device: 'laptop', at: 30_000, download: 100, peers: { '203.0.113.7': [100, 0] } }])
      .live([{ device: 'laptop', at: 31_000, download: 50 }]);
    book.ledger.shiftClock(slotOf(noon) - slotOf(31_000));
    book.live([{ device: 'laptop', at: noon + 1000, download: 7 }]);
    expect(book.days()).toEqual({ '20261120 laptop': 157 });
    expect(book.peers()).toEqual({ '20261120 203.0.113.7': 100 });
  });

  test('from yesterday to today', () => {
    const yesterday = noon - dayMs;
    const book = new Book().live([{ device: 'laptop', at: yesterday, download: 100 }]);
    book.ledger.shiftClock(daySlots);
    expect(book.days()).toEqual({ '20261120 laptop': 100 });
    expect(book.ledger.totalsOf('laptop').today.download).toBe(100);
    expect(book.ledger.totalsOf('laptop').total.download).toBe(100);
  });

  test('years ahead and back again: nothing stays in the future', () => {
    const book = new Book().live([{ device: 'laptop', at: noon, download: 1 }]);
    const jump = 3 * 365 * dayMs;
    book.ledger.shiftClock(3 * 365 * daySlots);
    book.live([{ device: 'laptop', at: noon + jump + 1000, download: 10 }]);
    book.ledger.shiftClock(-3 * 365 * daySlots);
    book.live([{ device: 'laptop', at: noon + 2000, download: 100 }]);
    expect(book.days()).toEqual({ '20261120 laptop': 111 });
  });

  test('in the middle of a batch: old stamps take the time of the batch', () => {
    const book = new Book().live(
      [
        { device: 'laptop', at: 40_000, download: 100 },
        { device: 'laptop', at: noon, download: 10 },
      ],
      { from: noon - 1000, to: noon },
    );
    expect(book.days()).toEqual({ '20261120 laptop': 110 });
  });

  test('after hours of running moves nothing: the past was right', () => {
    const book = new Book().live([{ device: 'laptop', at: noon, download: 100 }]);
    for (let second = 1; second < 3600; second++) book.live([]);
    // A worker that was started again counts anew.
    book.live([{ device: 'laptop', at: noon + hour, download: 1 }], { boot: 'boot-2', seq: 1 });
    book.ledger.shiftClock(daySlots);
    expect(book.days()).toEqual({ '20261120 laptop': 101 });
  });
});

describe('a file whose clock steps', () => {
  test('keeps the day of remote addresses that come a batch later than their usage', () => {
    const yesterday = { device: 'laptop', at: noon - dayMs };
    const late = sampleBatch([{ ...yesterday, peers: { '203.0.113.7': [60, 0] } }]).peers;
    const book = new Book().file({ ...yesterday, download: 60 });
    const today = sampleBatch([{ device: 'laptop', at: noon, download: 7 }]);
    book.ledger.apply({ ...today, seq: 2, live: false, peers: late }, noon);
    expect(book.peers()).toEqual({ '20261119 203.0.113.7': 60 });
  });

  test('keeps the days of its own stamps', () => {
    const book = new Book().file(
      { device: 'laptop', at: Date.parse('2021-03-28T00:30:00Z'), download: 1 },
      { device: 'laptop', at: Date.parse('2019-06-01T10:00:00Z'), download: 10 },
      { device: 'laptop', at: Date.parse('2021-03-28T22:30:00Z'), download: 100 },
    );
    expect(book.days()).toEqual({
      '20210328 laptop': 1,
      '20190601 laptop': 10,
      '20210329 laptop': 100,
    });
  });

  test('books the future on the last possible day', () => {
    const book = new Book()
      .file({ device: 'laptop', at: noon - dayMs, download: 1 })
      .file({ device: 'laptop', at: noon + 5 * 365 * dayMs, download: 10 })
      .file({ device: 'laptop', at: noon, download: 100 });
    expect(book.days()).toEqual({ '20261119 laptop': 11, '20261120 laptop': 100 });
  });

  test('books a clock that was not set on the first possible day, across batches', () => {
    const book = new Book()
      .file({ device: 'laptop', at: 5000, download: 1, peers: { '203.0.113.7': [1, 0] } })
      .file(
        { device: 'laptop', at: 6000, download: 10 },
        { device: 'laptop', at: noon, download: 100 },
      );
    expect(book.days()).toEqual({ '20261120 laptop': 111 });
    expect(book.peers()).toEqual({ '20261120 203.0.113.7': 1 });
  });

  test('keeps 1970 where it knows nothing better', () => {
    const book = new Book().file({ device: 'laptop', at: 5000, download: 1 });
    expect(book.days()).toEqual({ '19700101 laptop': 1 });
  });
});
