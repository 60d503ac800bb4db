import { createRequire } from 'node:module';
import type ipaddrPackage from 'ipaddr.js';

/** In an `import`, Node would search the package for the names it exports: longer than all its other work at each start. */
const ipaddr = createRequire(import.meta.url)('ipaddr.js') as typeof ipaddrPackage;

/**
 * An IP address is four 32-bit words, most significant first, as signed integers (what the engine computes with without
 * boxing); an IPv4 address is written as its IPv4-mapped IPv6
 * address `::ffff:a.b.c.d` (RFC 4291 section 2.5.5.2), so that one table and one comparison serve both families.
 */
export type AddressWords = readonly [number, number, number, number];

/** Third word of every IPv4-mapped address. */
export const IPV4_MARK = 0xffff;

/** Text of the address in `words[offset..offset+3]`: dotted for IPv4, RFC 5952 for IPv6. */
export function formatAddress(words: ArrayLike<number>, offset = 0): string {
  const a = words[offset] ?? 0;
  const b = words[offset + 1] ?? 0;
  const c = words[offset + 2] ?? 0;
  const d = words[offset + 3] ?? 0;
  if (isIpv4(a, b, c)) return `${d >>> 24}.${(d >>> 16) & 255}.${(d >>> 8) & 255}.${d & 255}`;
  return formatIpv6([
    a >>> 16,
    a & 0xffff,
    b >>> 16,
    b & 0xffff,
    c >>> 16,
    c & 0xffff,
    d >>> 16,
    d & 0xffff,
  ]);
}

/** RFC 5952 of eight groups. Written here, for a checkpoint may have a hundred thousand to tell. */
function formatIpv6(groups: readonly number[]): string {
  let longest = 1;
  let start = -1;
  let zeros = 0;
  for (let index = 0; index < 8; index++) {
    zeros = groups[index] === 0 ? zeros + 1 : 0;
    if (zeros <= longest) continue;
    longest = zeros;
    start = index + 1 - zeros;
  }
  if (start < 0) return hexadecimal(groups);
  return `${hexadecimal(groups.slice(0, start))}::${hexadecimal(groups.slice(start + longest))}`;
}

function hexadecimal(groups: readonly number[]): string {
  return groups.map((group) => group.toString(16)).join(':');
}

/** The words of an address in text (no zone), or undefined where the text is not an address. */
export function parseAddress(text: string): AddressWords | undefined {
  // The package finds out by exceptions what is not valid: asking the right family first is a hundred times faster.
  const isValid = text.includes(':')
    ? ipaddr.IPv6.isValid(text)
    : ipaddr.IPv4.isValidFourPartDecimal(text);
  if (!isValid) return undefined;
  const bytes = ipaddr.parse(text).toByteArray();
  const words =
    bytes.length === 4
      ? [0, 0, IPV4_MARK, wordAt(bytes, 0)]
      : [0, 4, 8, 12].map((at) => wordAt(bytes, at));
  return words as unknown as AddressWords;
}

/** A prefix `address/length` in text; `bits` counts in the 128-bit form, so `10.0.0.0/8` has 104. */
export function parsePrefix(text: string): { words: AddressWords; bits: number } | undefined {
  const [address = '', length, extra] = text.split('/');
  const words = parseAddress(address);
  if (words === undefined || extra !== undefined) return undefined;
  const width = isIpv4(words[0], words[1], words[2]) && !address.includes(':') ? 32 : 128;
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return undefined;
  const prefixLength = length === undefined ? width : Number(length);
  return prefixLength <= width ? { words, bits: 128 - width + prefixLength } : undefined;
}

export function isIpv4(a: number, b: number, c: number): boolean {
  return c === IPV4_MARK && a === 0 && b === 0;
}

/** `aa:bb:cc:dd:ee:ff` of a MAC address given as its upper 16 and lower 32 bits. */
export function formatMac(high: number, low: number): string {
  const digits = high.toString(16).padStart(4, '0') + (low >>> 0).toString(16).padStart(8, '0');
  return digits.replace(/..(?!$)/g, '$&:');
}

/** Upper 16 and lower 32 bits (signed) of a MAC address in text (`aa:bb:...`, `aa-bb-...` or 12 digits), or undefined. */
export function parseMac(text: string): { high: number; low: number } | undefined {
  const digits = text.replace(/[:-]/g, '');
  if (!/^[0-9a-f]{12}$/i.test(digits)) return undefined;
  return {
    high: Number.parseInt(digits.slice(0, 4), 16),
    low: Number.parseInt(digits.slice(4), 16),
  };
}

/** Locally administered unicast addresses (IEEE 802 U/L bit): what phones use to hide their own. */
export function isRandomisedMac(mac: string): boolean {
  return (Number.parseInt(mac.slice(0, 2), 16) & 0b11) === 0b10;
}

function wordAt(bytes: readonly number[], at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(at, at + 4);
  return (a << 24) | (b << 16) | (c << 8) | d;
}
