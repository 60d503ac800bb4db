import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { AppError } from '../../src/base/errors.ts';
import { openPcapFile, type PcapFileOptions } from '../../src/capture/pcap-file/pcap-file.ts';
import { Timestamps } from '../../src/capture/pcap-file/timestamp.ts';
import { pcapFile, pcapHeader, pcapRecord, PcapngSection } from '../support/capture-file.ts';
import { sourceContract } from './source-contract.ts';

const SECONDS = 1_800_000_000;
const directory = mkdtempSync(join(tmpdir(), 'pcap-file-'));
const path = join(directory, 'capture.pcap');
let fifos = 0;

afterAll(() => rmSync(directory, { recursive: true }));

interface ReadPacket {
  hex: string;
  wireBytes: number;
  linkType: number;
  seconds: number;
}

interface ReadResult {
  packets: ReadPacket[];
  warnings: string[];
  received: number;
  /** What `ended` rejected with. */
  error: unknown;
}

/** Reads a whole file the way the monitor does. */
async function read(options: PcapFileOptions): Promise<ReadResult> {
  const packets: ReadPacket[] = [];
  const source = openPcapFile(options);
  await source.start((frame) => {
    const { view, offset, capturedBytes, wireBytes, linkType, seconds } = frame;
    const bytes = Buffer.from(view.buffer, view.byteOffset + offset, capturedBytes);
    packets.push({ hex: bytes.toString('hex'), wireBytes, linkType, seconds });
  });
  const error: unknown = await source.ended.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const [counter] = source.counters();
  return { packets, warnings: source.warnings, received: counter?.received ?? -1, error };
}

async function readBytes(bytes: Uint8Array, chunkBytes?: number): Promise<ReadResult> {
  writeFileSync(path, bytes);
  return read(chunkBytes === undefined ? { path } : { path, chunkBytes });
}

/** The sentence of a FILE_FORMAT error, with the file called FILE. */
async function formatError(bytes: Uint8Array): Promise<string> {
  const { error } = await readBytes(bytes);
  expect(error).toBeInstanceOf(AppError);
  expect((error as AppError).code).toBe('FILE_FORMAT');
  return (error as AppError).message.replaceAll(path, 'FILE');
}

async function warningsOf(bytes: Uint8Array): Promise<string[]> {
  const { error, warnings } = await readBytes(bytes);
  expect(error).toBeUndefined();
  return warnings.map((warning) => warning.replaceAll(path, 'FILE'));
}

