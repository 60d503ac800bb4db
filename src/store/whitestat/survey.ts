import type { Day } from '../../model/checkpoint.ts';
import type { Row } from './row.ts';

/** What a device or address exchanged, seen from its own side, and in how many rows that stood. */
export interface Amounts {
  in: number;
  out: number;
  rows: number;
}

type Days = Map<Day, Amounts>;

/** When something was seen: a local day and the seconds since it began, 0 where unknown. */
export interface Moment {
  day: Day;
  seconds: number;
}

/** A device over all days. */
export interface DeviceHistory {
  mac: string;
  days: Days;
  first: Moment;
  last: Moment;
  /** The one it had last, where the file tells. */
  address: string | undefined;
}

/** What is known of a MAC address that stands with addresses WhiteStat took for remote ones. */
interface Gateway {
  /** Some of the networks on the internet that its addresses are in. */
  networks: Set<string>;
  ipv4Rows: number;
  remoteIpv4: Days;
  remoteIpv6: Days;
  /** Addresses of the home that WhiteStat does not know as such. */
  home: DeviceHistory | undefined;
}

/** Devices that are told apart, and MAC addresses that stand with remote ones. */
const DEVICES_LIMIT = 4096;
/** A device that brings an address from elsewhere, or has some of its own, stands with one network or two. */
const ROUTER_NETWORKS = 3;
/** Or, where there are few rows at all, with this share of them. */
const ROUTER_SHARE = 0.25;

/** Learns from all rows which of them are whose: which MAC addresses are routers', and which remote addresses are none. */
export class Survey {
  private readonly known = new Map<string, DeviceHistory>();
  private readonly gateways = new Map<string, Gateway>();
  private ipv4Rows = 0;
  /** Rows of local addresses without a MAC address. */
  private strays = 0;

  /** False where there are too many devices. */
  add(row: Row): boolean {
    if (row.isDevice) return this.addDevice(row);
    this.addRemote(row);
    return true;
  }

  /** The MAC address stands with addresses all over the internet: its rows are other devices' traffic. */
  isRouter(mac: string): boolean {
    const gateway = this.gateways.get(mac);
    if (gateway === undefined) return false;
    const isMain = gateway.ipv4Rows > 0 && gateway.ipv4Rows >= ROUTER_SHARE * this.ipv4Rows;
    return isMain || gateway.networks.size >= ROUTER_NETWORKS;
  }

  /**
   * The row of a remote address is one of a device's own address: global IPv6, or private in a range that WhiteStat
   * does not know. What it took in is the device's download.
   */
  private isOwn({ mac, address, isDevice }: Row): boolean {
    if (isDevice || mac === undefined || address === undefined || this.isRouter(mac)) return false;
    return address.isLocal || (!address.isIpv4 && this.known.has(mac));
  }

  /** Number of such rows, by MAC address. */
  ownRows(): Map<string, number> {
    const owners = [...this.gateways].filter(([mac]) => mac !== '' && !this.isRouter(mac));
    const counts = owners.map(([mac, { home, remoteIpv6 }]) => {
      const ofDevice = this.known.has(mac) ? [...remoteIpv6.values()] : [];
      return [mac, rowsIn([...(home?.days.values() ?? []), ...ofDevice])] as const;
    });
    return new Map(counts.filter(([, rows]) => rows > 0));
  }

  /** Rows of local addresses of which nobody knows whose they are. */
  strayRows(): number {
    const routers = [...this.gateways].filter(([mac]) => this.isRouter(mac));
    const rows = routers.map(([, { home }]) => rowsIn(home?.days.values() ?? []));
    return rows.reduce((sum, count) => sum + count, this.strays);
  }

  /** Traffic with somebody on the internet. */
  isPeer(row: Row): boolean {
    return !row.isDevice && row.address?.isLocal === false && !this.isOwn(row);
  }

