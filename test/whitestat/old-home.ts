import { join } from 'node:path';
import type { ImportReport } from '../../src/whitestat/report.ts';
import { noUsage } from '../../src/model/usage.ts';
import type { Store } from '../../src/store/store.ts';
import { openWhitestatFile } from '../../src/store/whitestat/file.ts';
import { vendorOf } from '../../src/vendors.ts';
import type { WhitestatImport } from '../../src/whitestat/context.ts';
import { importWhitestat } from '../../src/whitestat/import.ts';
import { temporaryDirectory } from '../store/ledger.ts';
import {
  writeWhitestat,
  type WhitestatContent,
  type WhitestatRow,
} from '../support/whitestat-database.ts';

export const now = Date.parse('2026-11-20T12:00:00+01:00');
export const allDays = { from: 0, to: 99_991_231 };
export const router = '02:00:5e:00:00:01';
export const [laptop, tablet] = ['02:00:00:00:01:01', '02:00:00:00:01:02'];
export const [laptopId, tabletId] = ['020000000101', '020000000102'];

export const config: WhitestatImport['config'] = {
  timeZone: 'Europe/Berlin',
  networks: { local: [] },
  store: {
    checkpointSeconds: 30,
    keepHoursDays: 90,
    keepDaysDays: 0,
    keepPeersDays: 0,
    keepEventsDays: 90,
    peersPerDevice: 100,
  },
};

export function newFile(content: WhitestatContent): string {
  const path = join(temporaryDirectory(), 'WhiteStat.db');
  writeWhitestat(path, content);
  return path;
}

export function bring(
  store: Store,
  path: string,
  options: Partial<WhitestatImport> = {},
): ImportReport {
  const file = openWhitestatFile(path);
  try {
    const plain = {
      file,
      store,
      config,
      now,
      withRouters: false,
      withMeteredDays: false,
      vendorOf,
    };
    return importWhitestat({ ...plain, ...options });
  } finally {
    file.close();
  }
}

export const remote = (day: string, ip: string, kb: [number, number]): WhitestatRow => {
  return { day, ip, mac: router, kb, local: 0 };
};

export const internet = (download: number, upload: number) => ({ ...noUsage(), download, upload });

/** Two devices on two days, with two remote addresses; KB with fractions. */
export const home: WhitestatContent = {
  rows: [
    { day: '2026-10-31', ip: '192.168.1.20', mac: laptop, kb: [100.13, 10.01], time: '08:00:00' },
    { day: '2026-10-31', ip: '192.168.1.21', mac: tablet, kb: [50, 5] },
    remote('2026-10-31', '198.51.100.1', [10, 120]),
    remote('2026-10-31', '2001:DB8:0::1', [2.5, 20]),
    {
      day: '2026-11-20',
      ip: '192.168.1.30',
      mac: laptop,
      kb: [1.5, 0.01],
      table: 'DailyUsage',
      time: '10:30:00',
    },
    { ...remote('2026-11-20', '198.51.100.1', [0.01, 1]), table: 'DailyUsage' },
  ],
  deviceNames: { [laptop]: 'Anna’s laptop', [tablet]: null },
  addressNames: {
    '192.168.1.21': 'tablet.fritz.box',
    '198.51.100.1': 'Bank',
    '2001:DB8:0::1': 'host.example.net',
  },
};

/** Sums of everything, and the smallest amount of a remote address or of the rest of a day. */
export function pictureOf(store: Store) {
  const sum = (usages: { download: number; upload: number }[]) => [
    usages.reduce((total, { download }) => total + download, 0),
    usages.reduce((total, { upload }) => total + upload, 0),
  ];
  const peers = store.peers(allDays);
  return {
    days: sum(store.usage({ ...allDays, step: 'day' }).map(({ usage }) => usage)),
    months: sum(store.usage({ ...allDays, step: 'month' }).map(({ usage }) => usage)),
    totals: sum([...store.totals(20261120).values()].map(({ total }) => total)),
    peers: sum(peers.map(({ usage }) => usage)),
    peerRows: peers.length,
    smallest: Math.min(...peers.flatMap(({ usage }) => [usage.download, usage.upload])),
  };
}
