import { formatMac, IPV4_MARK, type AddressWords } from '../model/address.ts';

/** Not fatal: broken UTF-8 becomes U+FFFD, so that decoding cannot throw. */
const utf8 = new TextDecoder('utf-8');

/** The MAC address in the 6 bytes at `at`, or undefined where it is no single device's (group address, all zero). */
export function macAt(view: DataView, at: number): string | undefined {
  const high = view.getUint16(at);
  const low = view.getUint32(at + 2);
  const isGroup = (high & 0x0100) !== 0;
  return isGroup || (high === 0 && low === 0) ? undefined : formatMac(high, low);
}

/**
 * The IPv4 address in the 4 bytes at `at`, or undefined where no device can have it (RFC 6890: "this" network,
 * loopback, multicast, reserved and broadcast).
 */
export function ipv4At(view: DataView, at: number): AddressWords | undefined {
  const address = view.getInt32(at);
  const first = address >>> 24;
  const isUnicast = first !== 0 && first !== 127 && first < 224;
  return isUnicast ? [0, 0, IPV4_MARK, address] : undefined;
}

/** The IPv6 address in the 16 bytes at `at`, or undefined where no device can have it. */
export function ipv6At(view: DataView, at: number): AddressWords | undefined {
  const words: AddressWords = [
    view.getInt32(at),
    view.getInt32(at + 4),
    view.getInt32(at + 8),
    view.getInt32(at + 12),
  ];
  return isIpv6Unicast(words) ? words : undefined;
}

/** Not multicast, and not in ::/32, which holds the unspecified, loopback and IPv4-mapped addresses (RFC 4291). */
export function isIpv6Unicast(words: AddressWords): boolean {
  return words[0] !== 0 && words[0] >>> 24 !== 0xff;
}

/** The bytes from `start` to `end` as UTF-8; bytes that are not become U+FFFD. */
export function textAt(view: DataView, start: number, end: number): string {
  return utf8.decode(new Uint8Array(view.buffer, view.byteOffset + start, end - start));
}
