import { formatAddress, formatMac, IPV4_MARK, isIpv4, parseMac } from '../model/address.ts';
import { deviceIdOfAddress, deviceIdOfMac, OTHER_DEVICE_ID } from '../model/device.ts';
import { isUnspecified, type LocalNetworks } from '../model/networks.ts';
import { NO_MAC, type Traffic } from '../model/traffic.ts';
import { Bindings, type AddressClaim, type OwnInterface } from './bindings.ts';
import { MacTable } from './mac-table.ts';
import { NO_ROW, RowTable } from '../base/row-table.ts';

/** Row 0 collects whatever finds no room of its own. */
export const OTHER_ROW = 0;
/** The packet is on its way through: it is counted where the device's own MAC address is seen. */
export const TRANSIT = -2;

/** What a MAC address does besides using the network itself. */
export const roles = {
  plain: 0,
  /** It has carried internet traffic of others. */
  carrier: 1,
  /** An interface of this host, and the same that has carried traffic. */
  own: 2,
  ownCarrier: 3,
} as const;

/** A router that was silent for a device this long has been replaced by the one that is heard. */
const VIA_SECONDS = 60;
const CLAIMS_LIMIT = 1000;

/**
 * Which device stands behind a MAC address and an IP address. A device is a MAC address; behind a router it is an IP
 * address; and a router is never taken for the devices whose packets it carries.
 */
export class DeviceTable {
  /** Rows in use. */
  size = 0;
  /** Time of the packet at hand, in seconds; the caller sets it. */
  now = 0;
  /** Grows whenever `sender` or `receiver` may answer otherwise than before, but for the time (`dependsOnTime`). */
  changes = 0;
  readonly role: Uint8Array;
  /** This host, where it has an interface with a MAC address; else NO_ROW. */
  ownRow = NO_ROW;
  private readonly limit: number;
  private readonly networks: LocalNetworks;
  private readonly ids: string[] = [];
  private readonly macs: MacTable;
  private readonly bindings = new Bindings();
  /** Devices known by address only; `deviceOf` has the row. */
  private readonly addresses: RowTable;
  private readonly deviceOf: Int32Array;
  /** The last address each MAC used, so that most packets need no look-up: IPv4, then four words of IPv6. */
  private readonly lastIpv4: Int32Array;
  private readonly lastIpv6: Int32Array;
  /** For a device known by address: the MAC it is reached through, or NO_ROW, and when that carried it last. */
  private readonly via: Int32Array;
  private readonly viaSeconds: Uint32Array;
  private readonly claims: AddressClaim[] = [];
  private readonly own = new Map<string, OwnInterface>();

  constructor(limit: number, networks: LocalNetworks) {
    this.limit = limit;
    this.networks = networks;
    this.role = new Uint8Array(limit);
    this.macs = new MacTable(limit);
    this.addresses = new RowTable(limit);
    this.deviceOf = new Int32Array(limit);
    this.lastIpv4 = new Int32Array(limit);
    this.lastIpv6 = new Int32Array(limit * 4);
    this.via = new Int32Array(limit);
    this.viaSeconds = new Uint32Array(limit);
    this.reset();
  }

  /** Time alone may change what `sender` and `receiver` answer: that the router of a device known by address was silent. */
  get dependsOnTime(): boolean {
    return this.addresses.size > 0;
  }

  /** Device id of a row (`model/device.ts`). */
  id(row: number): string {
    return this.ids[row] ?? OTHER_DEVICE_ID;
  }

  /** Row of a MAC address. */
  ofMac(high: number, low: number): number {
    const row = this.macs.find(high, low);
    return row === NO_ROW ? this.addMac(high, low) : row;
  }

  /** Declares an interface of this host: all its MAC addresses are one device, and its addresses are its own. */
  addOwn(own: OwnInterface): void {
    const { name, macHigh, macLow } = own;
    this.own.set(name, own);
    this.changes++;
    if (macHigh !== NO_MAC) {
      if (this.ownRow === NO_ROW) this.ownRow = this.ofMac(macHigh, macLow);
      this.macs.set(macHigh, macLow, this.ownRow);
      this.role[this.ownRow] = (this.role[this.ownRow] as number) | roles.own;
    }
    if (this.ownRow === NO_ROW) return;
    for (const { addresses } of this.own.values())
      for (const [a, b, c, d] of addresses) this.bind(this.ownRow, a, b, c, d);
  }

