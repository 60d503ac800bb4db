import type { PeerColumns, UsageRow } from '../model/batch.ts';
import { isMulticast, type LocalNetworks } from '../model/networks.ts';
import { NO_MAC, type Frame, type Traffic } from '../model/traffic.ts';
import { SLOT_SECONDS } from '../model/usage.ts';
import { DeviceTable, OTHER_ROW, roles, TRANSIT } from './device-table.ts';
import { PeerTable } from './peer-table.ts';
import { NO_ROW } from '../base/row-table.ts';
import { DOWNLOAD, Trains, UPLOAD, type Train } from './trains.ts';

/** What was counted since the last drain; one entry of `peers` for each slot. */
export interface Counted {
  usage: UsageRow[];
  peers: PeerColumns[];
}

export interface MeterLimits {
  /** Devices at a time, this host and "other" included; at most 65,535. */
  devices: number;
  /** (device, remote address) pairs between two drains. */
  peers: number;
}

const defaultLimits: MeterLimits = { devices: 4096, peers: 65_535 };

/** Columns of a device's counters, besides DOWNLOAD and UPLOAD. */
const LOCAL_DOWNLOAD = 2;
const LOCAL_UPLOAD = 3;
const LOCAL_PACKETS = 4;
const INTERNET_PACKETS = 5;
/** Added to DOWNLOAD or UPLOAD. */
const CARRIED = 6;
const CARRIED_PACKETS = 8;
const COLUMNS = 10;

const NEARLY_FULL = 0.75;
/** Rows of finished slots; timestamps that go to and fro make many. */
const ROWS_WAITING = 20_000;

/**
 * Adds packets up per device and per (device, remote address), in fixed memory and without allocating per packet.
 * `drain` takes the sums out. Time is cut into slots; packets of different slots end up in different sections.
 */
