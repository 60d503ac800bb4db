import type { Clock } from './base/clock.ts';
import { messageOf, systemCodeOf } from './base/errors.ts';
import type { Log } from './base/log.ts';
import { cleanName } from './devices/naming.ts';
import { Groups } from './devices/groups.ts';
import { Registry } from './devices/registry.ts';
import { EventLog, type EventSubject } from './event-log.ts';
import type { Batch } from './model/batch.ts';
import type { Day, DeviceMerge } from './model/checkpoint.ts';
import { OTHER_DEVICE_ID } from './model/device.ts';
import { limitKey, type LimitTarget } from './model/limit.ts';
import { slotStart } from './model/usage.ts';
import type { Store } from './store/store.ts';
import { Calendar } from './usage/calendar.ts';
import { Ledger, mergeTotals } from './usage/ledger.ts';
import { LimitTable } from './usage/limit-table.ts';
import { vendorOf } from './vendors.ts';

/** A batch that is dated this far from now was under way while the clock was set. */
const STEP_MS = 60_000;
const DAY_MS = 86_400_000;
/** Devices that are told apart; far beyond any home. */
const DEVICES_LIMIT = 4096;

export interface BookkeeperOptions {
  store: Store;
  timeZone: string;
  clock: Clock;
  log: Log;
  /** Hears of devices that became part of others. */
  onMerge?: (merge: DeviceMerge) => void;
}

/** The write side: batches come in, devices and ledger take them up, checkpoints go to the store. */
export class Bookkeeper {
  readonly registry: Registry;
  readonly ledger: Ledger;
  readonly calendar: Calendar;
  readonly groups: Groups;
  readonly limits: LimitTable;
  /** Epoch ms of the last checkpoint that succeeded. */
  checkpointAt: number;
  /** Why the last checkpoint failed; undefined while all is well. */
  checkpointFailure: string | undefined;
  /** Code of the failure that was logged; one full disk is worded in several ways. */
  private loggedFailure: string | undefined;
  private readonly store: Store;
  private readonly clock: Clock;
  private readonly log: Log;
  /** Names that the user gave remote addresses. */
  readonly peerNames: Map<string, string>;
  readonly events: EventLog;
  private readonly renamedPeers = new Map<string, string | null>();
  private readonly onMerge: BookkeeperOptions['onMerge'];
  private merges: DeviceMerge[] = [];

  constructor({ store, timeZone, clock, log, onMerge }: BookkeeperOptions) {
    this.onMerge = onMerge;
    this.store = store;
    this.clock = clock;
    this.log = log;
    this.calendar = new Calendar(timeZone);
    this.peerNames = store.peerNames();
    this.events = new EventLog(clock, store.lastEventId());
    this.registry = new Registry({
      devices: store.devices(),
      merges: store.merges(),
      vendorOf,
      limit: DEVICES_LIMIT,
      isWanted: (id) => this.groups.isMember(id) || this.limits.isTarget(id),
    });
    this.groups = new Groups({ groups: store.groups(), lastNumber: store.lastGroupNumber() });
    this.limits = new LimitTable(store.limits());
    this.ledger = new Ledger(this.calendar, store.applied());
    this.checkpointAt = store.lastCheckpointAt() ?? clock.now();
    this.openDay(this.calendar.day(this.firstMoment()));
  }

  /** Now, or the last checkpoint: a clock without a battery may begin where it stopped some hours before. */
  private firstMoment(): number {
    const now = this.clock.now();
    const isBehind = this.checkpointAt > now && this.checkpointAt - now < DAY_MS;
    return isBehind ? this.checkpointAt : now;
  }

