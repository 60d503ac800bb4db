import { closeSync, openSync, readSync } from 'node:fs';

/** What a write-ahead log holds (sqlite.org/fileformat2.html, section 4). */
export interface WalFrames {
  pageBytes: number;
  /** Pages written, each time anew. */
  frames: number;
  /** Pages that differ. */
  pages: number;
  commits: number;
}

const HEADER_BYTES = 32;
export const FRAME_HEADER_BYTES = 24;
/** The lowest bit tells the byte order of the checksums. */
const MAGIC = 0x377f0682;

/** Counts the frames since the log began anew; undefined where there is no log. */
export function readWalFrames(path: string): WalFrames | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    return countFrames(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function countFrames(descriptor: number): WalFrames | undefined {
  const header = Buffer.alloc(HEADER_BYTES);
  if (readSync(descriptor, header, 0, HEADER_BYTES, 0) < HEADER_BYTES) return undefined;
  if ((header.readUInt32BE(0) & ~1) !== MAGIC) return undefined;
  const pageBytes = header.readUInt32BE(8);
  const salts = header.subarray(16, 24);
  const seen = new Set<number>();
  const frame = Buffer.alloc(FRAME_HEADER_BYTES);
  let frames = 0;
  let commits = 0;
  for (let at = HEADER_BYTES; ; at += FRAME_HEADER_BYTES + pageBytes) {
    const length = readSync(descriptor, frame, 0, FRAME_HEADER_BYTES, at);
    // Frames of other salts are left from before the log began anew.
    if (length < FRAME_HEADER_BYTES || !frame.subarray(8, 16).equals(salts)) break;
    frames++;
    seen.add(frame.readUInt32BE(0));
    if (frame.readUInt32BE(4) !== 0) commits++;
  }
  return { pageBytes, frames, pages: seen.size, commits };
}
