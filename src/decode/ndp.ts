import { formatAddress, type AddressWords } from '../model/address.ts';
import { ipv6At, isIpv6Unicast, macAt } from './field.ts';

/** Who sent the IPv6 packet around a message. */
export interface NdpSource {
  address: AddressWords;
  /** The frame's source MAC address, `aa:bb:cc:dd:ee:ff`, where the link has them. */
  mac: string | undefined;
}

/** A prefix; its bits beyond the first `bits` have no meaning. */
interface NdpPrefix {
  words: AddressWords;
  bits: number;
}

/** What a neighbour discovery message tells. */
export interface NdpNews {
  /** A device and its address; both or none. */
  mac?: string;
  ip?: string;
  /** The device offers itself as a default router. */
  router: boolean;
  /** Prefixes the router says are used on this link. */
  prefixes: NdpPrefix[];
  /** A global or unique local address that the sender shows to be its own; of others' addresses anybody may speak. */
  neighbour?: AddressWords;
}

const ROUTER_SOLICITATION = 133;
const ROUTER_ADVERTISEMENT = 134;
const NEIGHBOUR_SOLICITATION = 135;
const NEIGHBOUR_ADVERTISEMENT = 136;

/** Bytes before the options. */
const fixedBytes: Readonly<Record<number, number>> = {
  [ROUTER_SOLICITATION]: 8,
  [ROUTER_ADVERTISEMENT]: 16,
  [NEIGHBOUR_SOLICITATION]: 24,
  [NEIGHBOUR_ADVERTISEMENT]: 24,
};

const SOURCE_LINK_ADDRESS = 1;
const TARGET_LINK_ADDRESS = 2;
const PREFIX_INFORMATION = 3;
const ON_LINK_OR_AUTONOMOUS = 0xc0;
/** No provider gives a home more than this; a shorter prefix would make strangers local. */
const PREFIX_BITS_LEAST = 48;
const PREFIXES_LIMIT = 16;

/**
 * Decodes the ICMPv6 message from `start` to `end`: router and neighbour solicitations and advertisements (RFC 4861
 * section 4). Undefined for other messages, for malformed ones, and where nothing is learned. The caller has checked
 * the hop limit of 255, which proves that the sender is on the link.
 */
export function decodeNdp(
  view: DataView,
  start: number,
  end: number,
  source: NdpSource,
): NdpNews | undefined {
  if (end - start < 8 || view.getUint8(start + 1) !== 0) return undefined;
  const type = view.getUint8(start);
  const optionsStart = start + (fixedBytes[type] ?? Infinity);
  if (optionsStart > end) return undefined;
  const options = decodeOptions(view, optionsStart, end);
  if (options === undefined) return undefined;
  switch (type) {
    case ROUTER_SOLICITATION:
      return claim(options.sourceMac, source.address);
    case ROUTER_ADVERTISEMENT:
      return advertisedRouter(source, options, view.getUint16(start + 6));
    case NEIGHBOUR_SOLICITATION:
      // Without a unicast target the message is malformed (RFC 4861 section 7.1).
      if (ipv6At(view, start + 8) === undefined) return undefined;
      return withNeighbour(claim(options.sourceMac, source.address), source.address);
    default:
      return advertisedNeighbour(source, options, ipv6At(view, start + 8));
  }
}

interface Options {
  sourceMac: string | undefined;
  targetMac: string | undefined;
  prefixes: NdpPrefix[];
}

/** RFC 4861 section 4.6; an option of length 0 or beyond the end spoils the message (section 6.1). */
function decodeOptions(view: DataView, start: number, end: number): Options | undefined {
  const options: Options = { sourceMac: undefined, targetMac: undefined, prefixes: [] };
  for (let at = start; at < end;) {
    if (at + 2 > end) return undefined;
    const bytes = view.getUint8(at + 1) * 8;
    if (bytes === 0 || at + bytes > end) return undefined;
    decodeOption(view, at, bytes, options);
    at += bytes;
  }
  return options;
}

function decodeOption(view: DataView, at: number, bytes: number, options: Options): void {
  const type = view.getUint8(at);
  if (type === SOURCE_LINK_ADDRESS && bytes === 8) options.sourceMac = macAt(view, at + 2);
  if (type === TARGET_LINK_ADDRESS && bytes === 8) options.targetMac = macAt(view, at + 2);
  if (type === PREFIX_INFORMATION && bytes === 32 && options.prefixes.length < PREFIXES_LIMIT) {
    const prefix = decodePrefix(view, at);
    if (prefix !== undefined) options.prefixes.push(prefix);
  }
}

/** RFC 4861 section 4.6.2. */
function decodePrefix(view: DataView, at: number): NdpPrefix | undefined {
  const bits = view.getUint8(at + 2);
  const isUsed = (view.getUint8(at + 3) & ON_LINK_OR_AUTONOMOUS) !== 0;
  const validSeconds = view.getUint32(at + 4);
  const words = ipv6At(view, at + 16);
  if (!isUsed || validSeconds === 0 || bits < PREFIX_BITS_LEAST || bits > 128) return undefined;
  return words !== undefined && isBeyondLink(words) ? { words, bits } : undefined;
}

/** The source of an advertisement must be link-local (RFC 4861 section 6.1.2). */
function advertisedRouter(
  source: NdpSource,
  options: Options,
  lifetimeSeconds: number,
): NdpNews | undefined {
  if (source.address[0] >>> 22 !== 0xfe80_0000 >>> 22) return undefined;
  const news: NdpNews = {
    ...claim(options.sourceMac ?? source.mac, source.address),
    router: lifetimeSeconds > 0,
    prefixes: options.prefixes,
  };
  return news.mac !== undefined || news.router || news.prefixes.length > 0 ? news : undefined;
}

function advertisedNeighbour(
  source: NdpSource,
  options: Options,
  target: AddressWords | undefined,
): NdpNews | undefined {
  const news = claim(options.targetMac ?? source.mac, target);
  const isOwn = target?.every((word, index) => word === source.address[index]) === true;
  return isOwn ? withNeighbour(news, target) : news;
}

function claim(mac: string | undefined, address: AddressWords | undefined): NdpNews | undefined {
  if (mac === undefined || address === undefined || !isIpv6Unicast(address)) return undefined;
  return { mac, ip: formatAddress(address), router: false, prefixes: [] };
}

function withNeighbour(news: NdpNews | undefined, address: AddressWords): NdpNews | undefined {
  return isBeyondLink(address)
    ? { router: false, prefixes: [], ...news, neighbour: address }
    : news;
}

/** Global unicast (2000::/3) or unique local (fc00::/7, RFC 4193): addresses that mean something beyond one link. */
function isBeyondLink(words: AddressWords): boolean {
  return words[0] >>> 29 === 0b001 || words[0] >>> 25 === 0b111_1110;
}
