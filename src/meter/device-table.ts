import { formatAddress, formatMac, IPV4_MARK, type AddressWords } from '../model/address.ts';
import { deviceIdOfAddress, deviceIdOfMac, OTHER_DEVICE_ID } from '../model/device.ts';
import type { LocalNetworks } from '../model/networks.ts';
import { NO_ROW, RowTable } from './row-table.ts';

/** Row 0 collects whatever finds no room of its own. */
export const OTHER_ROW = 0;
/** The packet is on its way through: it is counted where the device's own MAC address is seen. */
export const TRANSIT = -2;

/** What a MAC address does besides using the network itself. */
export const roles = {
  plain: 0,
  /** It has carried internet traffic of others. */
  carrier: 1,
  /** An interface of this host. */
  own: 2,
} as const;

/** One MAC address of this host and the addresses configured on it. */
export interface OwnInterface {
  macHigh: number;
  macLow: number;
  addresses: readonly AddressWords[];
}

/**
 * First word of a key that holds a MAC address: no unicast address begins with it, so that MAC addresses and IP
 * addresses share one table.
 */
const MAC_MARK = 0xffff0000;
/** A MAC's row and an address it sent from. */
export interface AddressClaim {
  mac: number;
  address: AddressWords;
}

const CLAIMS_LIMIT = 1000;
/** Addresses whose owner is remembered. */
const BINDINGS_LIMIT = 16_384;

/**
 * Which device stands behind a MAC address and an IP address. A device is a MAC address; behind a router it is an IP
 * address; and a router is never taken for the devices whose packets it carries.
 */
export class DeviceTable {
  readonly role: Uint8Array;
  private readonly rows: RowTable;
  private readonly networks: LocalNetworks;
  /** Another MAC address of the same host: the row to use instead. */
  private readonly alias: Int32Array;
  /** The last address each MAC used, so that most packets need no look-up: IPv4, then four words of IPv6. */
  private readonly lastIpv4: Uint32Array;
  private readonly lastIpv6: Uint32Array;
  /** For a device known by address: the MAC it is reached through, or NO_ROW. */
  private readonly via: Int32Array;
  private readonly bindings = new RowTable(BINDINGS_LIMIT);
  private readonly boundTo = new Int32Array(BINDINGS_LIMIT);
  private readonly ownMacs: OwnInterface[] = [];
  private readonly claims: AddressClaim[] = [];
  private ownRow = NO_ROW;

  constructor(limit: number, networks: LocalNetworks) {
    this.rows = new RowTable(limit);
    this.networks = networks;
    this.role = new Uint8Array(limit);
    this.alias = new Int32Array(limit);
    this.lastIpv4 = new Uint32Array(limit);
    this.lastIpv6 = new Uint32Array(limit * 4);
    this.via = new Int32Array(limit);
    this.reset();
  }

  /** Addresses that MACs were first seen to send from, since the last call. */
  takeClaims(): AddressClaim[] {
    return this.claims.splice(0);
  }

  get size(): number {
    return this.rows.size;
  }

  /** Device id of a row (`model/device.ts`). */
  id(row: number): string {
    if (row === OTHER_ROW) return OTHER_DEVICE_ID;
    const { keys } = this.rows;
    const first = keys[row * 5] as number;
    if (!isMacKey(first)) return deviceIdOfAddress(formatAddress(keys, row * 5));
    return deviceIdOfMac(formatMac(first & 0xffff, keys[row * 5 + 1] as number));
  }

  /** Row of a MAC address. */
  ofMac(high: number, low: number): number {
    const row = this.row((MAC_MARK | high) >>> 0, low, 0, 0);
    return this.alias[row] as number;
  }

  /** Declares an interface of this host: all its MAC addresses are one device, and its addresses are its own. */
  addOwn(own: OwnInterface): void {
    const known = this.ownMacs.findIndex(
      ({ macHigh, macLow }) => macHigh === own.macHigh && macLow === own.macLow,
    );
    if (known < 0) this.ownMacs.push(own);
    else this.ownMacs[known] = own;
    const row = this.row((MAC_MARK | own.macHigh) >>> 0, own.macLow, 0, 0);
    if (this.ownRow === NO_ROW) this.ownRow = row;
    this.alias[row] = this.ownRow;
    this.role[row] = roles.own;
    for (const [a, b, c, d] of own.addresses) this.bind(this.ownRow, a, b, c, d);
  }

  /** The address is this MAC's own: ARP or neighbour discovery said so, or it is configured here. */
  bind(row: number, a: number, b: number, c: number, d: number): void {
    let binding = this.bindings.findOrAdd(a, b, c, d, 0);
    if (binding === NO_ROW) {
      this.bindings.clear();
      binding = this.bindings.findOrAdd(a, b, c, d, 0);
    }
    this.boundTo[binding] = row;
  }

