import { createWhiteStat, type WhiteStatOptions } from '../../src/http/routes/whitestat.ts';
import type { PeerRecord, UsageQuery, UsageRecord } from '../../src/model/checkpoint.ts';
import type { History } from '../../src/model/history.ts';
import { noUsage, type Usage } from '../../src/model/usage.ts';
import { laptop, sampleReport } from '../support/sample-report.ts';
import { startRoutes } from './routes.ts';

export async function startWhiteStat(changes: Partial<WhiteStatOptions> = {}) {
  const { today, history, lanSegments, rename } = createWhiteStat({
    report: () => sampleReport(),
    history: ledger,
    execute: () => ({ status: 'ok', data: {} }),
    peerName: (address) => (address === '203.0.113.7' ? 'video.example' : undefined),
    localPrefixes: () => [],
    ...changes,
  });
  return startRoutes({
    handlers: {
      whiteStatToday: today,
      whiteStatHistory: history,
      whiteStatLanSegments: lanSegments,
      whiteStatRename: rename,
    },
  });
}

interface Entry {
  device: string;
  day: number;
  usage: Partial<Usage>;
}

/** Days in an array. */
export function ledgerOf(entries: readonly Entry[], peers: readonly PeerRecord[] = []) {
  const queries: UsageQuery[] = [];
  const reader: Pick<History, 'usage' | 'peers'> = {
    usage(query) {
      queries.push(query);
      return entries
        .filter(({ day }) => day >= query.from && day <= query.to)
        .map(({ device, day, usage }): UsageRecord => ({
          device,
          start: day,
          usage: { ...noUsage(), ...usage },
        }));
    },
    peers: ({ from, to }) => peers.filter(({ day }) => day >= from && day <= to),
  };
  return { queries, ...reader };
}

const entries: Entry[] = [
  { device: 'aabbccddeeff', day: 20261120, usage: { download: 0, upload: 5 } },
  { device: laptop.id, day: 20261120, usage: { download: 2_500, upload: 512_285_675 } },
  { device: laptop.id, day: 20261119, usage: { download: 1_024, upload: 1 } },
  { device: 'ip:2001:db8::1', day: 20261119, usage: { download: 2_048, upload: 0 } },
  { device: 'gone00000000', day: 20261118, usage: { download: 1, upload: 1 } },
];
const peers: PeerRecord[] = [
  { day: 20261120, address: '203.0.113.7', usage: { download: 2_500, upload: 10_240 } },
  { day: 20261119, address: '2001:db8:f::1', usage: { download: 3_072, upload: 1_025 } },
  { day: 20261119, address: 'other', usage: { download: 1, upload: 0 } },
];
export const ledger = ledgerOf(entries, peers);
