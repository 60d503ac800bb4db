import { writeFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AppError } from '../../src/base/errors.ts';
import { pcapFile, PcapngSection } from '../support/capture-file.ts';
import { path, read, readBytes, formatError, payload, hexOf, packetsOf } from './read-file.ts';
import { small, pcapWhole, pcapngParts, pcapngWhole } from './small-files.ts';

/** Never anything but packets inside the file and, at the end, nothing or FILE_FORMAT. */
async function expectSound(bytes: Uint8Array, chunkBytes: number): Promise<void> {
  const { packets, error } = await readBytes(bytes, chunkBytes);
  if (error !== undefined) expect((error as AppError).code).toBe('FILE_FORMAT');
  const total = packets.reduce((sum, packet) => sum + packet.hex.length / 2, 0);
  expect(total).toBeLessThanOrEqual(bytes.length);
  for (const { seconds } of packets) expect(seconds >= 0 && seconds <= 0xffff_ffff).toBe(true);
}

const pcapEnds = [24 + 16 + 20, 24 + 36 + 16, 24 + 36 + 16 + 49];

const pcapngEnds = pcapngParts.map(
  (_, index) => Buffer.concat(pcapngParts.slice(0, index + 1)).length,
);

describe('a file cut at every byte', () => {
  test.each([
    ['pcap', pcapWhole, pcapEnds, 24],
    ['pcapng', pcapngWhole, pcapngEnds, 28],
  ])('%s: delivers exactly the complete packets', async (_, whole, ends, headerBytes) => {
    expect(ends.at(-1)).toBe(whole.length);
    for (let cut = 0; cut <= whole.length; cut++) {
      const result = await readBytes(whole.subarray(0, cut), cut % 3 === 0 ? undefined : 16);
      const complete = ends.filter((end) => end <= cut).length;
      expect(packetsOf(result)).toEqual(small.slice(0, complete).map(hexOf));
      if (cut < headerBytes) expect((result.error as AppError).code).toBe('FILE_FORMAT');
      else expect(result.error).toBeUndefined();
    }
  });
});

describe('chunks', () => {
  const packets = [5, 60, 0, 300, 1, 17, 16].map((count) => payload(count, count));
  const section = new PcapngSection().interface();
  for (const bytes of packets) section.packet(bytes);

  test.each([
    ['pcap', pcapFile(packets.map((bytes) => ({ bytes })))],
    ['pcapng', section.done()],
  ])('%s: records may straddle them anywhere', async (_, bytes) => {
    const sizes = [1, 2, 3, 5, 7, 15, 16, 17, 24, 31, 32, 33, 64, 100, 127, 1000];
    for (const chunkBytes of sizes) {
      const result = await readBytes(bytes, chunkBytes);
      expect(result.error).toBeUndefined();
      expect(packetsOf(result)).toEqual(packets.map(hexOf));
    }
  });

  test('a record larger than a chunk makes the buffer grow', async () => {
    const large = payload(300_000, 5);
    const bytes = pcapFile([{ bytes: payload(9) }, { bytes: large }, { bytes: payload(8) }]);
    expect(packetsOf(await readBytes(bytes, 4096))).toEqual(
      [payload(9), large, payload(8)].map(hexOf),
    );
  });

  test('progress is told after each, up to the size of the file', async () => {
    const told: [number, number | undefined][] = [];
    writeFileSync(path, pcapWhole);
    await read({ path, chunkBytes: 64, onProgress: (bytes, total) => told.push([bytes, total]) });
    expect(told).toEqual([
      [64, 125],
      [124, 125],
      [125, 125],
      [125, 125],
    ]);
  });
});

describe('hostile files', () => {
  const bothKinds = fc.constantFrom(pcapWhole, pcapngWhole);
  const edits = fc.array(
    fc.record({ at: fc.nat(400), value: fc.oneof(fc.nat(255), fc.constantFrom(0, 255)) }),
    { minLength: 1, maxLength: 6 },
  );

  test('mutated ones', async () => {
    await fc.assert(
      fc.asyncProperty(
        bothKinds,
        edits,
        fc.integer({ min: 1, max: 200 }),
        async (whole, list, chunk) => {
          const bytes = Buffer.from(whole);
          for (const { at, value } of list) bytes[at % bytes.length] = value;
          await expectSound(bytes, chunk);
        },
      ),
      { numRuns: 400 },
    );
  });

  test('random bytes, also behind a good magic number', async () => {
    const starts = [[], [0xd4, 0xc3, 0xb2, 0xa1], [0x0a, 0x0d, 0x0d, 0x0a], [0x1f, 0x8b, 8, 0]];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...starts),
        fc.uint8Array({ maxLength: 200 }),
        async (start, rest) => expectSound(Uint8Array.from([...start, ...rest]), 64),
      ),
      { numRuns: 300 },
    );
  });

  test('no capture file', async () => {
    expect(await formatError(payload(1000, 65))).toBe(
      'FILE is not a capture file; name a file in pcap or pcapng format.',
    );
    expect(await formatError(payload(3, 65))).toBe(
      'FILE is not a capture file; name a file in pcap or pcapng format.',
    );
  });

  test('an empty file', async () => {
    expect(await formatError(new Uint8Array(0))).toBe(
      'FILE is empty; name a file in pcap or pcapng format.',
    );
  });

  test('a file that ends in its header', async () => {
    expect(await formatError(pcapWhole.subarray(0, 23))).toBe(
      'FILE ends in the middle of its file header and holds no packets; capture again.',
    );
  });
});