/** `count` bytes that differ from packet to packet. */
function payload(count: number, first = 0): Uint8Array {
  return Uint8Array.from({ length: count }, (_, index) => (first + index) & 0xff);
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function packetsOf(result: ReadResult): string[] {
  return result.packets.map((packet) => packet.hex);
}

/** Whole seconds, as the file format defines them. */
function exactSeconds(resolution: number, ticks: bigint, offset: bigint): number {
  const exponent = BigInt(resolution & 0x7f);
  const perSecond = resolution > 0x7f ? 2n ** exponent : 10n ** exponent;
  const seconds = ticks / perSecond + offset;
  return Number(seconds < 0n ? 0n : seconds > 0xffff_ffffn ? 0xffff_ffffn : seconds);
}

/** Never anything but packets inside the file and, at the end, nothing or FILE_FORMAT. */
async function expectSound(bytes: Uint8Array, chunkBytes: number): Promise<void> {
  const { packets, error } = await readBytes(bytes, chunkBytes);
  if (error !== undefined) expect((error as AppError).code).toBe('FILE_FORMAT');
  const total = packets.reduce((sum, packet) => sum + packet.hex.length / 2, 0);
  expect(total).toBeLessThanOrEqual(bytes.length);
  for (const { seconds } of packets) expect(seconds >= 0 && seconds <= 0xffff_ffff).toBe(true);
}

/** What `start` rejects with; the source can still be stopped. */
async function startError(file: string): Promise<AppError> {
  const source = openPcapFile({ path: file });
  const error: unknown = await source.start(() => {}).catch((reason: unknown) => reason);
  await source.ended;
  await source.stop();
  expect((error as AppError).code).toBe('FILE_UNREADABLE');
  return error as AppError;
}

const small = [payload(20, 1), payload(0), payload(33, 100)];

describe('pcap', () => {
  const variants = [true, false].flatMap((littleEndian) => [
    { littleEndian, resolution: 'us' as const },
    { littleEndian, resolution: 'ns' as const },
    { littleEndian, patched: true },
  ]);

  test.each(variants)('%o', async (layout) => {
    const packets = [
      { bytes: payload(20, 1), seconds: SECONDS, nanoseconds: 999_999_999, wireBytes: 1400 },
      { bytes: payload(7, 50), seconds: 0xffff_ffff, nanoseconds: 0 },
    ];
    const result = await readBytes(pcapFile(packets, layout));
    expect(result).toEqual({
      packets: [
        { hex: hexOf(payload(20, 1)), wireBytes: 1400, linkType: 1, seconds: SECONDS },
        { hex: hexOf(payload(7, 50)), wireBytes: 7, linkType: 1, seconds: 0xffff_ffff },
      ],
      warnings: [],
      received: 2,
      error: undefined,
    });
  });

  test.each([
    ['Ethernet with a frame check sequence', 0x5400_0001, 1],
    ['raw IP of most systems', 12, 101],
    ['raw IP of OpenBSD', 14, 101],
    ['raw IP', 101, 101],
    ['Linux cooked 2', 276, 276],
    ['raw IPv6', 229, 229],
  ])('link type: %s', async (_, linkType, expected) => {
    const { packets } = await readBytes(pcapFile([{ bytes: payload(4) }], { linkType }));
    expect(packets.map((packet) => packet.linkType)).toEqual([expected]);
  });

  test('a file without packets is fine', async () => {
    expect(await readBytes(pcapHeader())).toEqual({
      packets: [],
      warnings: [],
      received: 0,
      error: undefined,
    });
  });

  test('an unsupported link type is refused by number', async () => {
    expect(await formatError(pcapFile([{ bytes: payload(4) }], { linkType: 127 }))).toBe(
      'FILE holds only packets of an unsupported kind (link type 127); capture on an Ethernet, PPP, tunnel or "any" interface.',
    );
  });

  test('an unknown version is refused', async () => {
    expect(await formatError(pcapHeader({ version: [3, 1] }))).toBe(
      'FILE has version 3.1 of the pcap format, which cannot be read; save it again as pcap 2.4.',
    );
  });

  test('an insane length is refused with its place, after the packets before it', async () => {
    const bytes = pcapFile([{ bytes: payload(10) }, { bytes: payload(10) }]);
    bytes.writeUInt32LE(0x1000_0001, 24 + 26 + 8);
    expect(await formatError(bytes)).toBe(
      'FILE is damaged at byte 50: a packet there claims to be 268435457 bytes long; everything before it was read.',
    );
    expect(packetsOf(await readBytes(bytes))).toEqual([hexOf(payload(10))]);
  });

  test('a file that ends in the middle of a packet has a warning', async () => {
    const bytes = pcapFile([{ bytes: payload(10) }, { bytes: payload(10) }]);
    expect(await warningsOf(bytes.subarray(0, -1))).toEqual([
      'FILE ends in the middle of a packet (at byte 50); everything before it was read.',
    ]);
  });
});

describe('pcapng', () => {
  test.each([true, false])('all kinds of packets, little-endian: %o', async (littleEndian) => {
    const section = new PcapngSection(littleEndian)
      .block(0x0bad, payload(16))
      .interface({ snapBytes: 30 })
      .block(5, payload(20))
      .packet(payload(20, 1), BigInt(SECONDS) * 1_000_000n + 999_999n, 0, 1400)
      .obsoletePacket(payload(7, 9), BigInt(SECONDS + 1) * 1_000_000n)
      .simplePacket(payload(30, 3), 1000)
      .simplePacket(payload(5, 3));
    const result = await readBytes(section.done());
    expect(result.packets).toEqual([
      { hex: hexOf(payload(20, 1)), wireBytes: 1400, linkType: 1, seconds: SECONDS },
      { hex: hexOf(payload(7, 9)), wireBytes: 7, linkType: 1, seconds: SECONDS + 1 },
      { hex: hexOf(payload(30, 3)), wireBytes: 1000, linkType: 1, seconds: SECONDS + 1 },
      { hex: hexOf(payload(5, 3)), wireBytes: 5, linkType: 1, seconds: SECONDS + 1 },
    ]);
    expect(result.error).toBeUndefined();
    expect(result.warnings).toEqual([
      `${path} holds packets without a time; each counts at the time of the packet before it.`,
    ]);
  });

  test('sections of both byte orders in one file, each with its own interfaces', async () => {
    const first = new PcapngSection(true).interface().packet(payload(4, 1));
    const second = new PcapngSection(false, [1, 2]).interface({ linkType: 113 });
    const third = new PcapngSection(true).interface({ linkType: 14 });
    const bytes = Buffer.concat([
      first.done(),
      second.packet(payload(5, 2)).done(),
      third.packet(payload(6, 3)).done(),
    ]);
    const { packets, error } = await readBytes(bytes);
    expect(error).toBeUndefined();
    expect(packets).toEqual([
      { hex: hexOf(payload(4, 1)), wireBytes: 4, linkType: 1, seconds: SECONDS },
      { hex: hexOf(payload(5, 2)), wireBytes: 5, linkType: 113, seconds: SECONDS },
      { hex: hexOf(payload(6, 3)), wireBytes: 6, linkType: 101, seconds: SECONDS },
    ]);
  });

  test.each([
    ['microseconds by default', {}, 1_000_000n],
    ['microseconds', { resolution: 6 }, 1_000_000n],
    ['nanoseconds', { resolution: 9 }, 1_000_000_000n],
    ['seconds', { resolution: 0 }, 1n],
    ['2^-10 s', { resolution: 0x80 | 10 }, 1024n],
    ['2^-32 s', { resolution: 0x80 | 32 }, 1n << 32n],
  ])('time stamps in %s', async (_, layout, ticksPerSecond) => {
    const ticks = [BigInt(SECONDS) * ticksPerSecond, BigInt(SECONDS + 1) * ticksPerSecond - 1n];
    const section = new PcapngSection().interface(layout);
    for (const at of ticks) section.packet(payload(1), at);
    const { packets } = await readBytes(section.done());
    expect(packets.map((packet) => packet.seconds)).toEqual([SECONDS, SECONDS]);
  });

  test.each([true, false])('an offset of the time stamps, little-endian: %o', async (order) => {
    const section = new PcapngSection(order)
      .interface({ resolution: 12, offsetSeconds: SECONDS })
      .interface({ offsetSeconds: -3600 })
      .packet(payload(1), 5_999_999_999_999n)
      .packet(payload(1), BigInt(SECONDS) * 1_000_000n, 1);
    const { packets } = await readBytes(section.done());
    expect(packets.map((packet) => packet.seconds)).toEqual([SECONDS + 5, SECONDS - 3600]);
  });

  test('packets of unsupported interfaces are skipped, with one warning each', async () => {
    const section = new PcapngSection()
      .interface({ linkType: 127 })
      .interface()
      .interface({ linkType: 189 })
      .packet(payload(1), 0n, 0)
      .packet(payload(2), 0n, 1)
      .packet(payload(3), 0n, 2)
      .obsoletePacket(payload(4), 0n, 0)
      .simplePacket(payload(5))
      .packet(payload(6), 0n, 1);
    const result = await readBytes(section.done());
    expect(packetsOf(result)).toEqual([hexOf(payload(2)), hexOf(payload(6))]);
    expect(result.received).toBe(2);
    expect(result.error).toBeUndefined();
    expect(result.warnings).toEqual([
      `${path}: the packets of interface 0 are of an unsupported kind (link type 127) and were skipped.`,
      `${path}: the packets of interface 2 are of an unsupported kind (link type 189) and were skipped.`,
    ]);
  });

  test('a file with unsupported interfaces only is refused', async () => {
    const section = new PcapngSection().interface({ linkType: 127 }).interface({ linkType: 189 });
    expect(await formatError(section.packet(payload(1)).done())).toBe(
      'FILE holds only packets of an unsupported kind (link type 127, 189); capture on an Ethernet, PPP, tunnel or "any" interface.',
    );
  });

  test('an unknown version is refused', async () => {
    expect(await formatError(new PcapngSection(false, [2, 0]).done())).toBe(
      'FILE has version 2.0 of the pcapng format, which cannot be read; save it again as pcapng 1.0 or pcap.',
    );
  });

  test('a file that ends in the middle of a block has a warning', async () => {
    const bytes = new PcapngSection().interface().packet(payload(4)).done();
    expect(await warningsOf(bytes.subarray(0, -1))).toEqual([
      'FILE ends in the middle of a block (at byte 60); everything before it was read.',
    ]);
  });

  /** Of a section with one interface: block at byte 60. */
  const damages: [string, string, (bytes: Buffer) => void][] = [
    [
      'the two lengths of a block there differ',
      'trailer',
      (bytes) => (bytes[bytes.length - 4] = 0),
    ],
    ['a block there claims to be 8 bytes long', 'short', (bytes) => bytes.writeUInt32LE(8, 64)],
    ['a block there claims to be 46 bytes long', 'odd', (bytes) => bytes.writeUInt32LE(46, 64)],
    [
      'a block there claims to be 268435456 bytes long',
      'insane',
      (bytes) => bytes.writeUInt32LE(0x1000_0000, 64),
    ],
    ['a packet there is longer than its block', 'packet', (bytes) => (bytes[60 + 20] = 200)],
    [
      'a packet there belongs to interface 7, which is not described',
      'interface',
      (bytes) => (bytes[60 + 8] = 7),
    ],
    [
      'a section header there tells no byte order',
      'section',
      (bytes) => bytes.writeUInt32LE(0x0a0d0d0a, 60),
    ],
  ];
  test.each(damages)('damage: %s', async (reason, _, damage) => {
    const bytes = new PcapngSection().interface().packet(payload(4)).done();
    damage(bytes);
    expect(await formatError(bytes)).toBe(
      `FILE is damaged at byte 60: ${reason}; everything before it was read.`,
    );
  });

  test('damage: blocks too short for what they are', async () => {
    for (const type of [1, 2, 3, 6]) {
      const bytes = new PcapngSection().interface().block(type, new Uint8Array(0)).done();
      expect(await formatError(bytes)).toMatch('at byte 60: a block there is too short (12 bytes)');
    }
  });

  test('damage: an option that is longer than its block', async () => {
    const body = new Uint8Array(16);
    body.set([9, 0, 5, 0], 8);
    expect(await formatError(new PcapngSection().block(1, body).done())).toMatch(
      'at byte 28: an option of an interface there is longer than its block',
    );
  });
});

describe('time stamps', () => {
  const ticks64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });

  test('equal BigInt arithmetic for every resolution', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 255 }),
        fc.array(ticks64, { minLength: 1, maxLength: 8 }),
        fc.bigInt({ min: -(1n << 40n), max: 1n << 40n }),
        (resolution, ticks, offset) => {
          const timestamps = new Timestamps(resolution, Number(offset));
          for (const at of ticks) {
            const seconds = timestamps.seconds(Number(at >> 32n), Number(at & 0xffff_ffffn));
            expect(seconds).toBe(exactSeconds(resolution, at, offset));
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  test.each([3, 6, 9, 0x80 | 20, 0x80 | 30])(
    'are right at every edge of a second: %i',
    (resolution) => {
      const perSecond =
        resolution > 0x7f ? 2n ** BigInt(resolution & 0x7f) : 10n ** BigInt(resolution);
      const timestamps = new Timestamps(resolution, 0);
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 0xffff_ffff }), (second) => {
          for (const distance of [-1n, 0n, 1n]) {
            const at = BigInt(second) * perSecond + distance;
            const seconds = timestamps.seconds(Number(at >> 32n), Number(at & 0xffff_ffffn));
            expect(seconds).toBe(exactSeconds(resolution, at, 0n));
          }
        }),
      );
    },
  );
});

