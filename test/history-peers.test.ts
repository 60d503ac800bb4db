import { array, assert, constantFrom, double, integer, oneof, property, record } from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PeerUsage } from '../src/model/usage.ts';
import type { SampleRow } from './support/batch.ts';
import { Book, day, hourMs, noon, peersOf } from './support/book.ts';

function sumOf(records: readonly { usage: PeerUsage }[]): PeerUsage {
  const sum = { download: 0, upload: 0 };
  for (const { usage } of records) {
    sum.download += usage.download;
    sum.upload += usage.upload;
  }
  return sum;
}

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

  test('are in order: by day, the largest first, the rest last', () => {
    const book = new Book()
      .add({ device: 'laptop', at: noon, download: 900, peers: { '192.0.2.1': [20, 0] } })
      .write()
      .add({ device: 'tv', at: noon, download: 30, peers: { '192.0.2.2': [30, 0] } })
      .add({ device: 'tv', at: noon - 24 * hourMs, download: 1 });
    expect(Object.keys(peersOf(book, day - 1, day))).toEqual([
      `${day - 1} other`,
      `${day} 192.0.2.2`,
      `${day} 192.0.2.1`,
      `${day} other`,
    ]);
  });

  test('of one device leave out what is pending of others', () => {
    const book = new Book()
      .add({ device: 'laptop', at: noon, download: 9, peers: { '192.0.2.1': [5, 0] } })
      .write()
      .add({ device: 'laptop', at: noon, download: 3, peers: { '192.0.2.1': [1, 0] } })
      .add({ device: 'tv', at: noon, download: 100, peers: { '192.0.2.1': [90, 0] } });
    const query = { from: day, to: day, device: 'laptop' };
    const expected = [
      { address: '192.0.2.1', usage: { download: 6, upload: 0 } },
      { address: 'other', usage: { download: 6, upload: 0 } },
    ];
    expect(book.history.peers(query)).toEqual(expected.map((row) => ({ day, ...row })));
    expect(book.history.topPeers({ ...query, limit: 9 })).toEqual(expected);
  });

  test('that are largest together are found, however little of them is stored', () => {
    const book = new Book()
      .add({
        device: 'laptop',
        at: noon,
        download: 30,
        peers: { '192.0.2.1': [20, 0], '192.0.2.2': [1, 0] },
      }) // prettier-ignore
      .write()
      .add({ device: 'laptop', at: noon, download: 40, peers: { '192.0.2.2': [25, 0] } });
    expect(book.history.topPeers({ from: day, to: day, limit: 1 })).toEqual([
      { address: '192.0.2.2', usage: { download: 26, upload: 0 } },
      { address: 'other', usage: { download: 44, upload: 0 } },
    ]);
  });

  test('sum up to the usage at any moment, of each device and of the network', () => {
    const devices = ['a', 'b', 'c'];
    const row = record({
      device: constantFrom(...devices),
      at: integer({ min: 0, max: 71 }).map((hours) => noon - hours * hourMs),
      download: integer({ min: 0, max: 1000 }),
      upload: integer({ min: 0, max: 1000 }),
      address: integer({ min: 0, max: 9 }),
      share: double({ min: 0, max: 1, noNaN: true }),
    });
    const steps = array(oneof(row, constantFrom('write', 'merge', 'prune')), {
      maxLength: 30,
    });
    assert(
      property(steps, (sequence) => {
        const book = new Book();
        for (const step of sequence) {
          if (step === 'write') book.write();
          else if (step === 'merge') book.merge('c', 'a');
          else if (step === 'prune') book.prune();
          else {
            const { address, share, ...rest } = step;
            const part = (bytes: number) => Math.floor(bytes * share);
            const bytes: [number, number] = [part(rest.download), part(rest.upload)];
            book.add({ ...rest, peers: { [`192.0.2.${address}`]: bytes } });
          }
        }
        const range = { from: day - 3, to: day };
        for (const device of [undefined, ...devices]) {
          const query = device === undefined ? range : { ...range, device };
          const only = device === undefined ? {} : { devices: [device] };
          const expected = sumOf(book.history.usage({ ...range, ...only, step: 'day' }));
          expect(sumOf(book.history.peers(query))).toEqual(expected);
          expect(sumOf(book.history.topPeers({ ...query, limit: 3 }))).toEqual(expected);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('local traffic has none', () => {
    const book = new Book().add({ device: 'laptop', at: noon, localDownload: 5, localUpload: 5 });
    expect(peersOf(book, day, day)).toEqual({});
  });
});
