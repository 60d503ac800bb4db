import type { Sighting } from './device.ts';
import type { Usage } from './usage.ts';

/** What one device used in one slot of time (`model/usage.ts`), as far as this batch knows. */
export interface UsageRow extends Usage {
  /** Device id. */
  device: string;
  slot: number;
  /**
   * Internet traffic this device carried for others: frames of theirs that were handed to, or came from, its MAC, less
   * those that it was seen to pass on under their own addresses. May be negative.
   */
  carriedDownload: number;
  carriedUpload: number;
  carriedPackets: number;
  /** Of `packets`, those of internet traffic. */
  internetPackets: number;
  /** The device has carried traffic of others: it is a router. */
  router: boolean;
}

/**
 * Internet traffic per remote address in one slot, in columns: row i belongs to `devices[device[i]]`. It may lag behind the
 * usage rows by some seconds.
 */
export interface PeerColumns {
  slot: number;
  /** Device ids. */
  devices: string[];
  device: Uint32Array;
  /** Four words a row (`model/address.ts`). */
  address: Uint32Array;
  download: Float64Array;
  upload: Float64Array;
}

/** State of one captured interface. */
export interface InterfaceCounters {
  name: string;
  up: boolean;
  /** Frames the kernel delivered, and those it had to drop because the ring was full; since the monitor started. */
  received: number;
  dropped: number;
}

/** What a monitor saw besides usage, since it started. */
export interface MonitorCounters {
  /** Frames read. */
  frames: number;
  /** Frames with an IP packet that was accounted. */
  accounted: number;
  /** Frames that carry no IP packet (ARP, spanning tree, ...). */
  notIp: number;
  /** Frames whose headers contradict themselves or end early. */
  malformed: number;
  /** Packets on their way through: seen again behind a router, or between two remote addresses. */
  transit: number;
  /** Peers that were folded into "other" because the table was full. */
  foldedPeers: number;
  /** Packets that went to "other", because the table of devices was full. */
  unattributedPackets: number;
  /** Messages about devices that were passed over, because there were too many at a time. */
  droppedSightings: number;
  interfaces: InterfaceCounters[];
}

/**
 * Everything a monitor says, once a second. `(boot, seq)` of a monitor is unique, so applying a batch twice adds nothing.
 */
export interface Batch {
  monitor: string;
  /** Made anew each time the monitor starts. */
  boot: string;
  /** 1, 2, 3, ... */
  seq: number;
  /** Epoch ms, the monitor's wall clock when the batch was begun and closed. */
  from: number;
  to: number;
  /** The packets were stamped by the running clock; false for a file. */
  live: boolean;
  usage: UsageRow[];
  peers: PeerColumns[];
  sightings: Sighting[];
  counters: MonitorCounters;
}
