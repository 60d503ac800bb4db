import { spawnSync } from 'node:child_process';
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { AppError } from '../../src/base/errors.ts';
import { openPcapFile } from '../../src/capture/pcap-file/pcap-file.ts';
import { pcapFile, pcapHeader, pcapRecord } from '../support/capture-file.ts';
import { sourceContract } from './source-contract.ts';
import {
  directory,
  path,
  read,
  readBytes,
  formatError,
  payload,
  hexOf,
  packetsOf,
} from './read-file.ts';
import { small, pcapWhole, pcapngParts, pcapngWhole } from './small-files.ts';

let fifos = 0;

/** What `start` rejects with; the source can still be stopped. */
async function startError(file: string): Promise<AppError> {
  const source = openPcapFile({ path: file });
  const error: unknown = await source.start(() => {}).catch((reason: unknown) => reason);
  await source.ended;
  await source.stop();
  expect((error as AppError).code).toBe('FILE_UNREADABLE');
  return error as AppError;
}

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
