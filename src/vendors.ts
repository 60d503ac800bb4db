import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isRandomisedMac } from './model/address.ts';

const database = createRequire(import.meta.url).resolve('oui-data');

/**
 * Manufacturer of a MAC address by the IEEE registry, or undefined. The file is searched as it is: parsed, it would
 * occupy 30 MB for a question that is asked once for each new device.
 */
export function vendorOf(mac: string): string | undefined {
  if (isRandomisedMac(mac)) return undefined;
  const file = readFileSync(database);
  const digits = mac.replaceAll(':', '').toUpperCase();
  // Some blocks are divided among several makers: the longest entry is the right one.
  for (const length of [9, 7, 6]) {
    const entry = entryOf(file, digits.slice(0, length));
    if (entry !== undefined) return entry.split('\n', 1)[0];
  }
  return undefined;
}

function entryOf(file: Buffer, digits: string): string | undefined {
  const key = `"${digits}":`;
  const at = file.indexOf(key);
  if (at < 0) return undefined;
  const start = file.indexOf('"', at + key.length);
  const entry: unknown = JSON.parse(file.toString('utf8', start, endOfString(file, start)));
  return typeof entry === 'string' ? entry : undefined;
}

/** One past the closing quote of the JSON string that starts at `start`. */
function endOfString(file: Buffer, start: number): number {
  let at = start + 1;
  while (file[at] !== 0x22 && at < file.length) at += file[at] === 0x5c ? 2 : 1;
  return at + 1;
}
