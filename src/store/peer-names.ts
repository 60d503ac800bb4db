import type { Database } from 'better-sqlite3';
import type { PeerName } from '../model/checkpoint.ts';

/** The table `peer_name`. */
export interface StoredPeerNames {
  /** What the user calls remote addresses, by address. */
  peerNames(): Map<string, string>;
  /** Gives an address a name, or takes it away. */
  put(name: PeerName): void;
}

export function createStoredPeerNames(database: Database): StoredPeerNames {
  const all = database
    .prepare<[], [string, string]>('SELECT address, name FROM peer_name ORDER BY address')
    .raw();
  const upsert = database.prepare<[string, string]>(
    `INSERT INTO peer_name (address, name) VALUES (?, ?)
     ON CONFLICT DO UPDATE SET name = excluded.name`,
  );
  const remove = database.prepare<[string]>('DELETE FROM peer_name WHERE address = ?');
  return {
    peerNames: () => new Map(all.all()),
    put({ address, name }) {
      if (name === null) remove.run(address);
      else upsert.run(address, name);
    },
  };
}
