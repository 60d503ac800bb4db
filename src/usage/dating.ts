import type { Batch } from '../model/batch.ts';
import {
  addUsage,
  noUsage,
  slotOf,
  slotStart,
  type PeerUsage,
  type Usage,
} from '../model/usage.ts';
import type { PeerKey } from './peer-key.ts';

/** Usage that was booked on slot `from` and belongs on slot `to`. */
export interface Redating {
  from: number;
  to: number;
  usage: { device: string; usage: Usage }[];
  peers: { device: string; address: PeerKey; bytes: PeerUsage }[];
}

/** Usage of one slot that may yet turn out to be stamped by a wrong clock. */
interface JournalPage {
  usage: Map<string, Usage>;
  peers: Map<string, Map<PeerKey, PeerUsage>>;
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
  private readonly journal = new Map<number, JournalPage>();
  /** The journal is kept. */
  private records = true;
  private peersRecorded = 0;
  private lastSeq = 0;
  private journalUntilSeq = JOURNAL_BATCHES;
  private lastGoodSlot: number | undefined;

  /** The slot to book each stamped slot of the batch on. `now`: wall clock, epoch ms. */
  slots(batch: Batch, now: number, redate: (move: Redating) => void): (stamped: number) => number {
    if (batch.live) return this.liveSlots(batch, now);
    const latest = slotOf(now) + AHEAD_SLOTS;
    const isPossible = (slot: number) => slot >= earliestSlot && slot <= latest;
    const booked = this.fileSlots(batch, isPossible, redate);
    // Peers lag: usage of their slot may be in the batch before.
    return (stamped) =>
      booked.get(stamped) ?? (isPossible(stamped) ? stamped : (this.lastGoodSlot ?? stamped));
  }

  /** The clock was set by `byMs`: moves what it stamped before. */
  shift(byMs: number, redate: (move: Redating) => void): void {
    const pages = [...this.journal];
    this.journal.clear();
    this.records = true;
    this.journalUntilSeq = this.lastSeq + JOURNAL_BATCHES_AFTER_STEP;
    for (const [from, page] of pages) {
      const to = slotOf(slotStart(from) + byMs);
      redate(toRedating(from, to, page));
      addPage(this.page(to), page);
    }
  }

  record(device: string, slot: number, usage: Usage): void {
    if (this.records) addTo(this.page(slot).usage, device, usage);
  }

  recordPeer(device: string, slot: number, address: PeerKey, bytes: PeerUsage): void {
    if (!this.records) return;
    const isNew = addPeerTo(this.page(slot).peers, device, address, bytes);
    if (isNew && ++this.peersRecorded > JOURNAL_PEERS) this.stopRecording();
  }

  /** These bytes of a peer were given up: they cannot move. `isThen` tells the slots that they may have been booked on. */
  forgetPeer(
    device: string,
    address: PeerKey,
    bytes: PeerUsage,
    isThen: (slot: number) => boolean,
  ): void {
    let { download, upload } = bytes;
    for (const [slot, { peers }] of this.journal) {
      const addresses = peers.get(device);
      const booked = addresses?.get(address);
      if (addresses === undefined || booked === undefined || !isThen(slot)) continue;
      const gone = {
        download: Math.min(download, booked.download),
        upload: Math.min(upload, booked.upload),
      };
      download -= gone.download;
      upload -= gone.upload;
      booked.download -= gone.download;
      booked.upload -= gone.upload;
      if (booked.download === 0 && booked.upload === 0) addresses.delete(address);
    }
  }

  merge(from: string, into: string): void {
    for (const { usage, peers } of this.journal.values()) {
      const moved = usage.get(from);
      if (moved !== undefined) addTo(usage, into, moved);
      usage.delete(from);
      for (const [address, bytes] of peers.get(from) ?? []) addPeerTo(peers, into, address, bytes);
      peers.delete(from);
    }
  }

  /** A live packet was captured just now: a slot that disagrees comes from a clock that has been set meanwhile. */
  private liveSlots(batch: Batch, now: number): (stamped: number) => number {
    if (batch.seq > this.journalUntilSeq && slotOf(now) >= earliestSlot) this.stopRecording();
    const to = Math.abs(now - batch.to) < STEP_MS ? batch.to : now;
    this.lastSeq = batch.seq;
    const first = slotOf(to - (batch.to - batch.from) - DELAY_MS);
    const last = slotOf(to);
    return (stamped) => (stamped >= first && stamped <= last ? stamped : last);
  }

  /** A file tells the order of its packets and nothing else: what is stamped impossibly takes the time of a neighbour. */
  private fileSlots(
    batch: Batch,
    isPossible: (slot: number) => boolean,
    redate: (move: Redating) => void,
  ): Map<number, number> {
    const booked = new Map<number, number>();
    const firstGood = batch.usage.find(({ slot }) => isPossible(slot))?.slot;
    let current = this.lastGoodSlot ?? firstGood;
    if (current === undefined) return booked;
    for (const [from, page] of this.journal) redate(toRedating(from, current, page));
    this.stopRecording();
    for (const { slot } of batch.usage) {
      if (isPossible(slot)) current = slot;
      booked.set(slot, current);
    }
    this.lastGoodSlot = current;
    return booked;
  }

  private stopRecording(): void {
    this.records = false;
    this.peersRecorded = 0;
    this.journal.clear();
  }

  private page(slot: number): JournalPage {
    let page = this.journal.get(slot);
    if (page === undefined) {
      page = { usage: new Map(), peers: new Map() };
      this.journal.set(slot, page);
    }
    return page;
  }
}

function addTo(usage: Map<string, Usage>, device: string, more: Usage): void {
  const total = usage.get(device) ?? noUsage();
  addUsage(total, more);
  usage.set(device, total);
}

/** True where the address is new. */
function addPeerTo(
  peers: JournalPage['peers'],
  device: string,
  address: PeerKey,
  { download, upload }: PeerUsage,
): boolean {
  const ofDevice = peers.get(device) ?? new Map<PeerKey, PeerUsage>();
  const known = ofDevice.get(address);
  const total = known ?? { download: 0, upload: 0 };
  total.download += download;
  total.upload += upload;
  peers.set(device, ofDevice.set(address, total));
  return known === undefined;
}

function addPage(target: JournalPage, { usage, peers }: JournalPage): void {
  for (const [device, more] of usage) addTo(target.usage, device, more);
  for (const [device, addresses] of peers) {
    for (const [address, bytes] of addresses) addPeerTo(target.peers, device, address, bytes);
  }
}

function toRedating(from: number, to: number, page: JournalPage): Redating {
  return {
    from,
    to,
    usage: [...page.usage].map(([device, usage]) => ({ device, usage })),
    peers: [...page.peers].flatMap(([device, addresses]) =>
      [...addresses].map(([address, bytes]) => ({ device, address, bytes })),
    ),
  };
}
