import { formatAddress } from '../model/address.ts';
import type { Checkpoint, CheckpointPeer, Day } from '../model/checkpoint.ts';
import { addUsage, isNoUsage, noUsage, type Usage } from '../model/usage.ts';
import type { LocalHour } from './calendar.ts';
import { PeerSums, type Peer } from './peer-sums.ts';

/** Peers between two checkpoints; beyond it new ones stay in "other". */
const PEERS_LIMIT = 100_000;
/** So many are kept however short memory is. */
const LEAST_PEERS = 256;

/** Keyed by device, then by day or by the start of an hour. */
type Spans = Map<string, Map<number, Usage>>;

/** Increments since the last checkpoint. */
export class PendingUsage {
  /** Peers that found no room. */
  peersFolded = 0;
  private readonly hoursOf: Spans = new Map();
  private readonly daysOf: Spans = new Map();
  /** Their spans are days. */
  private peerSums = new PeerSums();
  private peersLimit = PEERS_LIMIT;

  /** Adds `usage` to a local day and to an hour of it, or takes it away. */
  add(device: string, when: LocalHour, usage: Usage, sign: 1 | -1): void {
    addUsage(at(this.daysOf, device, when.day), usage, sign);
    addUsage(at(this.hoursOf, device, when.hour), usage, sign);
  }

  /** Its span is a day. */
  addPeer(peer: Peer): void {
    this.peerSums.add(peer);
  }

  /** Whether there is room for the peer. Where there is none, its bytes stay in "other". */
  admitsPeer(peer: Peer): boolean {
    const { peerSums, peersLimit } = this;
    if (peerSums.size < peersLimit || peerSums.find(peer) !== undefined) return true;
    this.peersFolded++;
    return false;
  }

  /** Keeps half of the peers at most, the largest, until `restorePeers`; `onShed` hears of those that had to go. */
  shedPeers(onShed: (peer: Peer) => void): void {
    const { peerSums } = this;
    // Sorted as plain numbers: memory is short.
    const sizes = new Float64Array(peerSums.size);
    let count = 0;
    for (const peer of peerSums.peers()) sizes[count++] = sizeOf(peer);
    const room = Math.min(this.peersLimit, Math.max(count, 2 * LEAST_PEERS));
    this.peersLimit = Math.max(LEAST_PEERS, Math.floor(room / 2));
    let surplus = Math.max(0, count - this.peersLimit);
    const largestToGo = sizes.subarray(0, count).toSorted()[surplus - 1] ?? 0;
    this.peerSums = new PeerSums();
    for (const peer of peerSums.peers()) {
      // What is taken away from a stored peer must arrive there.
      const isNeeded = peer.download < 0 || peer.upload < 0;
      if (surplus === 0 || isNeeded || sizeOf(peer) > largestToGo) {
        this.peerSums.add(peer);
        continue;
      }
      onShed(peer);
      surplus--;
      this.peersFolded++;
    }
  }

  restorePeers(): void {
    this.peersLimit = PEERS_LIMIT;
  }

  merge(from: string, into: string): void {
    for (const spans of [this.hoursOf, this.daysOf]) {
      for (const [start, usage] of spans.get(from) ?? []) {
        addUsage(at(spans, into, start), usage);
      }
      spans.delete(from);
    }
    this.peerSums.merge(from, into);
  }

  hours(): Checkpoint['hours'] {
    return list(this.hoursOf, (device, hour, usage) => ({ device, hour, usage }));
  }

  days(): Checkpoint['days'] {
    return list(this.daysOf, (device, day, usage) => ({ device, day, usage }));
  }

  /** Those of the devices and days that `isWanted` names, until the next `clear`. */
  peers(
    isWanted: (row: { device: string; day: Day }) => boolean = () => true,
  ): Checkpoint['peers'] {
    return { [Symbol.iterator]: () => toRows(this.peerSums, isWanted) };
  }

  clear(): void {
    this.hoursOf.clear();
    this.daysOf.clear();
    this.peerSums.clear();
  }
}

/** Rows are made as they are asked for: all of them at once would take many times the memory of the sums. */
function* toRows(
  sums: PeerSums,
  isWanted: (row: { device: string; day: Day }) => boolean,
): Generator<CheckpointPeer> {
  for (const { device, span: day, words, address, download, upload } of sums.peers()) {
    if (!isWanted({ device, day })) continue;
    yield { device, day, address: formatAddress(words, address), usage: { download, upload } };
  }
}

function sizeOf({ download, upload }: Peer): number {
  return download + upload;
}

function at(spans: Spans, device: string, start: number): Usage {
  let ofDevice = spans.get(device);
  if (ofDevice === undefined) {
    ofDevice = new Map();
    spans.set(device, ofDevice);
  }
  let usage = ofDevice.get(start);
  if (usage === undefined) {
    usage = noUsage();
    ofDevice.set(start, usage);
  }
  return usage;
}

function list<Row>(
  spans: Spans,
  toRow: (device: string, start: number, usage: Usage) => Row,
): Row[] {
  return [...spans].flatMap(([device, starts]) =>
    [...starts]
      .filter(([, usage]) => !isNoUsage(usage))
      .map(([start, usage]) => toRow(device, start, usage)),
  );
}
