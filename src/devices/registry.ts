import type { DeviceMerge } from '../model/checkpoint.ts';
import {
  deviceIdOfAddress,
  deviceIdOfMac,
  macOfDeviceId,
  OTHER_DEVICE_ID,
  type Device,
  type Sighting,
} from '../model/device.ts';

export interface RegistryOptions {
  /** Devices known from earlier runs. */
  devices: readonly Device[];
  /** Manufacturer of a MAC address, where known. */
  vendorOf: (mac: string) => string | undefined;
  /** Devices at most; what comes later is "other". */
  limit: number;
}

/** Addresses remembered for one device, the most recent ones: IPv6 privacy extensions bring a new one every day. */
const ADDRESSES_LIMIT = 32;

/** Who is who on the network. */
export class Registry {
  private readonly devices: Map<string, Device>;
  private readonly vendorOf: RegistryOptions['vendorOf'];
  private readonly limit: number;
  private readonly changedIds = new Set<string>();

  constructor(options: RegistryOptions) {
    this.devices = new Map(options.devices.map((device) => [device.id, device]));
    this.vendorOf = options.vendorOf;
    this.limit = options.limit;
  }

  all(): Iterable<Device> {
    return this.devices.values();
  }

  get(id: string): Device | undefined {
    return this.devices.get(id);
  }

  /** Makes sure the device exists; answers its id, or "other" where there is no room. `at`: epoch ms. */
  admit(id: string, at: number): string {
    if (this.devices.has(id)) return id;
    const isFull = this.devices.size >= this.limit && id !== OTHER_DEVICE_ID;
    if (isFull) return this.admit(OTHER_DEVICE_ID, at);
    const mac = macOfDeviceId(id);
    const vendor = mac === undefined ? undefined : this.vendorOf(mac);
    const address = id.startsWith('ip:') ? id.slice(3) : undefined;
    this.devices.set(id, {
      id,
      ...(mac === undefined ? {} : { mac }),
      ...(vendor === undefined ? {} : { vendor }),
      names: {},
      router: false,
      firstSeen: at,
      lastSeen: at,
      addresses: new Map(address === undefined ? [] : [[address, at]]),
    });
    this.changedIds.add(id);
    return id;
  }

  /** The device itself sent something. */
  heard(id: string, at: number): void {
    const device = this.devices.get(id);
    if (device === undefined || device.lastSeen >= at) return;
    device.lastSeen = at;
    this.changedIds.add(id);
  }

  /** The device forwards traffic of others. */
  markRouter(id: string): void {
    const device = this.devices.get(id);
    if (device === undefined || device.router || id === OTHER_DEVICE_ID) return;
    device.router = true;
    this.changedIds.add(id);
  }

  /**
   * Learns from a sighting. Answers a merge where it shows that a device known by address only is this one; the caller
   * moves the usage.
   */
  learn(sighting: Sighting): DeviceMerge | undefined {
    const id = this.admit(deviceIdOfMac(sighting.mac), sighting.at);
    const device = this.devices.get(id);
    if (device === undefined || id === OTHER_DEVICE_ID) return undefined;
    this.heard(id, sighting.at);
    this.learnName(device, sighting);
    if (sighting.ip === undefined) return undefined;
    this.learnAddress(device, sighting.ip, sighting.at);
    const byAddress = deviceIdOfAddress(sighting.ip);
    if (sighting.via === 'traffic' || !this.devices.delete(byAddress)) return undefined;
    this.changedIds.delete(byAddress);
    return { from: byAddress, into: id };
  }

  /** Devices that are new or changed since the last `commit`. */
  changed(): Device[] {
    return [...this.changedIds].flatMap((id) => this.devices.get(id) ?? []);
  }

  commit(): void {
    this.changedIds.clear();
  }

  private learnName(device: Device, { via, hostname }: Sighting): void {
    if (hostname === undefined || (via !== 'user' && via !== 'dhcp' && via !== 'mdns')) return;
    if (device.names[via] === hostname) return;
    device.names[via] = hostname;
    this.changedIds.add(device.id);
  }

  private learnAddress(device: Device, ip: string, at: number): void {
    device.addresses.delete(ip);
    device.addresses.set(ip, at);
    if (device.addresses.size > ADDRESSES_LIMIT) {
      const [oldest] = device.addresses.keys();
      if (oldest !== undefined) device.addresses.delete(oldest);
    }
    this.changedIds.add(device.id);
  }
}
