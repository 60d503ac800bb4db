import { formatAddress, parsePrefix } from '../model/address.ts';
import { LocalNetworks } from '../model/networks.ts';

/**
 * Prefixes of WhiteStat's masks: beginnings of addresses on byte boundaries, `203.0.113` or `2001:db8:1`. Those that
 * are local in every home are left out.
 */
export function localPrefixesOf(masks: readonly string[]): {
  prefixes: string[];
  unreadable: string[];
} {
  const everywhere = new LocalNetworks();
  const [prefixes, unreadable]: [string[], string[]] = [[], []];
  for (const mask of masks.map((text) => text.trim().toLowerCase()).filter((text) => text !== '')) {
    const prefix = prefixOf(mask);
    const parsed = prefix === undefined ? undefined : parsePrefix(prefix);
    if (prefix === undefined || parsed === undefined) unreadable.push(mask);
    else if (!everywhere.isLocal(...parsed.words)) prefixes.push(prefix);
  }
  return { prefixes, unreadable };
}

function prefixOf(mask: string): string | undefined {
  if (mask.includes('/')) return mask;
  if (/^\d{1,3}(?:\.\d{1,3}){0,3}\.?$/.test(mask)) {
    const bytes = mask.replace(/\.$/, '').split('.');
    return `${[...bytes, '0', '0', '0'].slice(0, 4).join('.')}/${8 * bytes.length}`;
  }
  const groups = mask.replace(/:+$/, '').split(':');
  if (groups.length > 8 || !groups.every((group) => /^[0-9a-f]{1,4}$/.test(group)))
    return undefined;
  // A lone short one is the first bytes: "fd" for fd00::/8.
  const [first = ''] = groups;
  if (groups.length === 1 && first.length < 4) {
    return first.length === 2 ? `${first}00::/8` : undefined;
  }
  const words = groups.map((group) => Number.parseInt(group, 16));
  const all = [...words, 0, 0, 0, 0, 0, 0, 0].slice(0, 8);
  const pairs = [0, 2, 4, 6].map((at) => ((all[at] ?? 0) << 16) | (all[at + 1] ?? 0));
  return `${formatAddress(pairs)}/${16 * groups.length}`;
}
