import type { Day, PeerRecord, UsageQuery, UsageRecord } from '../model/checkpoint.ts';

/** Reads the ledger, including what no checkpoint holds yet. Days are local, both included. */
export interface HistoryReader {
  /** For `hour`, `start` is the start of the local hour in epoch ms. */
  usage(query: UsageQuery): UsageRecord[];
  peers(from: Day, to: Day): PeerRecord[];
}