const pcapWhole = pcapFile(small.map((bytes) => ({ bytes })));
const pcapEnds = [24 + 16 + 20, 24 + 36 + 16, 24 + 36 + 16 + 49];
const pcapngParts = small.map((bytes) => new PcapngSection(false).interface().packet(bytes).done());
const pcapngWhole = Buffer.concat(pcapngParts);
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

describe('gzip', () => {
  const packets = Array.from({ length: 20_000 }, (_, index) => ({ bytes: payload(100, index) }));
  const whole = pcapFile(packets);
  const packed = gzipSync(whole);

  test('is unpacked on the way', async () => {
    for (const chunkBytes of [undefined, 1000, 3]) {
      const bytes = chunkBytes === 3 ? gzipSync(pcapWhole) : packed;
      const expected = chunkBytes === 3 ? small : packets.map((packet) => packet.bytes);
      const result = await readBytes(bytes, chunkBytes);
      expect(result.error).toBeUndefined();
      expect(packetsOf(result)).toEqual(expected.map(hexOf));
    }
  });

  test('in several members', async () => {
    const bytes = Buffer.concat(pcapngParts.map((part) => gzipSync(part)));
    expect(packetsOf(await readBytes(bytes))).toEqual(small.map(hexOf));
  });

  test('progress counts the packed bytes', async () => {
    const told: [number, number | undefined][] = [];
    writeFileSync(path, packed);
    await read({ path, onProgress: (bytes, total) => told.push([bytes, total]) });
    expect(told.at(-1)).toEqual([packed.length, packed.length]);
  });

  test('that was cut gives all it has', async () => {
    const result = await readBytes(packed.subarray(0, packed.length >> 1));
    expect(result.error).toBeUndefined();
    expect(result.packets.length).toBeGreaterThan(1000);
    expect(packetsOf(result)).toEqual(
      packets.slice(0, result.packets.length).map((packet) => hexOf(packet.bytes)),
    );
    expect(result.warnings).toHaveLength(1);
    expect(result.warnings[0]).toMatch(/ends in the middle of a packet/);
  });

  test('that is damaged is refused', async () => {
    const bytes = Buffer.from(packed);
    bytes.fill(0xff, 20, 60);
    expect(await formatError(bytes)).toMatch(
      /^FILE is a damaged gzip file \(.+\); everything before the damage was read\.$/,
    );
  });

  test('is unpacked once only', async () => {
    expect(await formatError(gzipSync(packed))).toBe(
      'FILE is not a capture file; name a file in pcap or pcapng format.',
    );
  });
});