  /** Takes a batch up; false for one that was applied before, which adds nothing. */
  apply(batch: Batch): boolean {
    const { registry } = this;
    if (this.ledger.knows(batch)) return false;
    const now = this.clock.now();
    // A file may span years; its packets are seen when they were stamped.
    const stampedAt = Math.abs(now - batch.to) < STEP_MS ? batch.to : now;
    const seenAt = (slot: number) => (batch.live ? stampedAt : Math.min(slotStart(slot), now));
    const owners = new Map<string, string>();
    for (const row of batch.usage) {
      const at = seenAt(row.slot);
      const owner = registry.admit(row.device, at);
      owners.set(row.device, owner);
      if (row.upload + row.localUpload > 0) registry.heard(owner, at);
    }
    this.ledger.apply(batch, now, (metered) => owners.get(metered) ?? registry.ownerOf(metered));
    for (const sighting of batch.sightings) {
      registry.learn(batch.live ? sighting : { ...sighting, at: Math.min(sighting.at, now) });
    }
    // Sightings may show that a device was taken for a router; the meter has seen them.
    for (const { device, router } of batch.usage) {
      if (router) registry.markRouter(registry.ownerOf(device) ?? device);
    }
    this.settleMerges();
    return true;
  }

  /** Moves the usage of devices that became part of others. */
  settleMerges(): void {
    for (const merge of this.registry.takeMerges()) {
      this.merges.push(merge);
      this.ledger.merge(merge.from, merge.into);
      this.onMerge?.(merge);
      this.groups.merge(merge.from, merge.into);
      if (merge.into !== OTHER_DEVICE_ID) this.limits.move(merge.from, merge.into);
      this.dropLimits(merge.from, { device: merge.from });
    }
  }

  /** Limits end with the device or group they were set for. */
  dropLimits(target: LimitTarget, about: EventSubject): void {
    for (const limit of this.limits.removeOf(target)) {
      const key = limitKey(limit);
      const sentence = `The limit ${key} was removed, for ${target} is no more.`;
      this.events.add('limit-changed', sentence, { ...about, limit: key });
    }
  }

  /** Gives a remote address a name and returns it tidied up, or with `null` takes it away. Throws `InvalidField`. */
  namePeer(address: string, name: string | null): string | null {
    const clean = name === null ? null : cleanName(name);
    if (clean === null) this.peerNames.delete(address);
    else this.peerNames.set(address, clean);
    this.renamedPeers.set(address, clean);
    return clean;
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
        events: this.events.pending(),
        acknowledgedEvents: this.events.acknowledgements(),
        peerNames: [...this.renamedPeers].map(([address, name]) => ({ address, name })),
        groups: this.groups.changes(),
        limits: this.limits.changes(),
      });
    } catch (error) {
      const reason = messageOf(error);
      const code = systemCodeOf(error) ?? reason;
      if (this.loggedFailure !== code) {
        this.log.error(`${reason} Metering goes on; the ledger is written as soon as it can be.`);
      }
      this.loggedFailure = code;
      this.checkpointFailure = reason;
      return false;
    }
    if (this.checkpointFailure !== undefined) this.log.info('The ledger can be written again.');
    this.loggedFailure = undefined;
    this.checkpointFailure = undefined;
    this.checkpointAt = at;
    this.merges = [];
    this.renamedPeers.clear();
    this.groups.commit();
    this.limits.commit();
    this.events.commit();
    this.registry.commit();
    this.ledger.commit();
    return true;
  }

  /** For who reads the store: what became part of others still goes by its own id there. */
  writeMerges(): void {
    if (this.merges.length > 0) this.checkpoint();
  }

  /** Begins a local day: the totals of the day before are closed. */
  openDay(day: Day): void {
    const totals = this.store.totals(day);
    // The stored totals do not know of merges that could not be written yet.
    for (const { from, into } of this.merges) mergeTotals(totals, from, into);
    this.ledger.open(day, totals);
  }

  /** Books what waits for a next batch that will not come, and writes all for the last time. */
  finish(): void {
    this.ledger.finish((metered) => this.registry.ownerOf(metered));
    if (this.checkpoint()) return;
    const since = new Date(this.checkpointAt).toISOString();
    this.log.error(
      `What was metered since the last checkpoint (${since}) is lost: the ledger could not be written before the end.`,
    );
  }
}
