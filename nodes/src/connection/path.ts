import type { LedgerEvent, Rate, Target } from './ledger.ts';

/** How the connection stands. */
export interface Standing {
  state: 'connecting' | 'online' | 'offline' | 'error';
  /** One sentence. */
  message: string;
}

/** Where a path tells what it learns. */
export interface Listener {
  /** The newest state. The last one of a day has the day's final amounts. */
  target(target: Target): void;
  /** A device or group is no more. */
  gone(id: string): void;
  event(event: LedgerEvent): void;
  /** Of those in the map; others are as they were. */
  rates(rates: ReadonlyMap<string, Rate>): void;
  standing(standing: Standing): void;
}

/** One of the two ways to the daemon. */
export interface Path {
  /** Begins to tell the listener what the daemon tells. */
  open(): void;
  /** Rejects with a `Failure`. */
  command(name: string, input: object): Promise<unknown>;
  /** `removed`: not to be opened again by this deploy. */
  close(removed: boolean): Promise<void>;
}
