import type { Resolver } from 'node:dns/promises';
import { systemCodeOf } from '../base/errors.ts';
import { isIpv4, type AddressWords } from '../model/address.ts';
import { parseDomainName } from './domain-name.ts';

/**
 * How a lookup ended: with a name; the address has none; the server could not tell; no server said anything; or it was
 * cancelled.
 */
export type Outcome =
  { kind: 'found'; name: string } | { kind: 'none' | 'failed' | 'silent' | 'cancelled' };

/** Looks an address up in reverse DNS (RFC 1035 section 3.5, RFC 3596 section 2.5), and nowhere else. Never rejects. */
export async function lookUpName(resolver: Resolver, words: AddressWords): Promise<Outcome> {
  try {
    const names = (await resolver.resolvePtr(arpaName(words)))
      .flatMap((answer) => parseDomainName(answer) ?? [])
      // Servers rotate their answers; the name should stay.
      .toSorted();
    const [name] = names;
    return name === undefined ? { kind: 'none' } : { kind: 'found', name };
  } catch (error) {
    return { kind: outcomes[systemCodeOf(error) ?? ''] ?? 'failed' };
  }
}

const outcomes: Record<string, 'none' | 'silent' | 'cancelled'> = {
  ENOTFOUND: 'none',
  ENODATA: 'none',
  ETIMEOUT: 'silent',
  ECONNREFUSED: 'silent',
  ECANCELLED: 'cancelled',
  EDESTRUCTION: 'cancelled',
};

function arpaName(words: AddressWords): string {
  const [a, b, c, d] = words;
  if (isIpv4(a, b, c)) {
    return `${d & 255}.${(d >>> 8) & 255}.${(d >>> 16) & 255}.${d >>> 24}.in-addr.arpa`;
  }
  const digits = words.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
  return `${digits.split('').toReversed().join('.')}.ip6.arpa`;
}
