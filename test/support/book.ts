import { createHistory } from '../../src/history.ts';
import type { Checkpoint } from '../../src/model/checkpoint.ts';
import type { History } from '../../src/model/history.ts';
import { noUsage, type Usage } from '../../src/model/usage.ts';
import type { Store } from '../../src/store/store.ts';
import { Calendar } from '../../src/usage/calendar.ts';
import { Ledger } from '../../src/usage/ledger.ts';
import { sampleBatch, type SampleRow } from './batch.ts';
import { checkpoint, newStore } from '../store/ledger.ts';

export const day = 20261120;
export const noon = Date.parse('2026-11-20T11:00:00Z');
export const hourMs = 3_600_000;

/** A ledger in Berlin with its store. */
export class Book {
  readonly store: Store = newStore();
  readonly calendar = new Calendar('Europe/Berlin');
  readonly ledger = new Ledger(this.calendar);
  readonly history: History = createHistory(this.store, this.calendar, this.ledger.pending);
  private seq = 0;

  add(...rows: SampleRow[]): this {
    const batch = sampleBatch(rows, { seq: ++this.seq, live: false });
    this.ledger.apply(batch, batch.to);
    return this;
  }

  write(merges: Checkpoint['merges'] = []): this {
    this.store.checkpoint(checkpoint({ merges, ...this.ledger.pages() }));
    this.ledger.commit();
    return this;
  }

  /** As the daemon does it: the usage that is pending moves at once, the stored one with the next checkpoint. */
  merge(from: string, into: string): this {
    this.ledger.merge(from, into);
    return this.write([{ from, into }]);
  }

  /** Keeps one remote address of each day. */
  prune(): this {
    this.store.prune({
      hoursBeforeMs: undefined,
      daysBefore: undefined,
      peersBefore: undefined,
      eventsBeforeMs: undefined,
      peersPerDevice: 1,
      today: day + 1,
    });
    return this;
  }
}

export function used(parts: Partial<Usage>): Usage {
  return { ...noUsage(), ...parts };
}

/** Peers as `day address`: [download, upload]. */
export function peersOf({ history }: Book, from: number, to: number): Record<string, number[]> {
  return Object.fromEntries(
    history
      .peers({ from, to })
      .map(({ day: date, address, usage }) => [
        `${date} ${address}`,
        [usage.download, usage.upload],
      ]),
  );
}