  /** Notes that internet traffic of `device` passed through the MAC in `row`. */
  markCarrier(row: number): void {
    if (this.role[row] === roles.plain && row !== OTHER_ROW) this.role[row] = roles.carrier;
  }

  /**
   * The device at one end of a packet, given its MAC and address: the MAC's row, the row of the address behind it, or
   * TRANSIT. `isSource` tells that the MAC sent the packet, which proves more than being addressed.
   */
  resolve(mac: number, a: number, b: number, c: number, d: number, isSource: boolean): number {
    const at = mac * 4;
    const last = this.lastIpv6;
    if (c === IPV4_MARK && a === 0 && b === 0) {
      if (this.lastIpv4[mac] === d >>> 0) return mac;
    } else if (
      last[at + 3] === d >>> 0 &&
      last[at + 2] === c >>> 0 &&
      last[at + 1] === b >>> 0 &&
      last[at] === a >>> 0
    ) {
      return mac;
    }
    return this.resolveUnknown(mac, a, b, c, d, isSource);
  }

  /** The device of an address on a link that shows no MAC address for it. */
  ofAddress(a: number, b: number, c: number, d: number): number {
    const owner = this.owner(a, b, c, d);
    return owner === NO_ROW ? this.row(a, b, c, d) : owner;
  }

  /** Makes room: forgets every device but this host and the given rows, which get new numbers. */
  keepOnly(rows: readonly number[]): void {
    const kept = rows
      .filter((row) => row !== OTHER_ROW && this.role[row] !== roles.own)
      .map((row) => ({
        key: [...this.rows.keys.subarray(row * 5, row * 5 + 4)],
        role: this.role[row] ?? 0,
      }));
    this.reset();
    for (const { key, role } of kept) {
      const [a = 0, b = 0, c = 0, d = 0] = key;
      this.role[this.row(a, b, c, d)] = role;
    }
  }

  private reset(): void {
    this.rows.clear();
    this.bindings.clear();
    this.row(0, 0, 0, 0);
    this.ownRow = NO_ROW;
    for (const own of this.ownMacs.splice(0)) this.addOwn(own);
  }

  private resolveUnknown(
    mac: number,
    a: number,
    b: number,
    c: number,
    d: number,
    isSource: boolean,
  ): number {
    const owner = this.owner(a, b, c, d);
    const role = this.role[mac] as number;
    if (owner === mac) return this.remember(mac, a, b, c, d);
    if (owner !== NO_ROW && role !== roles.plain) return TRANSIT;
    if (owner === NO_ROW) {
      if (!this.networks.mayBeOnLink(a, b, c, d)) return this.behind(mac, a, b, c, d, isSource);
      if (role === roles.own) return TRANSIT;
    }
    if (!isSource) return mac;
    this.bind(mac, a, b, c, d);
    if (this.claims.length < CLAIMS_LIMIT) this.claims.push({ mac, address: [a, b, c, d] });
    return this.remember(mac, a, b, c, d);
  }

  /** A device in a routed network: it is counted on the MAC its packets come from first, and nowhere else. */
  private behind(
    mac: number,
    a: number,
    b: number,
    c: number,
    d: number,
    isSource: boolean,
  ): number {
    const row = this.row(a, b, c, d);
    if (row === OTHER_ROW) return row;
    if (isSource && this.via[row] === NO_ROW) {
      this.via[row] = mac;
      this.markCarrier(mac);
    }
    return this.via[row] === NO_ROW || this.via[row] === mac ? row : TRANSIT;
  }

  private remember(mac: number, a: number, b: number, c: number, d: number): number {
    if (c === IPV4_MARK && a === 0 && b === 0) this.lastIpv4[mac] = d;
    else this.lastIpv6.set([a, b, c, d], mac * 4);
    return mac;
  }

  private owner(a: number, b: number, c: number, d: number): number {
    const binding = this.bindings.find(a, b, c, d, 0);
    return binding === NO_ROW ? NO_ROW : (this.boundTo[binding] as number);
  }

  private row(a: number, b: number, c: number, d: number): number {
    const before = this.rows.size;
    const row = this.rows.findOrAdd(a, b, c, d, 0);
    if (row === NO_ROW) return OTHER_ROW;
    if (row === before) {
      this.role[row] = roles.plain;
      this.alias[row] = row;
      this.lastIpv4[row] = 0;
      this.lastIpv6.fill(0, row * 4, row * 4 + 4);
      this.via[row] = NO_ROW;
    }
    return row;
  }
}

function isMacKey(firstWord: number): boolean {
  return firstWord >>> 16 === MAC_MARK >>> 16;
}
