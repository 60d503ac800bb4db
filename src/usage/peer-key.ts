import { formatAddress, IPV4_MARK } from '../model/address.ts';

/** An IPv4 address as a number, an IPv6 address as text: numbers are the cheaper keys and the common case. */
export type PeerKey = number | string;

/** Key of the address in four words at `offset`. */
export function peerKey(words: Uint32Array, offset: number): PeerKey {
  const isIpv4 = words[offset + 2] === IPV4_MARK && words[offset] === 0 && words[offset + 1] === 0;
  return isIpv4 ? (words[offset + 3] as number) : formatAddress(words, offset);
}

export function formatPeerKey(key: PeerKey): string {
  return typeof key === 'string' ? key : formatAddress([0, 0, IPV4_MARK, key]);
}
