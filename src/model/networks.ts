import { IPV4_MARK, isIpv4, parsePrefix, type AddressWords } from './address.ts';

/** Prefixes that come and go, of one set; a home has a few at a time. */
const CHANGING_LIMIT = 32;

/** A set of prefixes; answers membership without allocating. */
class PrefixSet {
  /** Eight words a prefix: four of network, four of mask. */
  private prefixes = new Int32Array(0);

  /** Prefixes at the front that stay for good. */
  private pinned = 0;

  /** Adds a prefix that stays; `bits` counts in the 128-bit form. */
  pin(words: AddressWords, bits: number): void {
    if (this.add(words, bits)) this.pinned = this.size;
  }

  /**
   * Adds a prefix; `bits` counts in the 128-bit form. False where the set covers it already. Providers change prefixes
   * every day: the oldest gives way when there are too many.
   */
  add(words: AddressWords, bits: number): boolean {
    const mask = [0, 32, 64, 96].map((first) => wordMask(bits - first));
    const network = words.map((word, index) => word & (mask[index] ?? 0));
    if (this.covers(network, mask)) return false;
    const stays = this.prefixes.subarray(0, this.pinned * 8);
    const isFull = this.size - this.pinned >= CHANGING_LIMIT;
    const changing = this.prefixes.subarray((this.pinned + (isFull ? 1 : 0)) * 8);
    this.prefixes = Int32Array.from([...stays, ...changing, ...network, ...mask]);
    return true;
  }

  has(a: number, b: number, c: number, d: number): boolean {
    const p = this.prefixes;
    for (let i = 0; i < p.length; i += 8) {
      if (
        (a & (p[i + 4] as number)) === p[i] &&
        (b & (p[i + 5] as number)) === p[i + 1] &&
        (c & (p[i + 6] as number)) === p[i + 2] &&
        (d & (p[i + 7] as number)) === p[i + 3]
      ) {
        return true;
      }
    }
    return false;
  }

  get size(): number {
    return this.prefixes.length / 8;
  }

  private covers(network: readonly number[], mask: readonly number[]): boolean {
    for (let i = 0; i < this.prefixes.length; i += 8) {
      const inside = [0, 1, 2, 3].every((word) => {
        const ours = this.prefixes[i + 4 + word] as number;
        const sameNetwork =
          (((network[word] as number) & ours) ^ (this.prefixes[i + word] as number)) === 0;
        return sameNetwork && (((mask[word] as number) & ours) ^ ours) === 0;
      });
      if (inside) return true;
    }
    return false;
  }
}

/**
 * Ranges that are local in every home: unspecified, loopback, private (RFC 1918), link-local (RFC 3927, RFC 4291),
 * unique local (RFC 4193) and site-local (RFC 3879).
 */
export const everywhereLocal: readonly string[] = [
  '0.0.0.0/32',
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  '::/127',
  'fe80::/10',
  'fc00::/7',
  'fec0::/10',
];

const NONE = 0;
const ALL = 1;
const PART = 2;

/** Which addresses belong to the home, and which of those are directly on a captured link. */
export class LocalNetworks {
  /** Grows whenever an address may be answered otherwise than before. */
  changes = 0;
  private readonly localIpv4 = new PrefixSet();
  private readonly localIpv6 = new PrefixSet();
  private readonly onLinkIpv4 = new PrefixSet();
  private readonly onLinkIpv6 = new PrefixSet();
  private readonly routed = new PrefixSet();
  /** Local and on a captured link. Apart, as whoever sends packets can teach any number. */
  private readonly learnedIpv6 = new PrefixSet();
  /** For each upper half of an IPv4 address: none of it is local, all, or part: the answer for most packets in one read. */
  private readonly ipv4Halves = new Uint8Array(65_536);

  constructor() {
    for (const text of everywhereLocal) this.addLocalText(text);
  }

