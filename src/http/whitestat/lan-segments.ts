import { formatAddress, IPV4_MARK, isIpv4, parsePrefix } from '../../model/address.ts';

/**
 * Beginnings of IPv4 addresses on byte boundaries, which is how WhiteStat tells local ones: `192.168` for 192.168.0.0/16,
 * `172.16` to `172.31` for 172.16.0.0/12. What is longer than /24 becomes its /24. Other prefixes are left out.
 */
export function lanSegmentsOf(prefixes: Iterable<string>): string[] {
  const segments = new Set([...prefixes].flatMap(beginningsOf));
  return [...segments].toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

function beginningsOf(prefix: string): string[] {
  const { words, bits } = parsePrefix(prefix) ?? { words: [0, 0, 0, 0] as const, bits: 0 };
  const length = bits - 96;
  if (!isIpv4(words[0], words[1], words[2]) || length < 0) return [];
  const bytes = Math.min(3, Math.max(1, Math.ceil(length / 8)));
  const step = 2 ** (32 - 8 * bytes);
  const count = 2 ** Math.max(0, 8 * bytes - length);
  const first = Math.floor((words[3] >>> 0) / step);
  const start = first - (first % count);
  return Array.from({ length: count }, (_, index) => {
    const address = formatAddress([0, 0, IPV4_MARK, (start + index) * step]);
    return address.split('.').slice(0, bytes).join('.');
  });
}