describe('files that cannot be read', () => {
  test('a missing one', async () => {
    const missing = join(directory, 'missing.pcap');
    expect((await startError(missing)).message).toBe(
      `${missing} cannot be opened: there is no such file; check the path.`,
    );
  });

  test('a directory', async () => {
    expect((await startError(directory)).message).toBe(
      `${directory} is a directory, not a capture file; name a pcap or pcapng file or pipe one in.`,
    );
  });
});

function makeFifo(): string {
  const fifo = join(directory, `fifo-${fifos++}`);
  spawnSync('env', ['mkfifo', fifo]);
  return fifo;
}

describe('pipes', () => {
  const packets = Array.from({ length: 5000 }, (_, index) => ({ bytes: payload(100, index) }));
  const whole = pcapFile(packets);

  test.each([
    ['plain', whole],
    ['gzip', gzipSync(whole)],
  ])('a named pipe, %s', async (_, bytes) => {
    const fifo = makeFifo();
    const totals = new Set<number | undefined>();
    const [result] = await Promise.all([
      read({ path: fifo, onProgress: (_bytes, total) => totals.add(total) }),
      writeFile(fifo, bytes),
    ]);
    expect(result.error).toBeUndefined();
    expect(packetsOf(result)).toEqual(packets.map((packet) => hexOf(packet.bytes)));
    expect([...totals]).toEqual([undefined]);
  });

  test('a named pipe that nobody writes to can be stopped', async () => {
    const source = openPcapFile({ path: makeFifo() });
    await source.start(() => {});
    await source.stop();
    await source.ended;
    expect(source.warnings).toEqual([]);
  });

  test('packets come while the pipe is still open', async () => {
    const fifo = makeFifo();
    const writer = openSync(fifo, 'r+');
    onTestFinished(() => closeSync(writer));
    const source = openPcapFile({ path: fifo });
    onTestFinished(() => source.stop());
    const first = new Promise<number>((resolve) => {
      void source.start((frame) => resolve(frame.capturedBytes));
    });
    writeSync(writer, pcapHeader());
    writeSync(writer, pcapRecord({ bytes: payload(42) }));
    expect(await first).toBe(42);
  });
});

