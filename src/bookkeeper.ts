import type { Clock } from './base/clock.ts';
import { messageOf } from './base/errors.ts';
import type { Log } from './base/log.ts';
import { Registry } from './devices/registry.ts';
import type { Batch } from './model/batch.ts';
import type { DeviceMerge } from './model/checkpoint.ts';
import type { Store } from './store/store.ts';
import { Calendar } from './usage/calendar.ts';
import { Ledger } from './usage/ledger.ts';
import { vendorOf } from './vendors.ts';

/** Devices that are told apart; far beyond any home. */
const DEVICES_LIMIT = 4096;

export interface BookkeeperOptions {
  store: Store;
  timeZone: string;
  clock: Clock;
  log: Log;
}

/** The write side: batches come in, devices and ledger take them up, checkpoints go to the store. */
export class Bookkeeper {
  readonly registry: Registry;
  readonly ledger: Ledger;
  readonly calendar: Calendar;
  /** Epoch ms of the last checkpoint that succeeded. */
  checkpointAt: number;
  /** Why the last checkpoint failed; undefined while all is well. */
  checkpointFailure: string | undefined;
  private readonly store: Store;
  private readonly clock: Clock;
  private readonly log: Log;
  private merges: DeviceMerge[] = [];

  constructor({ store, timeZone, clock, log }: BookkeeperOptions) {
    this.store = store;
    this.clock = clock;
    this.log = log;
    this.calendar = new Calendar(timeZone);
    this.registry = new Registry({ devices: store.devices(), vendorOf, limit: DEVICES_LIMIT });
    this.ledger = new Ledger(this.calendar, store.applied());
    this.checkpointAt = store.lastCheckpointAt() ?? clock.now();
    this.openDay(this.calendar.day(clock.now()));
  }

  /** Takes a batch up; false for one that was applied before, which adds nothing. */
  apply(batch: Batch): boolean {
    const { registry } = this;
    if (this.ledger.knows(batch)) return false;
    for (const row of batch.usage) {
      row.device = registry.admit(row.device, batch.to);
      if (row.upload + row.localUpload > 0) registry.heard(row.device, batch.to);
      if (row.router) registry.markRouter(row.device);
    }
    for (const peers of batch.peers) {
      peers.devices = peers.devices.map((device) => registry.admit(device, batch.to));
    }
    this.ledger.apply(batch, this.clock.now());
    for (const sighting of batch.sightings) {
      const merge = registry.learn(sighting);
      if (merge === undefined) continue;
      this.merges.push(merge);
      this.ledger.merge(merge.from, merge.into);
    }
    return true;
  }

  /** Writes everything since the last checkpoint in one transaction; false where that failed: it stays pending. */
  checkpoint(): boolean {
    const at = this.clock.now();
    try {
      this.store.checkpoint({
        at,
        merges: this.merges,
        devices: this.registry.changed(),
        ...this.ledger.pages(),
      });
    } catch (error) {
      const reason = messageOf(error);
      if (this.checkpointFailure !== reason) {
        this.log.error(`${reason} Metering goes on; the ledger is written as soon as it can be.`);
      }
      this.checkpointFailure = reason;
      return false;
    }
    if (this.checkpointFailure !== undefined) this.log.info('The ledger can be written again.');
    this.checkpointFailure = undefined;
    this.checkpointAt = at;
    this.merges = [];
    this.registry.commit();
    this.ledger.commit();
    return true;
  }

  /** Begins a local day: the totals of the day before are closed. */
  openDay(day: number): void {
    this.ledger.open(day, this.store.totals(day));
  }

  /** Books what waits for a next batch that will not come. */
  finish(): void {
    this.ledger.finish();
    this.checkpoint();
  }
}