  /** With what their own addresses exchanged that WhiteStat took for remote ones. */
  devices(): DeviceHistory[] {
    const all = new Map([...this.known].map(([mac, history]) => [mac, copyOf(history)]));
    for (const [mac, { home, remoteIpv6 }] of this.gateways) {
      if (mac === '' || this.isRouter(mac)) continue;
      if (home !== undefined && !all.has(mac)) all.set(mac, { ...home, days: new Map() });
      const device = all.get(mac);
      if (device === undefined) continue;
      for (const days of [home?.days, this.known.has(mac) ? remoteIpv6 : undefined]) {
        for (const [day, amounts] of days ?? []) addTo(device.days, day, amounts);
      }
    }
    return [...all.values()].toSorted((a, b) => (a.mac < b.mac ? -1 : 1));
  }

  /** What the network exchanged with remote addresses, seen from these. */
  remoteDays(): Days {
    const days: Days = new Map();
    for (const [mac, { remoteIpv4, remoteIpv6 }] of this.gateways) {
      const isOwn = this.known.has(mac) && !this.isRouter(mac);
      for (const part of isOwn ? [remoteIpv4] : [remoteIpv4, remoteIpv6]) {
        for (const [day, amounts] of part) addTo(days, day, amounts);
      }
    }
    return days;
  }

  private addDevice(row: Row): boolean {
    const mac = row.mac ?? '';
    const known = this.known.get(mac);
    if (known === undefined && this.known.size >= DEVICES_LIMIT) return false;
    this.known.set(mac, withRow(known, row));
    return true;
  }

  private addRemote(row: Row): void {
    const { mac = '', address, day } = row;
    if (address === undefined) return;
    const gateway = this.gatewayOf(mac);
    if (address.isLocal) {
      if (mac === '') this.strays++;
      else gateway.home = withRow(gateway.home, row);
      return;
    }
    if (gateway.networks.size < ROUTER_NETWORKS) gateway.networks.add(address.network);
    if (address.isIpv4) {
      gateway.ipv4Rows++;
      this.ipv4Rows++;
    }
    addTo(address.isIpv4 ? gateway.remoteIpv4 : gateway.remoteIpv6, day, { ...row, rows: 1 });
  }

  private gatewayOf(mac: string): Gateway {
    const known = this.gateways.get(mac);
    if (known !== undefined) return known;
    if (mac !== '' && this.gateways.size >= DEVICES_LIMIT) return this.gatewayOf('');
    const gateway: Gateway = {
      networks: new Set(),
      ipv4Rows: 0,
      remoteIpv4: new Map(),
      remoteIpv6: new Map(),
      home: undefined,
    };
    this.gateways.set(mac, gateway);
    return gateway;
  }
}

function rowsIn(amounts: Iterable<Amounts>): number {
  return [...amounts].reduce((sum, { rows }) => sum + rows, 0);
}

function copyOf(history: DeviceHistory): DeviceHistory {
  const days = new Map([...history.days].map(([day, amounts]) => [day, { ...amounts }]));
  return { ...history, days };
}

function addTo(days: Days, day: Day, { in: bytesIn, out, rows }: Amounts): void {
  const known = days.get(day);
  if (known === undefined) {
    days.set(day, { in: bytesIn, out, rows });
    return;
  }
  known.in += bytesIn;
  known.out += out;
  known.rows += rows;
}

function withRow(known: DeviceHistory | undefined, row: Row): DeviceHistory {
  const at = { day: row.day, seconds: secondsOf(row) };
  const history = known ?? {
    mac: row.mac ?? '',
    days: new Map(),
    first: at,
    last: at,
    address: undefined,
  };
  addTo(history.days, row.day, { ...row, rows: 1 });
  if (isBefore(at, history.first)) history.first = at;
  if (isBefore(at, history.last)) return history;
  history.last = at;
  history.address = row.address?.text ?? history.address;
  return history;
}

/** WhiteStat puts the time of day on whatever date it is, so one that is not of the row's day tells nothing. */
function secondsOf({ seen, day }: Row): number {
  const match = /^(\d{4})-(\d{2})-(\d{2})[T ]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)/.exec(seen ?? '');
  if (match === null) return 0;
  const [year = 0, month = 0, date = 0, hours = 0, minutes = 0, seconds = 0] = match
    .slice(1)
    .map(Number);
  const isOfDay = year * 10_000 + month * 100 + date === day;
  return isOfDay ? hours * 3600 + minutes * 60 + seconds : 0;
}

function isBefore(left: Moment, right: Moment): boolean {
  return left.day < right.day || (left.day === right.day && left.seconds < right.seconds);
}