describe('standard input', () => {
  const script = join(directory, 'read-stdin.mjs');
  const root = process.cwd();
  beforeAll(() => {
    writeFileSync(
      script,
      `import { createRequire } from 'node:module';
       const { runnerImport } = await import(createRequire('${root}/package.json').resolve('vite'));
       const { module } = await runnerImport('${root}/src/capture/pcap-file/pcap-file.ts');
       const source = module.openPcapFile({ path: '-' });
       let bytes = 0;
       await source.start((frame) => (bytes += frame.capturedBytes));
       const error = await source.ended.then(() => '', (reason) => reason.message);
       console.log(JSON.stringify({ bytes, counters: source.counters(), error }));`,
    );
  });
  const counters = [{ name: 'standard input', up: false, received: 2000, dropped: 0 }];
  const whole = pcapFile(Array.from({ length: 2000 }, () => ({ bytes: payload(500) })));

  test('a pipe', () => {
    const { stdout } = spawnSync(process.execPath, [script], { input: whole, encoding: 'utf8' });
    expect(JSON.parse(stdout)).toEqual({ bytes: 1_000_000, counters, error: '' });
  });

  test('a file', () => {
    writeFileSync(path, whole);
    const input = openSync(path, 'r');
    onTestFinished(() => closeSync(input));
    const { stdout } = spawnSync(process.execPath, [script], {
      stdio: [input, 'pipe', 'inherit'],
      encoding: 'utf8',
    });
    expect(JSON.parse(stdout)).toEqual({ bytes: 1_000_000, counters, error: '' });
  });

  test('nothing', () => {
    const { stdout } = spawnSync(process.execPath, [script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
    });
    expect(JSON.parse(stdout)).toMatchObject({
      bytes: 0,
      error: 'standard input is empty; name a file in pcap or pcapng format.',
    });
  });
});

