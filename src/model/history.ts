import type {
  PeerQuery,
  PeerRecord,
  PeerTotal,
  TopPeersQuery,
  UsageQuery,
  UsageRecord,
} from './checkpoint.ts';

/** Reads the ledger, including what no checkpoint holds yet. Every method throws an `AppError` where the file or its disk fails. */
export interface History {
  /** Ordered by start, then device. A month of which the query covers a part has the sums of that part. */
  usage(query: UsageQuery): UsageRecord[];
  /**
   * The records of `usage` in blocks, for long ranges: no more than 31 days, one day of hours or five years of months are
   * in memory at once. The ledger may be written between two blocks.
   */
  usageRows(query: UsageQuery): Generator<UsageRecord[]>;
  /**
   * By day and remote address: the largest of each day first, its rest last, so that the sums are those of the usage.
   * A range of 90 days can have a million records: ask for a few days at a time.
   */
  peers(query: PeerQuery): PeerRecord[];
  /** By remote address, the largest first, the rest last, so that the sum is the usage in the range. */
  topPeers(query: TopPeersQuery): PeerTotal[];
}