  /** The address is this MAC's own: ARP or neighbour discovery said so, or it is configured here. */
  bind(row: number, a: number, b: number, c: number, d: number): void {
    const previous = this.bindings.owner(a, b, c, d);
    if (previous === row) return;
    this.changes++;
    // What seemed to be behind it was its own; a true router is marked again by the next packet that it hands on.
    if (this.addresses.find(a, b, c, d, 0) !== NO_ROW)
      this.role[row] = (this.role[row] as number) & roles.own;
    if (previous !== NO_ROW) this.forgetLast(previous);
    this.bindings.set(row, a, b, c, d);
  }

  /** Notes that internet traffic of others passed through the MAC in `row`. */
  markCarrier(row: number): void {
    if (row === OTHER_ROW || this.isCarrier(row)) return;
    this.changes++;
    this.role[row] = (this.role[row] as number) | roles.carrier;
  }

  /** Has carried internet traffic of others. */
  isCarrier(row: number): boolean {
    return ((this.role[row] as number) & roles.carrier) !== 0;
  }

  /**
   * The device that sent a packet: the row of its MAC, the row of an address behind that MAC, or TRANSIT. `mac` is
   * NO_ROW on links without MACs.
   */
  sender(mac: number, packet: Traffic): number {
    const { source0, source1, source2, source3 } = packet;
    if (mac === NO_ROW) return this.ofAddress(source0, source1, source2, source3);
    const isVersion4 = source2 === IPV4_MARK && (source0 | source1) === 0;
    if (isVersion4 && this.lastIpv4[mac] === source3) return mac;
    return this.resolve(mac, source0, source1, source2, source3, true);
  }

  /** The device that a packet is addressed to; as `sender`. */
  receiver(mac: number, packet: Traffic): number {
    const { destination0, destination1, destination2, destination3 } = packet;
    if (mac === NO_ROW) {
      return this.ofAddress(destination0, destination1, destination2, destination3);
    }
    const isVersion4 = destination2 === IPV4_MARK && (destination0 | destination1) === 0;
    if (isVersion4 && this.lastIpv4[mac] === destination3) return mac;
    return this.resolve(mac, destination0, destination1, destination2, destination3, false);
  }

  /** Addresses that MACs were first seen to send from, since the last call. */
  takeClaims(): AddressClaim[] {
    return this.claims.splice(0);
  }

  /** Makes room: forgets every device but this host and those MAC addresses among `ids`, which get new rows. */
  keepOnly(ids: readonly string[]): void {
    const kept = ids.flatMap((id) => {
      const mac = parseMac(id);
      if (mac === undefined) return [];
      return [{ ...mac, role: this.role[this.ofMac(mac.high, mac.low)] as number }];
    });
    this.reset();
    for (const { high, low, role } of kept) {
      const row = this.ofMac(high, low);
      this.role[row] = (this.role[row] as number) | (role & roles.carrier);
    }
  }

  private reset(): void {
    this.size = 0;
    this.macs.clear();
    this.addresses.clear();
    this.bindings.clear();
    this.claims.length = 0;
    this.addRow(OTHER_DEVICE_ID);
    this.ownRow = NO_ROW;
    for (const own of this.own.values()) this.addOwn(own);
  }

  /** `isSource`: the MAC sent the packet, which proves more than being addressed. */
  private resolve(
    mac: number,
    a: number,
    b: number,
    c: number,
    d: number,
    isSource: boolean,
  ): number {
    const at = mac * 4;
    const last = this.lastIpv6;
    const isLast = last[at + 3] === d && last[at + 2] === c && last[at + 1] === b && last[at] === a;
    return isLast ? mac : this.resolveUnknown(mac, a, b, c, d, isSource);
  }

