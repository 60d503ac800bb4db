import { AppError, InvalidField } from '../base/errors.ts';
import type { DeviceMerge } from '../model/checkpoint.ts';
import {
  deviceIdOfAddress,
  deviceIdOfMac,
  OTHER_DEVICE_ID,
  type Device,
  type DeviceChange,
  type Sighting,
} from '../model/device.ts';
import { createDevice, learnAddress, learnName } from './facts.ts';
import { cleanName, requireUnique } from './naming.ts';
import { Strangers } from './strangers.ts';

export interface RegistryOptions {
  /** Devices known from earlier runs. */
  devices: readonly Device[];
  /** Merges of earlier runs. */
  merges: readonly DeviceMerge[];
  /** Manufacturer of a MAC address, where known. */
  vendorOf: (mac: string) => string | undefined;
  /** Devices at most; the one that was silent longest becomes part of "other". */
  limit: number;
  /** The user has arranged something for this device: it does not give way to others. */
  isWanted?: (id: string) => boolean;
}

/** A device that was silent this long may give way to another. */
const RETIRE_AFTER_MS = 86_400_000;

/** Who is who on the network. */
export class Registry {
  private readonly devices: Map<string, Device>;
  private readonly vendorOf: RegistryOptions['vendorOf'];
  private readonly limit: number;
  private readonly isWanted: (id: string) => boolean;
  /** Ids that mean another device. */
  private readonly mergedInto: Map<string, string>;
  private merges: DeviceMerge[] = [];
  private readonly strangers = new Strangers();
  private readonly changedIds = new Set<string>();

  constructor(options: RegistryOptions) {
    this.devices = new Map(options.devices.map((device) => [device.id, device]));
    this.mergedInto = new Map(options.merges.map(({ from, into }) => [from, into]));
    this.vendorOf = options.vendorOf;
    this.limit = options.limit;
    this.isWanted = options.isWanted ?? (() => false);
  }

  all(): Iterable<Device> {
    return this.devices.values();
  }

  get(id: string): Device | undefined {
    return this.devices.get(id);
  }

  /** Makes sure the device exists; answers the id it goes by. `at`: epoch ms. */
  admit(id: string, at: number): string {
    if (this.devices.has(id)) return id;
    const into = this.mergedInto.get(id);
    if (into !== undefined && into !== OTHER_DEVICE_ID) return this.admit(into, at);
    if (this.devices.size >= this.limit && id !== OTHER_DEVICE_ID && !this.retireOldest(at)) {
      return this.admit(OTHER_DEVICE_ID, at);
    }
    this.mergedInto.delete(id);
    this.devices.set(id, createDevice(id, at, this.vendorOf));
    this.changedIds.add(id);
    for (const sighting of this.strangers.take(id)) this.learn(sighting);
    return id;
  }

  /** The device to which the usage of `id` belongs; undefined where nobody knows it. */
  ownerOf(id: string): string | undefined {
    if (this.devices.has(id)) return id;
    const into = this.mergedInto.get(id);
    return into === undefined ? undefined : this.ownerOf(into);
  }

  /** Ids of the devices that are part of each. */
  parts(): Map<string, string[]> {
    const parts = new Map<string, string[]>();
    for (const [from, into] of this.mergedInto) {
      if (into === OTHER_DEVICE_ID || this.devices.has(from)) continue;
      const ids = parts.get(into);
      if (ids === undefined) parts.set(into, [from]);
      else ids.push(from);
    }
    return parts;
  }

  /** The device itself sent something. */
  heard(id: string, at: number): void {
    const device = this.devices.get(id);
    if (device === undefined || device.lastSeen >= at) return;
    device.lastSeen = at;
    this.changedIds.add(id);
  }

