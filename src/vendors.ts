import { openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isRandomisedMac } from './model/address.ts';

const database = createRequire(import.meta.url).resolve('oui-data');
/** The registry divides some blocks among several makers: the longest entry, in digits, is the right one. */
const entryDigits = [9, 7, 6];
const BLOCK_BYTES = 4096;
/** More than any entry has, and less than a block. */
const ENTRY_BYTES = 1024;
const BEFORE_DIGITS = '\n "';
/** What was read last. */
const buffer = Buffer.allocUnsafe(BLOCK_BYTES + ENTRY_BYTES);

/**
 * The IEEE registry on disk: one line for each entry, in the order of `compare`. Parsed, it would occupy 30 MB for a
 * question that is asked once for each new device; searched from its beginning, strangers with made-up addresses could
 * keep the daemon busy.
 */
interface Entries {
  file: number;
  /** Digits of the first entry that begins in each block of the file. */
  firsts: string[];
}

let entries: Entries | undefined;

/** Manufacturer of a MAC address by the IEEE registry, or undefined. */
export function vendorOf(mac: string): string | undefined {
  if (isRandomisedMac(mac)) return undefined;
  entries ??= openEntries();
  const digits = mac.replaceAll(':', '').toUpperCase();
  for (const length of entryDigits) {
    const vendor = firstLineOf(entries, digits.slice(0, length));
    if (vendor !== undefined) return vendor;
  }
  return undefined;
}

function openEntries(): Entries {
  const file = openSync(database, 'r');
  const firsts: string[] = [];
  for (;;) {
    const piece = read(file, firsts.length * BLOCK_BYTES, ENTRY_BYTES);
    const at = piece.indexOf(BEFORE_DIGITS);
    if (at < 0) return { file, firsts };
    const start = at + BEFORE_DIGITS.length;
    firsts.push(piece.toString('latin1', start, piece.indexOf('"', start)));
  }
}

/** The name of the maker, which is the first line of its entry. */
function firstLineOf({ file, firsts }: Entries, digits: string): string | undefined {
  const block = lastNotAfter(firsts, digits);
  const piece = read(file, block * BLOCK_BYTES, BLOCK_BYTES + ENTRY_BYTES);
  const key = `${BEFORE_DIGITS}${digits}": `;
  const at = piece.indexOf(key);
  if (at < 0) return undefined;
  const start = at + key.length;
  const entry: unknown = JSON.parse(piece.toString('utf8', start, endOfString(piece, start)));
  return typeof entry === 'string' ? entry.split('\n', 1)[0] : undefined;
}

/** Index of the last element that does not come after `digits`; 0 where all do. */
function lastNotAfter(sorted: readonly string[], digits: string): number {
  let [low, high] = [0, sorted.length];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (compare(sorted[middle] ?? '', digits) > 0) high = middle;
    else low = middle;
  }
  return low;
}

/** All entries of 6 digits come first, then those of 7 and of 9. */
function compare(left: string, right: string): number {
  if (left.length !== right.length) return left.length - right.length;
  return left < right ? -1 : Number(left > right);
}

function read(file: number, start: number, length: number): Buffer {
  return buffer.subarray(0, readSync(file, buffer, 0, length, start));
}

/** One past the closing quote of the JSON string that starts at `start`. */
function endOfString(piece: Buffer, start: number): number {
  let at = start + 1;
  while (piece[at] !== 0x22 && at < piece.length) at += piece[at] === 0x5c ? 2 : 1;
  return at + 1;
}
