import { formatAddress, IPV4_MARK } from '../model/address.ts';

/**
 * An IPv4 address as a number, an IPv6 address as a string of its eight 16-bit groups: numbers are the cheaper keys and
 * the common case, and text is dear to make for addresses that mostly come again.
 */
export type PeerKey = number | string;

/** Key of the address in four words at `offset`. */
export function peerKey(words: Uint32Array, offset: number): PeerKey {
  const a = words[offset] as number;
  const b = words[offset + 1] as number;
  const c = words[offset + 2] as number;
  const d = words[offset + 3] as number;
  if (c === IPV4_MARK && a === 0 && b === 0) return d;
  // Each code unit takes the lower 16 bits of its number.
  return String.fromCharCode(a >>> 16, a, b >>> 16, b, c >>> 16, c, d >>> 16, d);
}

/** The address as text. */
export function formatPeerKey(key: PeerKey): string {
  if (typeof key === 'number') return formatAddress([0, 0, IPV4_MARK, key]);
  const word = (at: number) => (key.charCodeAt(at) << 16) | key.charCodeAt(at + 1);
  return formatAddress([word(0), word(2), word(4), word(6)]);
}
