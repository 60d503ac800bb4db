import type { Checkpoint, Day } from '../model/checkpoint.ts';
import { addUsage, isNoUsage, noUsage, type PeerUsage, type Usage } from '../model/usage.ts';
import type { LocalHour } from './calendar.ts';
import { formatPeerKey, type PeerKey } from './peer-key.ts';

/** Peers between two checkpoints; beyond it new ones stay in "other". */
const PEERS_LIMIT = 100_000;

/** Spans are keyed by day, or by the start of an hour. */
type Spans<Value> = Map<string, Map<number, Value>>;

/** Increments since the last checkpoint. */
export class PendingUsage {
  /** Peers that found no room. */
  peersFolded = 0;
  private readonly hoursOf: Spans<Usage> = new Map();
  private readonly daysOf: Spans<Usage> = new Map();
  private readonly peersOf: Spans<Map<PeerKey, PeerUsage>> = new Map();
  private peerCount = 0;

  /** Adds `usage` to a local day and to an hour of it, or takes it away. */
  add(device: string, when: LocalHour, usage: Usage, sign: 1 | -1): void {
    addUsage(at(this.daysOf, device, when.day, noUsage), usage, sign);
    addUsage(at(this.hoursOf, device, when.hour, noUsage), usage, sign);
  }

  addPeer(device: string, day: Day, address: PeerKey, bytes: PeerUsage): void {
    const addresses = at(this.peersOf, device, day, () => new Map<PeerKey, PeerUsage>());
    const total = addresses.get(address);
    if (total !== undefined) {
      total.download += bytes.download;
      total.upload += bytes.upload;
    } else if (this.peerCount < PEERS_LIMIT) {
      this.peerCount++;
      addresses.set(address, bytes);
    } else this.peersFolded++;
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
    return [...this.peersOf].flatMap(([device, days]) =>
      [...days].flatMap(([day, addresses]) =>
        [...addresses].map(([key, usage]) => ({ device, day, address: formatPeerKey(key), usage })),
      ),
    );
  }

  clear(): void {
    this.hoursOf.clear();
    this.daysOf.clear();
    this.peersOf.clear();
    this.peerCount = 0;
  }
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
