import type { Batch } from '../model/batch.ts';
import { addUsage, noUsage, slotOf, type Usage } from '../model/usage.ts';
import { PeerSums, type Peer } from './peer-sums.ts';

/** Books on slot `to` what was booked on another. */
export interface Redater {
  usage(device: string, usage: Usage, from: number, to: number): void;
  /** `peer.span` is the slot it was booked on. */
  peer(peer: Peer, to: number): void;
}

/** No home gateway captured anything before; a clock that says so was never set. */
const earliestSlot = slotOf(Date.UTC(1990, 0, 1));
/** A file may come from a machine whose clock runs a little ahead. */
const AHEAD_SLOTS = 96;
/** A live packet waits at most this long in the ring, and its peer in the meter, besides the time its batch spans. */
const DELAY_MS = 15_000;
/** A gateway without a battery-backed clock learns the time within this many batches, of a second each. */
const JOURNAL_BATCHES = 3600;
/** A step may be undone: what follows it can move back for a day. */
const JOURNAL_BATCHES_AFTER_STEP = 86_400;
/** Peers in the journal, which bounds its memory. */
const JOURNAL_PEERS = 200_000;
/** Clocks that disagree by more were set in between. */
const STEP_MS = 60_000;

/**
 * Finds the time at which traffic is booked. A packet belongs to its own timestamp, unless the clock that stamped it was
 * wrong: then it belongs to the time at which the clock was right again. Nothing is booked into the future.
 */
export class Dating {
  /** The journal: what may yet turn out to be stamped by a wrong clock, by slot and device. */
  private usage = new Map<number, Map<string, Usage>>();
  /** Its peers; their spans are slots. */
  private peers = new PeerSums();
  /** The journal is kept. */
  private records = true;
  /** Live ones, of all workers. */
  private batches = 0;
  private journalUntil = JOURNAL_BATCHES;
  private lastGoodSlot: number | undefined;

  /** The slot to book each stamped slot of the batch on. `now`: wall clock, epoch ms. */
  slots(batch: Batch, now: number, redater: Redater): (stamped: number) => number {
    if (batch.live) return this.liveSlots(batch, now);
    const latest = slotOf(now) + AHEAD_SLOTS;
    const isPossible = (slot: number) => slot >= earliestSlot && slot <= latest;
    const booked = this.fileSlots(batch, isPossible, redater);
    // Peers lag: usage of their slot may be in the batch before.
    return (stamped) =>
      booked.get(stamped) ?? (isPossible(stamped) ? stamped : (this.lastGoodSlot ?? stamped));
  }

  /** The clock was set by so many slots: moves what it stamped before. */
  shift(slots: number, redater: Redater): void {
    const { usage, peers } = this;
    this.usage = new Map();
    this.peers = new PeerSums();
    this.records = true;
    this.journalUntil = this.batches + JOURNAL_BATCHES_AFTER_STEP;
    const moved = (slot: number) => slot + slots;
    redate(usage, peers, redater, moved);
    for (const [from, ofSlot] of usage) this.usage.set(moved(from), ofSlot);
    for (const peer of peers.peers()) this.peers.add({ ...peer, span: moved(peer.span) });
  }

  record(device: string, slot: number, usage: Usage): void {
    if (!this.records) return;
    const ofSlot = this.usage.get(slot) ?? new Map<string, Usage>();
    this.usage.set(slot, ofSlot);
    addTo(ofSlot, device, usage);
  }

  /** Its span is the slot it was booked on. */
  recordPeer(peer: Peer): void {
    if (!this.records) return;
    this.peers.add(peer);
    if (this.peers.size > JOURNAL_PEERS) this.stopRecording();
  }

  /** These bytes of a peer were given up: they cannot move. `isThen` tells the slots that they may have been booked on. */
  forgetPeer(peer: Peer, isThen: (slot: number) => boolean): void {
    let { download, upload } = peer;
    for (const span of this.peers.spansOf(peer.device)) {
      const booked = isThen(span) ? this.peers.find({ ...peer, span }) : undefined;
      if (booked === undefined) continue;
      const gone = {
        download: Math.min(download, booked.download),
        upload: Math.min(upload, booked.upload),
      };
      download -= gone.download;
      upload -= gone.upload;
      this.peers.add({ ...peer, span, download: -gone.download, upload: -gone.upload });
    }
  }

  /** Frees the memory of what was forgotten. */
  compact(): void {
    const { peers } = this;
    this.peers = new PeerSums();
    for (const peer of peers.peers()) this.peers.add(peer);
  }

  merge(from: string, into: string): void {
    for (const ofSlot of this.usage.values()) {
      const moved = ofSlot.get(from);
      if (moved !== undefined) addTo(ofSlot, into, moved);
      ofSlot.delete(from);
    }
    this.peers.merge(from, into);
  }

  /** A live packet was captured just now: a slot that disagrees comes from a clock that has been set meanwhile. */
  private liveSlots(batch: Batch, now: number): (stamped: number) => number {
    this.batches++;
    if (this.batches > this.journalUntil && slotOf(now) >= earliestSlot) this.stopRecording();
    const to = Math.abs(now - batch.to) < STEP_MS ? batch.to : now;
    const first = slotOf(to - (batch.to - batch.from) - DELAY_MS);
    const last = slotOf(to);
    return (stamped) => (stamped >= first && stamped <= last ? stamped : last);
  }

  /** A file tells the order of its packets and nothing else: what is stamped impossibly takes the time of a neighbour. */
  private fileSlots(
    batch: Batch,
    isPossible: (slot: number) => boolean,
    redater: Redater,
  ): Map<number, number> {
    const booked = new Map<number, number>();
    const firstGood = batch.usage.find(({ slot }) => isPossible(slot))?.slot;
    const good = this.lastGoodSlot ?? firstGood;
    if (good === undefined) return booked;
    redate(this.usage, this.peers, redater, () => good);
    this.stopRecording();
    let current = good;
    for (const { slot } of batch.usage) {
      if (isPossible(slot)) current = slot;
      booked.set(slot, current);
    }
    this.lastGoodSlot = current;
    return booked;
  }

  private stopRecording(): void {
    if (!this.records) return;
    this.records = false;
    this.usage = new Map();
    this.peers = new PeerSums();
  }
}

/** Books everything on the slot that `toSlot` names instead of its own. */
function redate(
  usage: ReadonlyMap<number, Map<string, Usage>>,
  peers: PeerSums,
  redater: Redater,
  toSlot: (slot: number) => number,
): void {
  for (const [from, ofSlot] of usage) {
    for (const [device, used] of ofSlot) redater.usage(device, used, from, toSlot(from));
  }
  for (const peer of peers.peers()) redater.peer(peer, toSlot(peer.span));
}

function addTo(usage: Map<string, Usage>, device: string, more: Usage): void {
  const total = usage.get(device) ?? noUsage();
  addUsage(total, more);
  usage.set(device, total);
}
