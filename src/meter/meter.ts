import type { PeerColumns, UsageRow } from '../model/batch.ts';
import { isMulticast, type LocalNetworks } from '../model/networks.ts';
import { NO_MAC, type Traffic } from '../model/traffic.ts';
import { SLOT_SECONDS } from '../model/usage.ts';
import { DeviceTable, OTHER_ROW, roles, TRANSIT } from './device-table.ts';
import { peerColumns, PeerTable } from './peer-table.ts';
import { NO_ROW } from './row-table.ts';

/** Usage of one slot of time; peers refer to rows of `usage`. */
export interface Section {
  usage: UsageRow[];
  peers: PeerColumns;
}

export interface MeterLimits {
  /** Devices at a time, this host and "other" included; at most 65,535. */
  devices: number;
  /** (device, remote address) pairs between two drains. */
  peers: number;
}

const defaultLimits: MeterLimits = { devices: 4096, peers: 65_535 };

/** No MAC address, and not NO_MAC either. */
const NOBODY = -2;
/** Columns of a device's counters. */
const DOWNLOAD = 0;
const UPLOAD = 1;
const LOCAL_DOWNLOAD = 2;
const LOCAL_UPLOAD = 3;
const PACKETS = 4;
const CARRIED_DOWNLOAD = 5;
const CARRIED_UPLOAD = 6;
const COLUMNS = 8;

/**
 * Adds packets up per device and per (device, remote address), in fixed memory and without allocating per packet.
 * `drain` takes the sums out. Time is cut into slots; packets of different slots end up in different sections.
 */
export class Meter {
  readonly devices: DeviceTable;
  /** Packets that are counted elsewhere: on their way through this link, or between two remote addresses. */
  transit = 0;
  /** Devices that found no room and were added to "other". */
  foldedDevices = 0;
  private readonly limits: MeterLimits;
  private readonly networks: LocalNetworks;
  private readonly peers: PeerTable;
  private readonly counts: Float64Array;
  private seconds = -1;
  private slot = -1;
  private sections: Section[] = [];
  /** The last MAC that carried traffic of another: in most homes there is one. */
  private carrierHigh = NOBODY;
  private carrierLow = 0;
  private carrier = OTHER_ROW;

  constructor(networks: LocalNetworks, limits: MeterLimits = defaultLimits) {
    this.networks = networks;
    this.limits = limits;
    this.devices = new DeviceTable(limits.devices, networks);
    this.peers = new PeerTable(limits.peers);
    this.counts = new Float64Array(limits.devices * COLUMNS);
  }

  get foldedPeers(): number {
    return this.peers.folded;
  }

  /** Accounts one packet. */
  add(packet: Traffic): void {
    if (packet.seconds !== this.seconds) this.turnTo(packet.seconds);
    const sourceIsLocal = this.networks.isLocal(
      packet.source0,
      packet.source1,
      packet.source2,
      packet.source3,
    );
    if (isForGroup(packet)) {
      if (sourceIsLocal) this.addEnd(this.source(packet), LOCAL_UPLOAD, packet);
      else this.transit++;
      return;
    }
    const destinationIsLocal = this.networks.isLocal(
      packet.destination0,
      packet.destination1,
      packet.destination2,
      packet.destination3,
    );
    if (sourceIsLocal && destinationIsLocal) {
      this.addEnd(this.source(packet), LOCAL_UPLOAD, packet);
      this.addEnd(this.destination(packet), LOCAL_DOWNLOAD, packet);
    } else if (sourceIsLocal) this.addUpload(this.source(packet), packet);
    else if (destinationIsLocal) this.addDownload(this.destination(packet), packet);
    else this.addBetweenRemotes(packet);
  }

  /** Takes out everything counted since the last drain. */
  drain(): Section[] {
    this.cut();
    const { sections } = this;
    this.sections = [];
    return sections;
  }

  private addUpload(device: number, packet: Traffic): void {
    if (!this.addEnd(device, UPLOAD, packet)) return;
    this.carry(
      device,
      packet.destinationMacHigh,
      packet.destinationMacLow,
      CARRIED_UPLOAD,
      packet.bytes,
    );
    const { destination0, destination1, destination2, destination3, bytes } = packet;
    this.peers.add(
      device,
      destination0,
      destination1,
      destination2,
      destination3,
      peerColumns.upload,
      bytes,
    );
  }

  private addDownload(device: number, packet: Traffic): void {
    if (!this.addEnd(device, DOWNLOAD, packet)) return;
    this.carry(device, packet.sourceMacHigh, packet.sourceMacLow, CARRIED_DOWNLOAD, packet.bytes);
    const { source0, source1, source2, source3, bytes } = packet;
    this.peers.add(device, source0, source1, source2, source3, peerColumns.download, bytes);
  }