test('stop from within the sink ends the source before the file does', async () => {
  writeFileSync(path, pcapFile(Array.from({ length: 1000 }, () => ({ bytes: payload(100) }))));
  const source = openPcapFile({ path, chunkBytes: 1000 });
  const stops: Promise<void>[] = [];
  await source.start(() => {
    if (stops.length === 0) stops.push(source.stop());
  });
  await source.ended;
  await Promise.all(stops);
  expect(source.counters()).toEqual([{ name: path, up: false, received: 8, dropped: 0 }]);
  expect(source.warnings).toEqual([]);
});

sourceContract('a pcap file', () => {
  writeFileSync(path, pcapFile(small.map((bytes) => ({ bytes }))));
  return { source: openPcapFile({ path }), feed: () => Promise.resolve(), expected: small };
});

sourceContract('a pcapng file in small chunks', () => {
  writeFileSync(path, pcapngWhole);
  const source = openPcapFile({ path, chunkBytes: 10 });
  return { source, feed: () => Promise.resolve(), expected: small };
});

sourceContract('a named pipe that stays open', () => {
  const fifo = makeFifo();
  const writer = openSync(fifo, 'r+');
  onTestFinished(() => closeSync(writer));
  const feed = async () => void writeSync(writer, pcapWhole);
  return { source: openPcapFile({ path: fifo }), feed, expected: small };
});
