import { loadRules, runIn } from './lab.ts';
import type { Usage } from '../../src/model/usage.ts';

/** What is "the internet" in every lab: documentation prefixes (RFC 5737, RFC 3849) that live in one namespace only. */
const REMOTE_PREFIXES = {
  ipv4: ['198.51.100.0/24', '203.0.113.0/24'],
  ipv6: ['2001:db8:ffff::/48'],
} as const;

const ETHERNET_HEADER = 14;

interface Count {
  packets: number;
  bytes: number;
}

/** The packets that really left and reached one interface, counted by the kernel. */
export interface Truth {
  reset(): void;
  /** Seen from the owner of the interface. */
  read(): Usage;
}

/**
 * Counts IP packets at the driver's door: the netdev hooks come after fragmentation and before a switch can lose anything.
 * The interface must not merge (`forbidMerging`), or its counts are of super-frames. Multicast that arrives is nobody's
 * download, and frames flooded to other owners are skipped. Egress still carries the Ethernet header, ingress does not.
 * Listener reports and router solicitations, which the kernel sends by itself at its own time, never leave.
 */
export function countTruth(namespace: string, name: string, mac: string): Truth {
  loadRules(
    namespace,
    `table netdev truth {
      set remote4 { type ipv4_addr; flags interval; elements = { ${REMOTE_PREFIXES.ipv4.join(', ')} } }
      set remote6 { type ipv6_addr; flags interval; elements = { ${REMOTE_PREFIXES.ipv6.join(', ')} } }
      counter upload { }
      counter download { }
      counter localUpload { }
      counter localDownload { }
      chain out {
        type filter hook egress device "${name}" priority 0;
        icmpv6 type { mld-listener-report, mld-listener-done, mld2-listener-report, nd-router-solicit } drop
        ip daddr @remote4 counter name upload accept
        ip6 daddr @remote6 counter name upload accept
        meta protocol { ip, ip6 } counter name localUpload
      }
      chain in {
        type filter hook ingress device "${name}" priority 0;
        ether daddr != ${mac} accept
        ip saddr @remote4 counter name download accept
        ip6 saddr @remote6 counter name download accept
        meta protocol { ip, ip6 } counter name localDownload
      }
    }`,
  );
  return {
    reset: () => void runIn(namespace, 'nft', 'reset', 'counters'),
    read: () => usageOf(readCounters(namespace)),
  };
}

function usageOf(counters: Map<string, Count>): Usage {
  const of = (name: string) => counters.get(name) ?? { packets: 0, bytes: 0 };
  const sent = (name: string) => of(name).bytes - ETHERNET_HEADER * of(name).packets;
  return {
    download: of('download').bytes,
    upload: sent('upload'),
    localDownload: of('localDownload').bytes,
    localUpload: sent('localUpload'),
    packets: [...counters.values()].reduce((sum, count) => sum + count.packets, 0),
  };
}

/** Named counters of a namespace. */
export function readCounters(namespace: string): Map<string, Count> {
  const listing = JSON.parse(runIn(namespace, 'nft', '-j', 'list', 'counters')) as {
    nftables: { counter?: Count & { name: string } }[];
  };
  return new Map(
    listing.nftables.flatMap(({ counter }) =>
      counter === undefined
        ? []
        : [[counter.name, { packets: counter.packets, bytes: counter.bytes }]],
    ),
  );
}