  /** The clock was ahead: nobody, and no address, was seen later than `now`. */
  seenUntil(now: number): void {
    for (const device of this.devices.values()) {
      if ([device.lastSeen, ...device.addresses.values()].every((at) => at <= now)) continue;
      device.lastSeen = Math.min(device.lastSeen, now);
      device.firstSeen = Math.min(device.firstSeen, now);
      for (const [address, at] of device.addresses)
        device.addresses.set(address, Math.min(at, now));
      this.changedIds.add(device.id);
    }
  }

  /** The clock was set by `byMs`: moves what it stamped `sinceMs` (epoch ms, as it was before) or later. */
  shiftClock(byMs: number, sinceMs: number): void {
    const shifted = (at: number) => (at < sinceMs ? at : at + byMs);
    for (const device of this.devices.values()) {
      const stamps = [device.firstSeen, device.lastSeen, ...device.addresses.values()];
      if (stamps.every((at) => at < sinceMs)) continue;
      device.firstSeen = shifted(device.firstSeen);
      device.lastSeen = shifted(device.lastSeen);
      for (const [address, at] of device.addresses) device.addresses.set(address, shifted(at));
      this.changedIds.add(device.id);
    }
    this.strangers.shiftClock(byMs, sinceMs);
  }

  /** What the user wants of a device; `null` takes it away. Throws `InvalidField` or `NAME_TAKEN`, and changes nothing then. */
  change(id: string, { name, icon, hidden }: DeviceChange): void {
    const device = this.existing(id);
    const newName = typeof name === 'string' ? cleanName(name) : name;
    if (typeof newName === 'string') requireUnique(newName, id, this.all());
    if (newName === null) delete device.names.user;
    else if (newName !== undefined) device.names.user = newName;
    if (icon === null) delete device.icon;
    else if (icon !== undefined) device.icon = icon;
    if (hidden !== undefined) device.hidden = hidden;
    this.changedIds.add(id);
  }

  /** A name for the device that others than itself know, or their word that they know none (undefined). */
  callIt(id: string, source: 'hosts' | 'dns', name: string | undefined): void {
    const device = this.devices.get(id);
    if (device === undefined || device.names[source] === name) return;
    if (name === undefined) delete device.names[source];
    else device.names[source] = name;
    this.changedIds.add(id);
  }

  /** Makes everything of one device another's, for good. Throws where one does not exist. */
  merge(from: string, into: string): void {
    const [gone, target] = [this.existing(from), this.existing(into)];
    if (gone === target) throw new InvalidField('into', 'is the same device');
    if (from === OTHER_DEVICE_ID) throw new InvalidField('device', 'stands for many devices');
    if (into === OTHER_DEVICE_ID) throw new InvalidField('into', 'stands for many devices');
    this.takeOver(gone, target);
    this.join(from, into);
  }

  /** The device goes by itself again, from now on. Throws `DEVICE_UNKNOWN` where it is not part of another. */
  split(id: string, at: number): void {
    const into = this.mergedInto.get(id);
    if (into === undefined || into === OTHER_DEVICE_ID || this.devices.has(id)) {
      throw new AppError('DEVICE_UNKNOWN', `No device "${id}" is part of another one.`);
    }
    this.mergedInto.delete(id);
    this.devices.set(id, createDevice(id, at, this.vendorOf));
    this.changedIds.add(id);
  }

  /** Who it is is forgotten; what it used becomes part of "other". */
  forget(id: string): void {
    if (id === OTHER_DEVICE_ID) throw new InvalidField('device', 'stands for many devices');
    this.joinOthers(this.existing(id));
  }

  /** The device forwards traffic of others. */
  markRouter(id: string): void {
    const device = this.devices.get(id);
    if (device === undefined || device.router || id === OTHER_DEVICE_ID) return;
    device.router = true;
    this.changedIds.add(id);
  }

