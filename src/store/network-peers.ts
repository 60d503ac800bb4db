import type { Database } from 'better-sqlite3';
import type { Day } from '../model/checkpoint.ts';
import type { PeerUsage } from '../model/usage.ts';
import { growing, peerColumns } from './sql.ts';

/** The tables `network_peer_day` and `imported_network_peers`: remote addresses of the network, of no known device. */
export interface NetworkPeers {
  /** What imports brought of a day, with what became "other" since. */
  brought(day: Day): PeerUsage;
  /** Empties a day that is about to be written, and keeps in mind how much will be. Returns what it had. */
  begin(day: Day, usage: PeerUsage): PeerSums;
  add(day: Day, address: string, usage: PeerUsage): void;
  /** Removes what is older; returns the number of addresses. */
  dropBefore(day: Day): number;
  /** Keeps the largest addresses of each day, so many for each device of that day; returns what it removed. */
  trim(perDevice: number): PeerSums;
}

/** Remote addresses of a day. */
export interface PeerSums extends PeerUsage {
  addresses: number;
}

interface CrowdedDay {
  day: Day;
  keep: number;
}

export function createNetworkPeers(database: Database): NetworkPeers {
  const brought = database.prepare<[Day], PeerUsage>(
    'SELECT download, upload FROM imported_network_peers WHERE day = ?',
  );
  const sums = database.prepare<[Day], PeerSums>(
    `SELECT count(*) AS addresses, coalesce(sum(download), 0) AS download,
       coalesce(sum(upload), 0) AS upload
     FROM network_peer_day WHERE day = ?`,
  );
  const empty = database.prepare<[Day]>('DELETE FROM network_peer_day WHERE day = ?');
  const remember = database.prepare<[Day, number, number]>(
    `INSERT INTO imported_network_peers (day, download, upload) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET download = excluded.download, upload = excluded.upload`,
  );
  const add = database.prepare<[Day, string, number, number]>(
    `INSERT INTO network_peer_day (day, address, download, upload) VALUES (?, ?, ?, ?)
     ${growing(peerColumns)}`,
  );
  const drop = database.prepare<[Day]>('DELETE FROM network_peer_day WHERE day < ?');
  // What is gone may be brought again, by who keeps more from now on.
  const forget = database.prepare<[Day]>('DELETE FROM imported_network_peers WHERE day < ?');
  const crowded = database.prepare<[{ perDevice: number }], CrowdedDay>(
    `SELECT day, :perDevice * (SELECT count(*) FROM usage_day AS used WHERE used.day = peer.day) AS keep
     FROM network_peer_day AS peer GROUP BY day HAVING count(*) > keep`,
  );
  const trim = database.prepare<[CrowdedDay]>(
    `DELETE FROM network_peer_day WHERE day = :day AND address NOT IN (
       SELECT address FROM network_peer_day WHERE day = :day
       ORDER BY download + upload DESC, address LIMIT :keep)`,
  );
  return {
    brought: (day) => brought.get(day) ?? { download: 0, upload: 0 },
    begin(day, { download, upload }) {
      const before = sums.get(day) as PeerSums;
      empty.run(day);
      remember.run(day, download, upload);
      return before;
    },
    add: (day, address, { download, upload }) => void add.run(day, address, download, upload),
    dropBefore(day) {
      forget.run(day);
      return drop.run(day).changes;
    },
    trim(perDevice) {
      const removed = { addresses: 0, download: 0, upload: 0 };
      for (const each of crowded.all({ perDevice })) {
        const before = sums.get(each.day) as PeerSums;
        trim.run(each);
        const after = sums.get(each.day) as PeerSums;
        removed.addresses += before.addresses - after.addresses;
        removed.download += before.download - after.download;
        removed.upload += before.upload - after.upload;
      }
      return removed;
    },
  };
}
