import type { Batch, PeerColumns, UsageRow } from '../model/batch.ts';
import { monthOf, type AppliedBatch, type Checkpoint, type Day } from '../model/checkpoint.ts';
import { OTHER_DEVICE_ID } from '../model/device.ts';
import {
  addUsage,
  isNoUsage,
  noTotals,
  noUsage,
  slotStart,
  type PeerUsage,
  type Usage,
  type UsageTotals,
} from '../model/usage.ts';
import type { Calendar } from './calendar.ts';
import { Carriers, type Settled } from './carriers.ts';
import { Dating, type Redater } from './dating.ts';
import type { Peer } from './peer-sums.ts';
import { PendingUsage } from './pending-usage.ts';
import { SinceStart } from './since-start.ts';

/** To which device usage belongs that was metered for `metered`. */
type OwnerOf = (metered: string) => string | undefined;

const itself: OwnerOf = (metered) => metered;

/** The ledger's own part of a checkpoint. */
export type LedgerPages = Pick<Checkpoint, 'hours' | 'days' | 'peers' | 'applied'>;

/**
 * Books batches on local hours and days. Totals of the current day are at hand; everything else waits as increments for
 * the next checkpoint.
 */
export class Ledger {
  private readonly calendar: Calendar;
  private readonly carriers = new Carriers();
  private readonly dating = new Dating();
  /** What no checkpoint holds yet. */
  readonly pending = new PendingUsage();
  readonly sinceStart = new SinceStart();
  private readonly applied = new Map<string, AppliedBatch>();
  /** Internet bytes of each device that no remote address has been told for yet. */
  private readonly unitemised = new Map<string, PeerUsage>();
  private readonly redater: Redater = {
    usage: (device, usage, from, to) => {
      this.book(device, from, usage, -1);
      this.book(device, to, usage);
    },
    peer: (peer, to) => {
      const { download, upload } = peer;
      const fromDay = this.calendar.day(slotStart(peer.span));
      const toDay = this.calendar.day(slotStart(to));
      if (fromDay === toDay) return;
      this.pending.addPeer({ ...peer, span: fromDay, download: -download, upload: -upload });
      this.pending.addPeer({ ...peer, span: toDay });
    },
  };
  private totals = new Map<string, UsageTotals>();
  private day: Day = 0;
  private version = 0;

  constructor(calendar: Calendar, applied: readonly AppliedBatch[] = []) {
    this.calendar = calendar;
    for (const batch of applied) this.applied.set(batch.monitor, batch);
  }

  /** The day that `today` means. */
  get today(): Day {
    return this.day;
  }

  /** Changes whenever the usage of days other than today may have changed. */
  get pastVersion(): number {
    return this.version;
  }

  /** Begins a day with the totals that are stored; what no checkpoint holds yet is added. */
  open(day: Day, totals: Map<string, UsageTotals>): void {
    this.day = day;
    this.totals = totals;
    this.version += 1;
    for (const row of this.pending.days()) this.addToTotals(row.device, row.day, row.usage, 1);
  }

  totalsOf(device: string): UsageTotals {
    return this.totals.get(device) ?? noTotals();
  }

  get peersFolded(): number {
    return this.pending.peersFolded;
  }

  /** The batch was applied before, in this run or an earlier one. */
  knows({ monitor, boot, seq }: Batch): boolean {
    const last = this.applied.get(monitor);
    return last?.boot === boot && last.seq >= seq;
  }

  /**
   * Books a batch; one that was applied before adds nothing. `now`: wall clock, epoch ms. `ownerOf` tells to which device
   * the usage of a metered one belongs, or undefined where nobody knows it.
   */
  apply(batch: Batch, now: number, ownerOf: OwnerOf = itself): void {
    if (this.knows(batch)) return;
    const slotFor = this.dating.slots(batch, now, this.redater);
    for (const row of batch.usage) this.addRow(row, slotFor(row.slot), ownerOf(row.device));
    for (const peers of batch.peers) this.addPeers(peers, slotFor(peers.slot), ownerOf);
    const { monitor, boot, seq } = batch;
    this.applied.set(monitor, { monitor, boot, seq });
  }

  /** The wall clock was set while running, by so many slots: what was stamped by the wrong clock moves with it. */
  shiftClock(slots: number): void {
    this.dating.shift(slots, this.redater);
    this.carriers.shift(slots);
  }

  /** Books what waits for a next batch that will not come. */
  finish(ownerOf: OwnerOf = itself): void {
    for (const { device, settled } of this.carriers.finish()) {
      const owner = ownerOf(device) ?? device;
      this.book(owner, settled.slot, { ...noUsage(), ...internetOf(settled) });
    }
  }

  /** Everything of `from` becomes `into`'s. */
  merge(from: string, into: string): void {
    mergeTotals(this.totals, from, into);
    const open = this.unitemised.get(from);
    this.unitemised.delete(from);
    if (open !== undefined) this.addUnitemised(into, open);
    this.version += 1;
    this.pending.merge(from, into);
    this.dating.merge(from, into);
    this.sinceStart.end(from);
  }