  /** Adds a prefix in text (`192.0.2.0/24`) that stays; any other text is passed over. */
  addLocalText(text: string): void {
    const prefix = parsePrefix(text);
    if (prefix === undefined) return;
    this.changes++;
    const { words, bits } = prefix;
    if (isIpv4Prefix(words, bits)) this.markHalves(words[3], bits - 96);
    (isIpv4Prefix(words, bits) ? this.localIpv4 : this.localIpv6).pin(words, bits);
  }

  /** A prefix that is configured on a captured link; it is local, too. */
  addOnLink(words: AddressWords, bits: number): void {
    const isPrefix4 = isIpv4Prefix(words, bits);
    if (isPrefix4) this.markHalves(words[3], bits - 96);
    this.note((isPrefix4 ? this.localIpv4 : this.localIpv6).add(words, bits));
    // Every link has it: it does not tell which other prefixes the link has.
    if (isLinkLocal(...words)) return;
    this.note((isPrefix4 ? this.onLinkIpv4 : this.onLinkIpv6).add(words, bits));
  }

  /** An IPv6 prefix that packets show to be on a captured link; it is local, too. */
  learn(words: AddressWords, bits: number): void {
    this.note(this.learnedIpv6.add(words, bits));
  }

  /** A prefix that this host reaches through another router on a captured link. */
  addRouted(words: AddressWords, bits: number): void {
    this.note(this.routed.add(words, bits));
  }

  /** This host reaches the address through another router on a captured link. */
  isRouted(a: number, b: number, c: number, d: number): boolean {
    return this.routed.has(a, b, c, d);
  }

  isLocal(a: number, b: number, c: number, d: number): boolean {
    if (c === IPV4_MARK && a === 0 && b === 0) {
      const half = this.ipv4Halves[d >>> 16];
      return half === PART ? this.localIpv4.has(a, b, c, d) : half === ALL;
    }
    return this.localIpv6.has(a, b, c, d) || this.learnedIpv6.has(a, b, c, d);
  }

  /** False only where the links' prefixes of that family are known and the address is in none of them. */
  mayBeOnLink(a: number, b: number, c: number, d: number): boolean {
    if (isLinkLocal(a, b, c, d)) return true;
    const { onLinkIpv4, onLinkIpv6, learnedIpv6 } = this;
    if (isIpv4(a, b, c)) return onLinkIpv4.size === 0 || onLinkIpv4.has(a, b, c, d);
    if (onLinkIpv6.size + learnedIpv6.size === 0) return true;
    return onLinkIpv6.has(a, b, c, d) || learnedIpv6.has(a, b, c, d);
  }

  private note(isNews: boolean): void {
    if (isNews) this.changes++;
  }

  private markHalves(address: number, length: number): void {
    const first = (address & wordMask(length)) >>> 16;
    if (length > 16) {
      if (this.ipv4Halves[first] === NONE) this.ipv4Halves[first] = PART;
    } else {
      this.ipv4Halves.fill(ALL, first, first + 2 ** (16 - length));
    }
  }
}

/** 169.254.0.0/16 (RFC 3927) and fe80::/10 (RFC 4291). */
export function isLinkLocal(a: number, b: number, c: number, d: number): boolean {
  return isIpv4(a, b, c) ? d >>> 16 === 0xa9fe : (a & 0xffc00000) >>> 0 === 0xfe800000;
}

/** 0.0.0.0 and ::, which stand for no address. */
export function isUnspecified(a: number, b: number, c: number, d: number): boolean {
  return d === 0 && (c === 0 || c === IPV4_MARK) && a === 0 && b === 0;
}

function isIpv4Prefix(words: AddressWords, bits: number): boolean {
  return isIpv4(words[0], words[1], words[2]) && bits >= 96;
}

/** Multicast (RFC 5771, RFC 4291 section 2.7) and the limited broadcast address. */
export function isMulticast(a: number, b: number, c: number, d: number): boolean {
  if (c === IPV4_MARK && a === 0 && b === 0) return d >>> 28 === 14 || d >>> 0 === 0xffffffff;
  return a >>> 24 === 0xff;
}

function wordMask(bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? -1 : 0xffffffff << (32 - bits);
}
