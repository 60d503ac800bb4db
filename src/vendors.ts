import { closeSync, openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isRandomisedMac } from './model/address.ts';

const database = createRequire(import.meta.url).resolve('oui-data');
/** The registry divides some blocks among several makers: the longest entry, in digits, is the right one. */
const entryDigits = [9, 7, 6];
const PIECE_BYTES = 64 * 1024;
/** More than any entry has; so much of a piece is seen again in the next one. */
const ENTRY_BYTES = 4096;

/**
 * Manufacturer of a MAC address by the IEEE registry, or undefined. The file is searched piece by piece: parsed, it would
 * occupy 30 MB for a question that is asked once for each new device.
 */
export function vendorOf(mac: string): string | undefined {
  if (isRandomisedMac(mac)) return undefined;
  const file = openSync(database, 'r');
  try {
    return search(file, mac.replaceAll(':', '').toUpperCase());
  } finally {
    closeSync(file);
  }
}

/** First line of the entry for the address of these 12 digits. */
function search(file: number, digits: string): string | undefined {
  const buffer = Buffer.allocUnsafe(PIECE_BYTES);
  let found: string | undefined;
  let foundDigits = 0;
  for (let start = 0; ; start += PIECE_BYTES - ENTRY_BYTES) {
    const piece = buffer.subarray(0, readSync(file, buffer, 0, PIECE_BYTES, start));
    if (piece.length === 0) return found;
    if (!piece.includes(`"${digits.slice(0, 6)}`)) continue;
    for (const length of entryDigits.filter((each) => each > foundDigits)) {
      const entry = entryOf(piece, digits.slice(0, length));
      if (entry === undefined) continue;
      found = entry.split('\n', 1)[0];
      foundDigits = length;
      break;
    }
  }
}

/** The entry, if all of it is in this piece of the file. */
function entryOf(piece: Buffer, digits: string): string | undefined {
  const key = `"${digits}":`;
  const at = piece.indexOf(key);
  if (at < 0) return undefined;
  const start = piece.indexOf('"', at + key.length);
  const end = endOfString(piece, start);
  if (start < 0 || end > piece.length) return undefined;
  const entry: unknown = JSON.parse(piece.toString('utf8', start, end));
  return typeof entry === 'string' ? entry : undefined;
}

/** One past the closing quote of the JSON string that starts at `start`; beyond the piece where that does not end in it. */
function endOfString(piece: Buffer, start: number): number {
  let at = start + 1;
  while (piece[at] !== 0x22 && at < piece.length) at += piece[at] === 0x5c ? 2 : 1;
  return at + 1;
}