export class Meter {
  readonly devices: DeviceTable;
  /** Packets that are counted elsewhere: on their way through this link, or between two remote addresses. */
  transit = 0;
  /** Packets of devices that found no room: they count as "other". */
  unattributedPackets = 0;
  private readonly limits: MeterLimits;
  private readonly networks: LocalNetworks;
  private readonly peers: PeerTable;
  private readonly counts: Float64Array;
  private readonly trains = new Trains((train) => this.book(train));
  /** `changes` when the trains under way began. */
  private settledChanges = 0;
  private seconds = -1;
  private slot = -1;
  private counted: Counted = { usage: [], peers: [] };

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
    if (this.changes !== this.settledChanges) this.settle();
    if (!this.trains.join(packet)) this.decide(packet);
  }

  /** Accounts the packet of a plain frame, `bytes` long, if its train is under way; where this answers false, `add` must. */
  addPlain(frame: Frame, bytes: number): boolean {
    const isAsBefore = frame.seconds === this.seconds && this.changes === this.settledChanges;
    return isAsBefore && this.trains.joinPlain(frame, bytes);
  }

  /** A drain is due: soon the smallest rows would have to give way. */
  get isNearlyFull(): boolean {
    return (
      this.counted.usage.length + this.counted.peers.length > ROWS_WAITING ||
      this.peers.size > this.limits.peers * NEARLY_FULL ||
      this.devices.size > this.limits.devices * NEARLY_FULL
    );
  }

  /**
   * Takes out the usage counted since the last drain, and the peers where `withPeers` says so: there are many of them,
   * and most come again.
   */
  drain(withPeers: boolean): Counted {
    this.settle();
    this.cutUsage();
    if (withPeers || this.isNearlyFull) this.cutPeers();
    if (this.devices.size > this.limits.devices * NEARLY_FULL) this.makeRoom();
    const { counted } = this;
    this.counted = { usage: [], peers: [] };
    return counted;
  }

  /** Counts everything that a packet's ends are looked up in. */
  private get changes(): number {
    return this.networks.changes + this.devices.changes;
  }

  private settle(): void {
    this.trains.settle();
    this.settledChanges = this.changes;
  }

  /** Applies the rules to a packet that belongs to no train. */
  private decide(packet: Traffic): void {
    const { devices, networks } = this;
    const { source0, source1, source2, source3, sourceMacHigh } = packet;
    const { destination0, destination1, destination2, destination3, destinationMacHigh } = packet;
    const sourceIsLocal = networks.isLocal(source0, source1, source2, source3);
    if (isForGroup(packet)) {
      this.addMulticast(packet, sourceIsLocal);
      return;
    }
    const from =
      sourceMacHigh === NO_MAC ? NO_ROW : devices.ofMac(sourceMacHigh, packet.sourceMacLow);
    const to =
      destinationMacHigh === NO_MAC
        ? NO_ROW
        : devices.ofMac(destinationMacHigh, packet.destinationMacLow);
    if (networks.isLocal(destination0, destination1, destination2, destination3)) {
      const receiver = devices.receiver(to, packet);
      if (sourceIsLocal) this.addLocal(devices.sender(from, packet), receiver, packet);
      else if (receiver === TRANSIT) this.passOn(this.hopOf(to), DOWNLOAD, packet);
      else this.addInternet(receiver, this.hopOf(from), DOWNLOAD, packet);
    } else if (sourceIsLocal) {
      const sender = devices.sender(from, packet);
      if (sender === TRANSIT) this.passOn(this.hopOf(from), UPLOAD, packet);
      else this.addInternet(sender, this.hopOf(to), UPLOAD, packet);
    } else this.addBetweenRemotes(from, to, packet);
  }

  /** Who hands on what has `mac` at one end: on a link without MAC addresses (NO_ROW), this host. */
  private hopOf(mac: number): number {
    return mac === NO_ROW ? this.devices.ownRow : mac;
  }

  /** Internet traffic of a device, and of the MAC that handed it on. `column` is DOWNLOAD or UPLOAD. */
  private addInternet(device: number, hop: number, column: number, packet: Traffic): void {
    const carrier = hop === device ? NO_ROW : hop;
    const local0 = column === UPLOAD ? packet.source0 : packet.destination0;
    // From link-local and unique local addresses, devices talk to neighbours whose global prefix nobody announced yet, too.
    if (carrier !== NO_ROW && local0 >>> 29 !== 7) this.devices.markCarrier(carrier);
    this.trains.begin(packet, device, carrier, column);
  }

  private book(train: Train): void {
    const { device, hop, column, bytes, packets } = train;
    if (device === OTHER_ROW) this.unattributedPackets += packets;
    const { counts } = this;
    const at = device * COLUMNS;
    counts[at + column] = (counts[at + column] as number) + bytes;
    counts[at + INTERNET_PACKETS] = (counts[at + INTERNET_PACKETS] as number) + packets;
    if (hop !== NO_ROW) this.carry(hop, column, bytes, packets);
    this.peers.add(train);
  }

  /** A packet that a router passes on under its sender's or receiver's own address: that much it does not use itself. */
  private passOn(router: number, column: number, packet: Traffic): void {
    this.transit++;
    if (router !== NO_ROW) this.carry(router, column, -packet.bytes, -packet.packets);
  }

  private carry(router: number, column: number, bytes: number, packets: number): void {
    const { counts } = this;
    const at = router * COLUMNS;
    const carried = at + CARRIED + column;
    counts[carried] = (counts[carried] as number) + bytes;
    counts[at + CARRIED_PACKETS] = (counts[at + CARRIED_PACKETS] as number) + packets;
  }

  /** Either end may be TRANSIT: it is counted where its own MAC is seen. */
  private addLocal(sender: number, receiver: number, packet: Traffic): void {
    if (sender === TRANSIT || receiver === TRANSIT) this.transit++;
    if (sender !== TRANSIT) this.addLocalTo(sender, LOCAL_UPLOAD, packet);
    if (receiver !== TRANSIT) this.addLocalTo(receiver, LOCAL_DOWNLOAD, packet);
  }

  private addMulticast(packet: Traffic, sourceIsLocal: boolean): void {
    const { sourceMacHigh, sourceMacLow } = packet;
    const from =
      sourceMacHigh === NO_MAC ? NO_ROW : this.devices.ofMac(sourceMacHigh, sourceMacLow);
    const sender = sourceIsLocal ? this.devices.sender(from, packet) : TRANSIT;
    if (sender === TRANSIT) this.transit++;
    else this.addLocalTo(sender, LOCAL_UPLOAD, packet);
  }

  /**
   * Neither address is known as local: a device may use a global IPv6 prefix that was not announced yet. Where one MAC
   * is a router's and the other is not, the other is the device.
   */
  private addBetweenRemotes(from: number, to: number, packet: Traffic): void {
    const { role } = this.devices;
    const fromRouter = from !== NO_ROW && role[from] !== roles.plain;
    const toRouter = to !== NO_ROW && role[to] !== roles.plain;
    if (from === NO_ROW || to === NO_ROW || fromRouter === toRouter) this.transit++;
    else if (toRouter) this.addInternet(from, to, UPLOAD, packet);
    else this.addInternet(to, from, DOWNLOAD, packet);
  }

  private addLocalTo(device: number, column: number, packet: Traffic): void {
    if (device === OTHER_ROW) this.unattributedPackets += packet.packets;
    const { counts } = this;
    const at = device * COLUMNS;
    counts[at + column] = (counts[at + column] as number) + packet.bytes;
    counts[at + LOCAL_PACKETS] = (counts[at + LOCAL_PACKETS] as number) + packet.packets;
  }

  private turnTo(seconds: number): void {
    const slot = Math.floor(seconds / SLOT_SECONDS);
    if (slot !== this.slot || this.devices.dependsOnTime) this.settle();
    this.seconds = seconds;
    this.devices.now = seconds;
    if (slot === this.slot) return;
    this.cutUsage();
    this.cutPeers();
    this.slot = slot;
  }

  private cutUsage(): void {
    for (let device = 0; device < this.devices.size; device++) {
      const row = this.takeRow(device);
      if (row !== undefined) this.counted.usage.push(row);
    }
  }

  private cutPeers(): void {
    const { devices, peers, slot } = this;
    // A router's own peers cannot be told from those of the devices behind it.
    const idOf = (row: number) => (devices.isCarrier(row) ? undefined : devices.id(row));
    const columns = peers.drain(slot, idOf);
    if (columns.device.length > 0) this.counted.peers.push(columns);
  }

  /** Keeps the rows of the devices that used most. */
  private makeRoom(): void {
    const bytes = (row: UsageRow) =>
      row.download + row.upload + Math.abs(row.carriedDownload) + Math.abs(row.carriedUpload);
    const largest = this.counted.usage.toSorted((left, right) => bytes(right) - bytes(left));
    this.devices.keepOnly(largest.slice(0, this.limits.devices >>> 2).map(({ device }) => device));
  }

  private takeRow(device: number): UsageRow | undefined {
    const row = this.counts.subarray(device * COLUMNS, device * COLUMNS + COLUMNS);
    const column = (index: number) => row[index] ?? 0;
    const internetPackets = column(INTERNET_PACKETS);
    const packets = internetPackets + column(LOCAL_PACKETS);
    const carriedPackets = column(CARRIED_PACKETS);
    const carriedDownload = column(CARRIED + DOWNLOAD);
    const carriedUpload = column(CARRIED + UPLOAD);
    if (packets === 0 && carriedPackets === 0 && carriedDownload === 0 && carriedUpload === 0) {
      return undefined;
    }
    const usage = {
      device: this.devices.id(device),
      slot: this.slot,
      download: column(DOWNLOAD),
      upload: column(UPLOAD),
      localDownload: column(LOCAL_DOWNLOAD),
      localUpload: column(LOCAL_UPLOAD),
      packets,
      internetPackets,
      carriedDownload,
      carriedUpload,
      carriedPackets,
      router: this.devices.isCarrier(device),
    };
    row.fill(0);
    return usage;
  }
}

/** A multicast address, or the group bit of the MAC address (IEEE 802) as for a subnet's broadcast. */
function isForGroup(packet: Traffic): boolean {
  const high = packet.destinationMacHigh;
  if (high !== NO_MAC && (high & 0x0100) !== 0) return true;
  const { destination0, destination1, destination2, destination3 } = packet;
  return isMulticast(destination0, destination1, destination2, destination3);
}
