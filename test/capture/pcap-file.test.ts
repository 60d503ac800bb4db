import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Timestamps } from '../../src/capture/pcap-file/timestamp.ts';
import { pcapFile, pcapHeader, PcapngSection } from '../support/capture-file.ts';
import { path, readBytes, formatError, payload, hexOf, packetsOf } from './read-file.ts';

const SECONDS = 1_800_000_000;

async function warningsOf(bytes: Uint8Array): Promise<string[]> {
  const { error, warnings } = await readBytes(bytes);
  expect(error).toBeUndefined();
  return warnings.map((warning) => warning.replaceAll(path, 'FILE'));
}

/** Whole seconds, as the file format defines them. */
function exactSeconds(resolution: number, ticks: bigint, offset: bigint): number {
  const exponent = BigInt(resolution & 0x7f);
  const perSecond = resolution > 0x7f ? 2n ** exponent : 10n ** exponent;
  const seconds = ticks / perSecond + offset;
  return Number(seconds < 0n ? 0n : seconds > 0xffff_ffffn ? 0xffff_ffffn : seconds);
}

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
