import type { Day } from '../model/checkpoint.ts';
import type { PeerUsage } from '../model/usage.ts';

/** What an import brought. Amounts are bytes, seen from the devices. */
export interface ImportReport extends PeerUsage {
  /** Devices that got days, and those of them that the ledger did not know. */
  devices: { count: number; new: number };
  /** Days on which a device got usage, and the first and the last of them. */
  deviceDays: number;
  from: Day | undefined;
  to: Day | undefined;
  /** Remote addresses, by day. */
  peers: PeerUsage & { days: number; addressDays: number };
  names: { devices: number; addresses: number };
  /** What was there already, from an earlier import. */
  unchanged: { deviceDays: number; peerDays: number };
  /** What was brought otherwise than it stood in the file. */
  changed: readonly Finding[];
  leftOut: readonly Finding[];
}

/** So much of one kind. */
export interface Finding {
  count: number;
  /** In plural: `rows with a date that is none`. */
  what: string;
  examples: readonly string[];
}

/** Examples kept of each kind. */
const EXAMPLES_LIMIT = 20;

/** Counts findings by kind. */
export class Findings {
  private readonly byKind = new Map<string, { count: number; examples: string[] }>();

  add(what: string, example?: string, count = 1): void {
    const finding = this.byKind.get(what) ?? { count: 0, examples: [] };
    this.byKind.set(what, finding);
    finding.count += count;
    if (example !== undefined && finding.examples.length < EXAMPLES_LIMIT) {
      finding.examples.push(example);
    }
  }

  /** The most first. */
  list(): Finding[] {
    return [...this.byKind]
      .map(([what, { count, examples }]) => ({ count, what, examples }))
      .toSorted((a, b) => b.count - a.count);
  }
}