  /**
   * Learns from a sighting of a known device. Where it shows that a device known by address only is this one, they are
   * merged. Sightings make no devices: whoever is there has traffic, and forged ones cost nothing to send.
   */
  learn(sighting: Sighting): void {
    const id = deviceIdOfMac(sighting.mac);
    const device = this.devices.get(this.mergedInto.get(id) ?? id);
    // Who was forgotten or gave way is unknown until its next packet.
    if (device === undefined || device.id === OTHER_DEVICE_ID) {
      this.strangers.keep(id, sighting);
      return;
    }
    // A lease outlasts the presence of its device.
    if (sighting.via !== 'lease') this.heard(device.id, sighting.at);
    // A part of the device, another network card say, may go by a name of its own.
    if (device.id === id && learnName(device, sighting)) this.changedIds.add(id);
    if (sighting.ip === undefined) return;
    learnAddress(device, sighting.ip, sighting.at);
    this.changedIds.add(device.id);
    if (sighting.via !== 'traffic') this.joinByAddress(deviceIdOfAddress(sighting.ip), device);
  }

  /** Merges since the last call; the caller moves the usage. */
  takeMerges(): DeviceMerge[] {
    return this.merges.splice(0);
  }

  /** Devices that are new or changed since the last `commit`. */
  changed(): Device[] {
    return [...this.changedIds].flatMap((id) => this.devices.get(id) ?? []);
  }

  commit(): void {
    this.changedIds.clear();
  }

  private existing(id: string): Device {
    const device = this.devices.get(id);
    if (device === undefined) throw new AppError('DEVICE_UNKNOWN', `There is no device "${id}".`);
    return device;
  }

  /** What the user chose for the device that goes, unless chosen for the other as well; and where and when it was seen. */
  private takeOver(gone: Device, target: Device): void {
    for (const [address, at] of gone.addresses) learnAddress(target, address, at);
    if (gone.names.user !== undefined) target.names.user ??= gone.names.user;
    if (gone.icon !== undefined) target.icon ??= gone.icon;
    target.firstSeen = Math.min(target.firstSeen, gone.firstSeen);
    this.heard(target.id, gone.lastSeen);
    this.changedIds.add(target.id);
  }

  private joinByAddress(byAddress: string, device: Device): void {
    // The user has made the MAC part of it: they are one already.
    if (byAddress === device.id) return;
    const gone = this.devices.get(byAddress);
    if (gone !== undefined) {
      this.takeOver(gone, device);
      // What seemed to be behind it was its own; a true router hands on more.
      device.router = false;
    } else if (!this.mergedInto.has(byAddress)) return;
    this.join(byAddress, device.id);
  }

  private join(from: string, into: string): void {
    const wasDevice = this.devices.delete(from);
    this.changedIds.delete(from);
    if (!wasDevice && this.mergedInto.get(from) === into) return;
    for (const [id, target] of this.mergedInto) {
      if (target === from) this.mergedInto.set(id, into);
    }
    this.mergedInto.set(from, into);
    this.merges.push({ from, into });
  }

  /** Makes room; false where every device is in use or named by the user. */
  private retireOldest(now: number): boolean {
    let oldest: Device | undefined;
    for (const device of this.devices.values()) {
      // The cheap question first: in a flood of addresses all are asked, time and again.
      if (now - device.lastSeen < RETIRE_AFTER_MS) continue;
      if (oldest !== undefined && device.lastSeen >= oldest.lastSeen) continue;
      if (device.names.user !== undefined || device.id === OTHER_DEVICE_ID) continue;
      if (!this.isWanted(device.id)) oldest = device;
    }
    if (oldest === undefined) return false;
    this.joinOthers(oldest);
    return true;
  }

  /** "Other" is as old as the oldest usage that it stands for, and was seen when the last of those devices was. */
  private joinOthers({ id, firstSeen, lastSeen }: Device): void {
    this.admit(OTHER_DEVICE_ID, lastSeen);
    this.heard(OTHER_DEVICE_ID, lastSeen);
    const others = this.existing(OTHER_DEVICE_ID);
    if (firstSeen < others.firstSeen) {
      others.firstSeen = firstSeen;
      this.changedIds.add(OTHER_DEVICE_ID);
    }
    this.join(id, OTHER_DEVICE_ID);
  }
}
