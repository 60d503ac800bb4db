/** A service on the internet: the networks it answers from, and what reverse DNS calls its addresses. */
interface Site {
  ipv4: string;
  ipv6?: string;
  /** `{ip}` is the address with hyphens, `{last}` its last part. */
  name?: string;
}

/** Nobody ever sends anything there. */
const sites = {
  google: {
    ipv4: '142.250.185.',
    ipv6: '2a00:1450:4001:82a::',
    name: 'fra16s52-in-f{last}.1e100.net',
  },
  netflix: {
    ipv4: '45.57.18.',
    ipv6: '2a00:86c0:2000::',
    name: 'cache-{last}.fra.oca.nflxvideo.net',
  },
  akamai: {
    ipv4: '23.55.161.',
    ipv6: '2a02:26f0:3500::',
    name: 'a{ip}.deploy.static.akamaitechnologies.com',
  },
  amazon: { ipv4: '52.28.11.', name: 'ec2-{ip}.eu-central-1.compute.amazonaws.com' },
  apple: {
    ipv4: '17.253.55.',
    ipv6: '2a01:b740:a41::',
    name: 'defra-edge-{last}.aaplimg.com',
  },
  cloudflare: { ipv4: '104.16.132.', ipv6: '2606:4700::6810:' },
  cloudfront: { ipv4: '13.32.121.', name: 'server-{ip}.fra56.r.cloudfront.net' },
  fastly: { ipv4: '151.101.1.', ipv6: '2a04:4e42::' },
  github: { ipv4: '140.82.121.', name: 'lb-{ip}-fra.github.com' },
  meta: {
    ipv4: '157.240.0.',
    ipv6: '2a03:2880:f176::',
    name: 'edge-shv-{last}-fra.facebook.com',
  },
  microsoft: { ipv4: '13.107.42.', ipv6: '2620:1ec:c11::' },
  time: { ipv4: '162.159.200.', name: 'time.cloudflare.com' },
} as const satisfies Record<string, Site>;

export type SiteName = keyof typeof sites;

/** Addresses that each site answers from, of each family. */
export const ADDRESSES_PER_SITE = 12;

/** Address number `index` of a site; of IPv4 where it has no others. */
export function siteAddress(name: SiteName, index: number, isIpv6: boolean): string {
  const { ipv4, ipv6 }: Site = sites[name];
  const last = 1 + ((index * 37 + 9) % 223);
  return isIpv6 && ipv6 !== undefined ? ipv6 + last.toString(16) : ipv4 + last;
}

/** What reverse DNS would say, as lines of a hosts file: nobody is asked. */
export function siteNames(): string[] {
  return (Object.keys(sites) as SiteName[]).flatMap((site) => {
    const { name }: Site = sites[site];
    if (name === undefined) return [];
    const indexes = Array.from({ length: ADDRESSES_PER_SITE }, (_, index) => index);
    const addresses = [false, true].flatMap((isIpv6) =>
      indexes.map((index) => siteAddress(site, index, isIpv6)),
    );
    return [...new Set(addresses)].map((address) => {
      const parts = address.split(/[.:]+/);
      const named = name.replace('{ip}', parts.join('-')).replace('{last}', parts.at(-1) ?? '');
      return `${address} ${named}`;
    });
  });
}
