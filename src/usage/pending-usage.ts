import type { Checkpoint, Day } from '../model/checkpoint.ts';
import { addUsage, isNoUsage, noUsage, type PeerUsage, type Usage } from '../model/usage.ts';
import type { LocalHour } from './calendar.ts';
import { formatPeerKey, type PeerKey } from './peer-key.ts';

/** Peers between two checkpoints; beyond it new ones stay in "other". */
const PEERS_LIMIT = 100_000;
/** So many are kept however short memory is. */
const LEAST_PEERS = 256;

/** Spans are keyed by day, or by the start of an hour. */
type Spans<Value> = Map<string, Map<number, Value>>;

/** What a device exchanged with a remote address on a day, since the last checkpoint. */
export interface PendingPeer {
  device: string;
  day: Day;
  address: PeerKey;
  bytes: PeerUsage;
}

/** Increments since the last checkpoint. */
export class PendingUsage {
  /** Peers that found no room. */
  peersFolded = 0;
  private readonly hoursOf: Spans<Usage> = new Map();
  private readonly daysOf: Spans<Usage> = new Map();
  private readonly peersOf: Spans<Map<PeerKey, PeerUsage>> = new Map();
  private peerCount = 0;
  private peersLimit = PEERS_LIMIT;

  /** Adds `usage` to a local day and to an hour of it, or takes it away. */
  add(device: string, when: LocalHour, usage: Usage, sign: 1 | -1): void {
    addUsage(at(this.daysOf, device, when.day, noUsage), usage, sign);
    addUsage(at(this.hoursOf, device, when.hour, noUsage), usage, sign);
  }

  addPeer(device: string, day: Day, address: PeerKey, bytes: PeerUsage): void {
    const addresses = at(this.peersOf, device, day, () => new Map<PeerKey, PeerUsage>());
    const total = addresses.get(address);
    if (total === undefined) {
      this.peerCount++;
      addresses.set(address, bytes);
    } else {
      total.download += bytes.download;
      total.upload += bytes.upload;
    }
  }

  /** Whether there is room for the peer. Where there is none, its bytes stay in "other". */
  admitsPeer(device: string, day: Day, address: PeerKey): boolean {
    if (this.peerCount < this.peersLimit) return true;
    if (this.peersOf.get(device)?.get(day)?.has(address) === true) return true;
    this.peersFolded++;
    return false;
  }

  /** Keeps half of the peers at most, the largest, until `restorePeers`; `onShed` hears of those that had to go. */
  shedPeers(onShed: (peer: PendingPeer) => void): void {
    const room = Math.min(this.peersLimit, Math.max(this.peerCount, 2 * LEAST_PEERS));
    this.peersLimit = Math.max(LEAST_PEERS, Math.floor(room / 2));
    let surplus = this.peerCount - this.peersLimit;
    if (surplus <= 0) return;
    // Sorted as plain numbers: memory is short.
    const sizes = new Float64Array(this.peerCount);
    let count = 0;
    this.eachPeer((device, day, address, bytes) => {
      sizes[count++] = sizeOf(bytes);
    });
    const largestToGo = sizes.toSorted()[surplus - 1] ?? 0;
    this.eachPeer((device, day, address, bytes) => {
      if (surplus === 0 || sizeOf(bytes) > largestToGo) return;
      // What is taken away from a stored peer must arrive there.
      if (bytes.download < 0 || bytes.upload < 0) return;
      this.peersOf.get(device)?.get(day)?.delete(address);
      onShed({ device, day, address, bytes });
      surplus--;
      this.peerCount--;
      this.peersFolded++;
    });
  }

  restorePeers(): void {
    this.peersLimit = PEERS_LIMIT;
  }

  merge(from: string, into: string): void {
    for (const spans of [this.hoursOf, this.daysOf]) {
      for (const [start, usage] of spans.get(from) ?? []) {
        addUsage(at(spans, into, start, noUsage), usage);
      }
      spans.delete(from);
    }
    const moved = this.peersOf.get(from);
    this.peersOf.delete(from);
    for (const [day, addresses] of moved ?? []) {
      this.peerCount -= addresses.size;
      for (const [address, bytes] of addresses) this.addPeer(into, day, address, bytes);
    }
  }

  hours(): Checkpoint['hours'] {
    return list(this.hoursOf, (device, hour, usage) => ({ device, hour, usage }));
  }

  days(): Checkpoint['days'] {
    return list(this.daysOf, (device, day, usage) => ({ device, day, usage }));
  }

  peers(): Checkpoint['peers'] {
    const peers: Checkpoint['peers'][number][] = [];
    this.eachPeer((device, day, address, usage) => {
      peers.push({ device, day, address: formatPeerKey(address), usage });
    });
    return peers;
  }

  clear(): void {
    this.hoursOf.clear();
    this.daysOf.clear();
    this.peersOf.clear();
    this.peerCount = 0;
  }

  private eachPeer(
    visit: (device: string, day: Day, address: PeerKey, bytes: PeerUsage) => void,
  ): void {
    for (const [device, days] of this.peersOf) {
      for (const [day, addresses] of days) {
        for (const [address, bytes] of addresses) visit(device, day, address, bytes);
      }
    }
  }
}

function sizeOf({ download, upload }: PeerUsage): number {
  return download + upload;
}

function at<Value>(spans: Spans<Value>, device: string, start: number, create: () => Value): Value {
  let ofDevice = spans.get(device);
  if (ofDevice === undefined) {
    ofDevice = new Map();
    spans.set(device, ofDevice);
  }
  let value = ofDevice.get(start);
  if (value === undefined) {
    value = create();
    ofDevice.set(start, value);
  }
  return value;
}

function list<Row>(
  spans: Spans<Usage>,
  toRow: (device: string, start: number, usage: Usage) => Row,
): Row[] {
  return [...spans].flatMap(([device, starts]) =>
    [...starts]
      .filter(([, usage]) => !isNoUsage(usage))
      .map(([start, usage]) => toRow(device, start, usage)),
  );
}
