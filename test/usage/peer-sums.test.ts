import { array, assert, constantFrom, integer, oneof, property, record } from 'fast-check';
import { expect, test } from 'vitest';
import { formatAddress, parseAddress } from '../../src/model/address.ts';
import { PeerSums, type Peer } from '../../src/usage/peer-sums.ts';

/** What the sums have to come to, in plain objects: bytes by device, span and address. */
class Book {
  private readonly sums = new Map<string, { device: string; span: number; bytes: number[] }>();

  add({ device, span, words, address, download, upload }: Peer): void {
    const key = `${device} ${span} ${formatAddress(words, address)}`;
    const sum = this.sums.get(key) ?? { device, span, bytes: [0, 0] };
    this.sums.set(key, sum);
    sum.bytes = [(sum.bytes[0] ?? 0) + download, (sum.bytes[1] ?? 0) + upload];
  }

  merge(from: string, into: string): void {
    for (const [key, { device, span, bytes }] of this.sums) {
      if (device !== from) continue;
      this.sums.delete(key);
      this.add(peer(into, span, key.split(' ')[2] ?? '', bytes));
    }
  }

  clear(): void {
    this.sums.clear();
  }

  /** Without those that came to nothing. */
  entries(): Map<string, number[]> {
    const entries = Array.from(this.sums, ([key, { bytes }]): [string, number[]] => [key, bytes]);
    return new Map(entries.filter(([, [download, upload]]) => download !== 0 || upload !== 0));
  }
}

function peer(device: string, span: number, text: string, bytes: readonly number[]): Peer {
  const [download = 0, upload = 0] = bytes;
  const words = Int32Array.from([7, 7, ...(parseAddress(text) ?? [])]);
  return { device, span, words, address: 2, download, upload };
}

/** Throws where a sum comes twice. */
function entriesOf(sums: PeerSums): Map<string, number[]> {
  const entries = new Map<string, number[]>();
  for (const { device, span, words, address, download, upload } of sums.peers()) {
    const key = `${device} ${span} ${formatAddress(words, address)}`;
    if (entries.has(key)) throw new Error(`${key} is there twice`);
    entries.set(key, [download, upload]);
  }
  return entries;
}

const devices = constantFrom('laptop', 'phone', 'television');
const bytes = oneof(integer({ min: -3, max: 3 }), constantFrom(2 ** 40, 1500));
const addition = record({
  device: devices,
  span: constantFrom(20_261_120, 20_261_121),
  address: constantFrom('203.0.113.7', '255.255.255.255', '2001:db8::7', '::7'),
  download: bytes,
  upload: bytes,
});
const step = oneof(
  { weight: 20, arbitrary: record({ add: addition }) },
  { weight: 2, arbitrary: record({ merge: record({ from: devices, into: devices }) }) },
  { weight: 1, arbitrary: record({ clear: constantFrom(true) }) },
);

test('are what was added, merged and cleared', () => {
  assert(
    property(array(step, { maxLength: 60 }), (steps) => {
      const sums = new PeerSums();
      const book = new Book();
      for (const each of steps) {
        for (const target of [sums, book]) {
          if ('add' in each) {
            const { device, span, address, download, upload } = each.add;
            target.add(peer(device, span, address, [download, upload]));
          } else if ('clear' in each) target.clear();
          else if (each.merge.from !== each.merge.into)
            target.merge(each.merge.from, each.merge.into);
        }
      }
      expect(entriesOf(sums)).toEqual(book.entries());
    }),
  );
});

test('grow to any number of addresses, and each is found again', () => {
  const sums = new PeerSums();
  const words = new Uint32Array([0, 0, 0xffff, 0]);
  const at = (index: number): Peer => {
    words[3] = Math.imul(index, 0x9e3779b1);
    return { device: `d${index % 60}`, span: 1, words, address: 0, download: index + 1, upload: 0 };
  };
  for (let index = 0; index < 300_000; index++) sums.add(at(index));
  expect(sums.size).toBe(300_000);
  let wrong = 0;
  for (let index = 0; index < 300_000; index++) {
    if (sums.find(at(index))?.download !== index + 1) wrong++;
  }
  expect(wrong).toBe(0);
  let total = 0;
  for (const { download } of sums.peers()) total += download;
  expect(total).toBe((300_000 * 300_001) / 2);
});

test('of a device that became part of another leave no rows behind', () => {
  const sums = new PeerSums();
  sums.add(peer('phone', 1, '203.0.113.7', [5, 6]));
  sums.add(peer('phone', 1, '203.0.113.8', [1, 1]));
  sums.add(peer('laptop', 1, '203.0.113.7', [2, 2]));
  sums.merge('phone', 'laptop');
  expect(sums.size).toBe(2);
  expect(sums.spansOf('phone')).toEqual([]);
});

test('are found under their device and span only', () => {
  const sums = new PeerSums();
  sums.add(peer('laptop', 1, '203.0.113.7', [5, 6]));
  sums.add(peer('laptop', 2, '203.0.113.7', [7, 8]));
  const find = (device: string, span: number, address = '203.0.113.7') =>
    sums.find(peer(device, span, address, []));
  expect(find('laptop', 1)).toEqual({ download: 5, upload: 6 });
  expect(find('laptop', 2)).toEqual({ download: 7, upload: 8 });
  expect(find('laptop', 3)).toBeUndefined();
  expect(find('phone', 1)).toBeUndefined();
  expect(find('laptop', 1, '203.0.113.8')).toBeUndefined();
  expect(sums.spansOf('laptop')).toEqual([1, 2]);
  expect(sums.spansOf('phone')).toEqual([]);
});