  /** Frees memory: of the remote addresses since the last checkpoint, the smaller half and more to come stay in "other". */
  shedPeers(): void {
    const { calendar, dating } = this;
    this.pending.shedPeers((peer) => {
      dating.forgetPeer(peer, (slot) => calendar.day(slotStart(slot)) === peer.span);
    });
    dating.compact();
  }

  /** Memory is no longer short. */
  restorePeers(): void {
    this.pending.restorePeers();
  }

  /** What the next checkpoint has to write. */
  pages(): LedgerPages {
    const { pending } = this;
    const applied = [...this.applied.values()];
    return { hours: pending.hours(), days: pending.days(), peers: pending.peers(), applied };
  }

  /** The pages are safe: forget the increments. */
  commit(): void {
    this.pending.clear();
  }

  /** Routers are told apart as they were metered: what one carried for others is nothing that a device merged with it used. */
  private addRow(row: UsageRow, slot: number, owner = row.device): void {
    const { download, upload, localDownload, localUpload, packets } = row;
    // Among "other" devices nobody can say who carried whose traffic.
    const settled = owner === OTHER_DEVICE_ID ? undefined : this.carriers.settle(row, slot);
    if (settled === undefined) {
      this.record(owner, slot, { download, upload, localDownload, localUpload, packets });
      return;
    }
    const localPackets = packets - row.internetPackets;
    this.record(owner, slot, { ...noUsage(), localDownload, localUpload, packets: localPackets });
    this.record(owner, settled.slot, { ...noUsage(), ...internetOf(settled) });
  }

  private record(device: string, slot: number, usage: Usage): void {
    if (isNoUsage(usage)) return;
    this.sinceStart.add(device, usage);
    this.book(device, slot, usage);
    this.dating.record(device, slot, usage);
    this.addUnitemised(device, usage);
  }

  private addPeers(peers: PeerColumns, slot: number, ownerOf: OwnerOf): void {
    const day = this.calendar.day(slotStart(slot));
    const accounts = peers.devices.map((metered) =>
      this.carriers.isCarrier(metered) ? undefined : this.accountOf(ownerOf(metered)),
    );
    const { address: words } = peers;
    const peer: Peer = { device: '', span: day, words, address: 0, download: 0, upload: 0 };
    for (let index = 0; index < peers.device.length; index++) {
      const account = accounts[peers.device[index] as number];
      if (account === undefined) continue;
      const { device, open } = account;
      // Peers lag, and what a device used before it was forgotten or split is another's: the rest stays in "other".
      peer.download = Math.min(peers.download[index] as number, open.download);
      peer.upload = Math.min(peers.upload[index] as number, open.upload);
      if (peer.download === 0 && peer.upload === 0) continue;
      open.download -= peer.download;
      open.upload -= peer.upload;
      peer.device = device;
      peer.address = index * 4;
      peer.span = day;
      if (!this.pending.admitsPeer(peer)) continue;
      this.pending.addPeer(peer);
      peer.span = slot;
      this.dating.recordPeer(peer);
    }
  }

  /** Whose peers they are, and how much of what it used none was told for yet; undefined where nobody's. */
  private accountOf(device: string | undefined): { device: string; open: PeerUsage } | undefined {
    const open = device === undefined ? undefined : this.unitemised.get(device);
    return device === undefined || open === undefined ? undefined : { device, open };
  }

  private addUnitemised(device: string, { download, upload }: PeerUsage): void {
    const open = this.unitemised.get(device);
    if (open === undefined) {
      this.unitemised.set(device, { download, upload });
      return;
    }
    open.download += download;
    open.upload += upload;
  }

  private book(device: string, slot: number, usage: Usage, sign: 1 | -1 = 1): void {
    const when = this.calendar.localHour(slotStart(slot));
    this.pending.add(device, when, usage, sign);
    this.addToTotals(device, when.day, usage, sign);
  }

  private addToTotals(device: string, day: Day, usage: Usage, sign: 1 | -1): void {
    const totals = this.ownTotals(device);
    if (day === this.day) addUsage(totals.today, usage, sign);
    else this.version += 1;
    if (monthOf(day) === monthOf(this.day)) addUsage(totals.month, usage, sign);
    addUsage(totals.total, usage, sign);
  }

  private ownTotals(device: string): UsageTotals {
    let totals = this.totals.get(device);
    if (totals === undefined) {
      totals = noTotals();
      this.totals.set(device, totals);
    }
    return totals;
  }
}

function internetOf({ download, upload, packets }: Settled) {
  return { download, upload, packets };
}

/** Moves everything of `from` to `into`. */
export function mergeTotals(totals: Map<string, UsageTotals>, from: string, into: string): void {
  const gone = totals.get(from);
  if (gone === undefined) return;
  totals.delete(from);
  const target = totals.get(into) ?? noTotals();
  totals.set(into, target);
  for (const span of ['today', 'month', 'total'] as const) addUsage(target[span], gone[span]);
}
