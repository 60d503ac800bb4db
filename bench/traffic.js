/** Writes a capture file of a home's traffic and says exactly what a meter ought to find in it: see README.md. */
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { argv, stderr, stdout } from 'node:process';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { HEAD_BYTES } from './frame.js';
import { createPacketStream, mixes } from './packet-stream.js';

const CHUNK_BYTES = 4 << 20;
const RECORD_HEADER_BYTES = 16;
/** 2026-01-15 01:00:00 UTC: far from midnight for most people, and from the next hour for all short files. */
const START_SECONDS = 1_768_438_800;

/**
 * Classic pcap in microseconds, little-endian (draft-ietf-opsawg-pcap section 4); timestamps advance by 1/rate.
 *
 * @param {{ path: string, packets: number, snapBytes: number, packetsPerSecond: number, seed: number, mix: string }} options
 * @returns {import('./usage.js').Truth}
 */
export function writeCaptureFile({ path, packets, snapBytes, packetsPerSecond, seed, mix }) {
  const { heads, frameBytes, next, truthOf } = createPacketStream({ seed, mix });
  const counts = new Float64Array(frameBytes.length);
  const chunk = Buffer.alloc(CHUNK_BYTES);
  const file = openSync(path, 'w');
  let used = writeFileHeader(chunk, snapBytes);
  for (let packet = 0; packet < packets; packet++) {
    if (used > CHUNK_BYTES - RECORD_HEADER_BYTES - snapBytes) {
      writeSync(file, chunk, 0, used);
      used = 0;
    }
    const frame = next();
    counts[frame]++;
    const captured = Math.min(frameBytes[frame], snapBytes);
    const seconds = Math.floor(packet / packetsPerSecond);
    const microseconds = Math.floor(
      ((packet - seconds * packetsPerSecond) * 1e6) / packetsPerSecond,
    );
    chunk.writeUInt32LE(START_SECONDS + seconds, used);
    chunk.writeUInt32LE(microseconds, used + 4);
    chunk.writeUInt32LE(captured, used + 8);
    chunk.writeUInt32LE(frameBytes[frame], used + 12);
    used += RECORD_HEADER_BYTES;
    const copied = Math.min(captured, HEAD_BYTES);
    heads.copy(chunk, used, frame * HEAD_BYTES, frame * HEAD_BYTES + copied);
    if (captured > copied) chunk.fill(0, used + copied, used + captured);
    used += captured;
  }
  writeSync(file, chunk, 0, used);
  closeSync(file);
  return truthOf(counts);
}

/** @param {Buffer} chunk @param {number} snapBytes */
function writeFileHeader(chunk, snapBytes) {
  chunk.writeUInt32LE(0xa1b2c3d4, 0);
  chunk.writeUInt16LE(2, 4);
  chunk.writeUInt16LE(4, 6);
  chunk.writeUInt32LE(snapBytes, 16);
  chunk.writeUInt32LE(1, 20);
  return 24;
}

function main() {
  const { values } = parseArgs({
    options: {
      packets: { type: 'string', default: '1000000' },
      snap: { type: 'string', default: '128' },
      rate: { type: 'string', default: '20000' },
      seed: { type: 'string', default: '1' },
      mix: { type: 'string', default: 'home' },
      out: { type: 'string' },
      truth: { type: 'string' },
    },
  });
  if (values.out === undefined || !mixes.includes(values.mix)) {
    stderr.write(
      'Usage: node bench/traffic.js --out FILE [--truth FILE] [--packets N] [--snap BYTES] ' +
        `[--rate PACKETS_PER_SECOND] [--seed N] [--mix ${mixes.join('|')}]\n`,
    );
    process.exitCode = 2;
    return;
  }
  const truth = writeCaptureFile({
    path: values.out,
    packets: Number(values.packets),
    snapBytes: Number(values.snap),
    packetsPerSecond: Number(values.rate),
    seed: Number(values.seed),
    mix: values.mix,
  });
  const text = `${JSON.stringify(truth, undefined, 2)}\n`;
  if (values.truth === undefined) stdout.write(text);
  else writeFileSync(values.truth, text);
}

if (argv[1] !== undefined && import.meta.url === pathToFileURL(argv[1]).href) main();
