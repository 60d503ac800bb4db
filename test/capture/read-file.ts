import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { AppError } from '../../src/base/errors.ts';
import { openPcapFile, type PcapFileOptions } from '../../src/capture/pcap-file/pcap-file.ts';

export const directory = mkdtempSync(join(tmpdir(), 'pcap-file-'));

export const path = join(directory, 'capture.pcap');

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
export async function read(options: PcapFileOptions): Promise<ReadResult> {
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

export async function readBytes(bytes: Uint8Array, chunkBytes?: number): Promise<ReadResult> {
  writeFileSync(path, bytes);
  return read(chunkBytes === undefined ? { path } : { path, chunkBytes });
}

/** The sentence of a FILE_FORMAT error, with the file called FILE. */
export async function formatError(bytes: Uint8Array): Promise<string> {
  const { error } = await readBytes(bytes);
  expect(error).toBeInstanceOf(AppError);
  expect((error as AppError).code).toBe('FILE_FORMAT');
  return (error as AppError).message.replaceAll(path, 'FILE');
}

/** `count` bytes that differ from packet to packet. */
export function payload(count: number, first = 0): Uint8Array {
  return Uint8Array.from({ length: count }, (_, index) => (first + index) & 0xff);
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

export function packetsOf(result: ReadResult): string[] {
  return result.packets.map((packet) => packet.hex);
}
