import type { Database } from 'better-sqlite3';
import {
  REST_ADDRESS,
  type Checkpoint,
  type Day,
  type PeerQuery,
  type PeerRecord,
  type PeerTotal,
  type TopPeersQuery,
} from '../model/checkpoint.ts';
import type { PeerUsage } from '../model/usage.ts';

/** Days and peers that no checkpoint holds yet. */
type Unstored = Pick<Checkpoint, 'days' | 'peers'>;

/** The tables `peer_day` and, where the whole network is asked for, `network_peer_day`. */
export interface StoredPeers {
  /**
   * By day and remote address: the largest of each day first, its rest last, so that the sums are the days of the device
   * or the network. A range of 90 days can have a million records: ask for a few days at a time.
   */
  peers(query: PeerQuery): PeerRecord[];
  /**
   * By remote address, the largest first, the rest last, so that the sum is the usage in the range. `unstored` counts as
   * if it were stored; all of it must belong to the query.
   */
  topPeers(query: TopPeersQuery, unstored?: Unstored): PeerTotal[];
}

type PeerTuple = [day: Day, address: string, download: number, upload: number];

interface TotalRow extends PeerUsage {
  address: string;
}

/** A query with the values that statements want. */
interface Range {
  from: Day;
  to: Day;
  /** null for all. */
  device: string | null;
}

/** Sorting this many rows takes some 25 MB. */
const ROWS_AT_ONCE = 300_000;

const order = `day, address = '${REST_ADDRESS}', sum(download) + sum(upload) DESC, address`;
const inRange = `day BETWEEN :from AND :to
  AND device IN (SELECT id FROM device WHERE :device IS NULL OR device_id = :device)`;
const ofNetwork = 'day BETWEEN :from AND :to AND :device IS NULL';

export function createStoredPeers(database: Database): StoredPeers {
  const selectPeers = (rows: string) =>
    database
      .prepare<[PeerQuery], PeerTuple>(
        `SELECT day, address, sum(download), sum(upload) FROM (${rows})
         GROUP BY day, address HAVING sum(download) <> 0 OR sum(upload) <> 0 ORDER BY ${order}`,
      )
      .raw();
  const inDays = 'day BETWEEN :from AND :to';
  const itemised = `SELECT day, address, download, upload FROM peer_day_complete WHERE ${inDays}`;
  const peersOf = selectPeers(`${itemised} AND device = :device`);
  const peersOfAll = selectPeers(
    `${itemised}
     UNION ALL SELECT day, address, download, upload FROM network_peer_day WHERE ${inDays}
     UNION ALL SELECT day, '${REST_ADDRESS}', -sum(download), -sum(upload)
     FROM network_peer_day WHERE ${inDays} GROUP BY day`,
  );

  const countRows = database
    .prepare<[Range], number>(
      `SELECT (SELECT count(*) FROM peer_day WHERE ${inRange}) +
         (SELECT count(*) FROM network_peer_day WHERE ${ofNetwork})`,
    )
    .pluck();
  // The last character of an address tells its share.
  const topOfShare = database.prepare<
    [Range & { unstored: string; share: number; shares: number; limit: number }],
    TotalRow
  >(
    `SELECT address, sum(download) AS download, sum(upload) AS upload FROM (
       SELECT address, download, upload FROM peer_day WHERE ${inRange}
       UNION ALL
       SELECT address, download, upload FROM network_peer_day WHERE ${ofNetwork}
       UNION ALL
       SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(:unstored))
     WHERE unicode(substr(address, -1)) % :shares = :share
     GROUP BY address ORDER BY sum(download) + sum(upload) DESC, address LIMIT :limit`,
  );
  const usage = database.prepare<[Range], PeerUsage>(
    `SELECT coalesce(sum(download), 0) AS download, coalesce(sum(upload), 0) AS upload
     FROM usage_day WHERE ${inRange}`,
  );

  /** The rows of a million peers do not fit into memory at once, so they are looked at share by share. */
  function largest(range: Range, limit: number, peers: Unstored['peers']): PeerTotal[] {
    const unstored = JSON.stringify(
      Array.from(peers, ({ address, usage: { download, upload } }) => [address, download, upload]),
    );
    const shares = Math.max(1, Math.ceil((countRows.get(range) ?? 0) / ROWS_AT_ONCE));
    return Array.from({ length: shares }, (_, share) =>
      topOfShare.all({ ...range, unstored, share, shares, limit }),
    )
      .flat()
      .map(({ address, download, upload }) => ({ address, usage: { download, upload } }))
      .toSorted(byUsageThenAddress)
      .slice(0, limit);
  }

  return {
    peers: (query) => (query.device === undefined ? peersOfAll : peersOf).all(query).map(toRecord),
    topPeers({ from, to, device = null, limit }, unstored = { days: [], peers: [] }) {
      const range = { from, to, device };
      const top = largest(range, limit, unstored.peers);
      const rest = { download: 0, upload: 0, ...usage.get(range) };
      for (const day of unstored.days) add(rest, day.usage);
      for (const peer of top) add(rest, peer.usage, -1);
      const isRest = rest.download !== 0 || rest.upload !== 0;
      return isRest ? [...top, { address: REST_ADDRESS, usage: rest }] : top;
    },
  };
}

function byUsageThenAddress(left: PeerTotal, right: PeerTotal): number {
  return bytesOf(right) - bytesOf(left) || (left.address < right.address ? -1 : 1);
}

function bytesOf({ usage: { download, upload } }: PeerTotal): number {
  return download + upload;
}

function add(total: PeerUsage, more: PeerUsage, sign: 1 | -1 = 1): void {
  total.download += sign * more.download;
  total.upload += sign * more.upload;
}

function toRecord([day, address, download, upload]: PeerTuple): PeerRecord {
  return { day, address, usage: { download, upload } };
}