  private resolveUnknown(
    mac: number,
    a: number,
    b: number,
    c: number,
    d: number,
    isSource: boolean,
  ): number {
    // Whoever asks for an address has none yet; taken for one, it would make a router of the MAC address.
    if (isUnspecified(a, b, c, d)) return mac;
    const owner = this.bindings.owner(a, b, c, d);
    const role = this.role[mac] as number;
    if (owner === mac) return this.remember(mac, a, b, c, d);
    if (owner !== NO_ROW && role !== roles.plain) return TRANSIT;
    if (owner === NO_ROW) {
      if (!this.networks.mayBeOnLink(a, b, c, d)) return this.behind(mac, a, b, c, d, isSource);
      if (role >= roles.own) return TRANSIT;
    }
    if (!isSource || mac === OTHER_ROW) return mac;
    this.bind(mac, a, b, c, d);
    if (this.claims.length < CLAIMS_LIMIT)
      this.claims.push({ mac, address: [a, b, c, d], seconds: this.now });
    return this.remember(mac, a, b, c, d);
  }

  /**
   * A device in a routed network: it is counted on the MAC its packets come from first, and nowhere else. This host
   * repeats what it forwards between captured links: there the device's own router counts.
   */
  private behind(
    mac: number,
    a: number,
    b: number,
    c: number,
    d: number,
    isSource: boolean,
  ): number {
    const isOwn = (this.role[mac] as number) >= roles.own;
    if (isOwn && this.networks.isRouted(a, b, c, d)) return TRANSIT;
    const row = this.addressRow(a, b, c, d);
    if (row === OTHER_ROW) return row;
    const via = this.via[row] as number;
    if (via === NO_ROW && !isSource) return row;
    if (via !== mac) {
      const isReplaced = isSource && this.now - (this.viaSeconds[row] as number) > VIA_SECONDS;
      if (via !== NO_ROW && !isReplaced) return TRANSIT;
      this.changes++;
      this.via[row] = mac;
    }
    // Whoever is handed its packets passes them on. One that it sent proves nothing: a host may use an address of another network.
    if (isSource) this.viaSeconds[row] = this.now;
    else this.markCarrier(mac);
    return row;
  }

  /**
   * The device of an address on a link that shows no MAC address for it. Where this host captures other links, too, it
   * hands on what is on its way from and to their devices.
   */
  private ofAddress(a: number, b: number, c: number, d: number): number {
    const owner = this.bindings.owner(a, b, c, d);
    const isHandedOn = this.ownRow !== NO_ROW && owner !== this.ownRow;
    if (owner !== NO_ROW) return isHandedOn ? TRANSIT : owner;
    const row = this.addressRow(a, b, c, d);
    return isHandedOn && row !== OTHER_ROW && this.via[row] !== NO_ROW ? TRANSIT : row;
  }

  private forgetLast(mac: number): void {
    this.lastIpv4[mac] = 0;
    this.lastIpv6.fill(0, mac * 4, mac * 4 + 4);
  }

  private remember(mac: number, a: number, b: number, c: number, d: number): number {
    if (isIpv4(a, b, c)) this.lastIpv4[mac] = d;
    else this.lastIpv6.set([a, b, c, d], mac * 4);
    return mac;
  }

  private addMac(high: number, low: number): number {
    const row = this.addRow(deviceIdOfMac(formatMac(high, low)));
    if (row !== OTHER_ROW) this.macs.set(high, low, row);
    return row;
  }

  private addressRow(a: number, b: number, c: number, d: number): number {
    const before = this.addresses.size;
    const index = this.addresses.findOrAdd(a, b, c, d, 0);
    if (index === NO_ROW) return OTHER_ROW;
    if (index === before) {
      this.deviceOf[index] = this.addRow(deviceIdOfAddress(formatAddress([a, b, c, d])));
    }
    return this.deviceOf[index] as number;
  }

  /** A fresh row, or OTHER_ROW where there is none left. */
  private addRow(id: string): number {
    if (this.size === this.limit) return OTHER_ROW;
    const row = this.size++;
    this.ids[row] = id;
    this.role[row] = roles.plain;
    this.forgetLast(row);
    this.via[row] = NO_ROW;
    return row;
  }
}