  /**
   * Neither address is known as local: a device may use a global IPv6 prefix that was not announced yet. Where one MAC
   * is a router's and the other is not, the other is the device.
   */
  private addBetweenRemotes(packet: Traffic): void {
    if (packet.sourceMacHigh === NO_MAC || packet.destinationMacHigh === NO_MAC) {
      this.transit++;
      return;
    }
    const source = this.devices.ofMac(packet.sourceMacHigh, packet.sourceMacLow);
    const destination = this.devices.ofMac(packet.destinationMacHigh, packet.destinationMacLow);
    const sourceRoutes = this.devices.role[source] !== roles.plain;
    const destinationRoutes = this.devices.role[destination] !== roles.plain;
    if (sourceRoutes === destinationRoutes) this.transit++;
    else if (destinationRoutes) this.addUpload(source, packet);
    else this.addDownload(destination, packet);
  }

  /** False for a packet on its way through. */
  private addEnd(device: number, column: number, packet: Traffic): boolean {
    if (device === TRANSIT) {
      this.transit++;
      return false;
    }
    if (device === OTHER_ROW) this.foldedDevices++;
    const at = device * COLUMNS;
    const { counts } = this;
    counts[at + column] = (counts[at + column] as number) + packet.bytes;
    counts[at + PACKETS] = (counts[at + PACKETS] as number) + packet.packets;
    return true;
  }

  /** Notes which MAC address handed a device's internet traffic on. */
  private carry(
    device: number,
    macHigh: number,
    macLow: number,
    column: number,
    bytes: number,
  ): void {
    if (macLow !== this.carrierLow || macHigh !== this.carrierHigh) {
      if (macHigh === NO_MAC) return;
      const row = this.devices.ofMac(macHigh, macLow);
      if (row === device) return;
      this.devices.markCarrier(row);
      this.carrierHigh = macHigh;
      this.carrierLow = macLow;
      this.carrier = row;
    } else if (this.carrier === device) return;
    const at = this.carrier * COLUMNS + column;
    this.counts[at] = (this.counts[at] as number) + bytes;
  }

  private source(packet: Traffic): number {
    const { source0, source1, source2, source3, sourceMacHigh } = packet;
    if (sourceMacHigh === NO_MAC) {
      return this.devices.ofAddress(source0, source1, source2, source3);
    }
    const mac = this.devices.ofMac(sourceMacHigh, packet.sourceMacLow);
    return this.devices.resolve(mac, source0, source1, source2, source3, true);
  }

  private destination(packet: Traffic): number {
    const { destination0, destination1, destination2, destination3, destinationMacHigh } = packet;
    if (destinationMacHigh === NO_MAC) {
      return this.devices.ofAddress(destination0, destination1, destination2, destination3);
    }
    const mac = this.devices.ofMac(destinationMacHigh, packet.destinationMacLow);
    return this.devices.resolve(mac, destination0, destination1, destination2, destination3, false);
  }

  private turnTo(seconds: number): void {
    this.seconds = seconds;
    const slot = Math.floor(seconds / SLOT_SECONDS);
    if (slot === this.slot) return;
    this.cut();
    this.slot = slot;
  }

  /** Closes the section of the current slot. */
  private cut(): void {
    const { devices, counts } = this;
    const usage: UsageRow[] = [];
    const usageRow = new Int32Array(devices.size).fill(NO_ROW);
    const bytesOf = new Map<number, number>();
    for (let device = 0; device < devices.size; device++) {
      const row = this.takeRow(device);
      if (row === undefined) continue;
      const carried = row.carriedDownload + row.carriedUpload;
      // A router's own peers cannot be told from those of the devices behind it.
      if (carried === 0) usageRow[device] = usage.length;
      bytesOf.set(device, row.download + row.upload + carried);
      usage.push(row);
    }
    if (usage.length === 0) return;
    this.sections.push({ usage, peers: this.peers.drain(usageRow) });
    if (devices.size > this.limits.devices * 0.75) {
      const largest = [...bytesOf].toSorted((left, right) => right[1] - left[1]);
      this.carrierHigh = NOBODY;
      devices.keepOnly(largest.slice(0, this.limits.devices >>> 2).map(([device]) => device));
      counts.fill(0);
    }
  }

  private takeRow(device: number): UsageRow | undefined {
    const row = this.counts.subarray(device * COLUMNS, device * COLUMNS + COLUMNS);
    const [download = 0, upload = 0, localDownload = 0, localUpload = 0, packets = 0] = row;
    const carriedDownload = row[CARRIED_DOWNLOAD] ?? 0;
    const carriedUpload = row[CARRIED_UPLOAD] ?? 0;
    if (packets === 0 && carriedDownload === 0 && carriedUpload === 0) return undefined;
    row.fill(0);
    return {
      device: this.devices.id(device),
      slot: this.slot,
      download,
      upload,
      localDownload,
      localUpload,
      packets,
      carriedDownload,
      carriedUpload,
    };
  }
}

/** A multicast address, or the group bit of the MAC address (IEEE 802) as for a subnet's broadcast. */
function isForGroup(packet: Traffic): boolean {
  const high = packet.destinationMacHigh;
  if (high !== NO_MAC && (high & 0x0100) !== 0) return true;
  const { destination0, destination1, destination2, destination3 } = packet;
  return isMulticast(destination0, destination1, destination2, destination3);
}
