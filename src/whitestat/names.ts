import { cleanName, longestName } from '../devices/naming.ts';
import { formatAddress, parseAddress, type AddressWords } from '../model/address.ts';
import { deviceIdOfMac, latestHolders, OTHER_DEVICE_ID, type Device } from '../model/device.ts';
import { parseHostname } from '../model/hostname.ts';
import type { RawName, WhitestatFile } from '../store/whitestat/file.ts';
import { parseAnyMac } from '../store/whitestat/row.ts';
import type { Findings } from './report.ts';

export interface NameImport {
  file: Pick<WhitestatFile, 'deviceNames' | 'addressNames'>;
  /** Devices by id, with what the import brought. */
  devices: ReadonlyMap<string, Device>;
  /** The device that an id means. */
  ownerOf: (id: string) => string;
  /** What the user calls remote addresses. */
  peerNames: ReadonlyMap<string, string>;
  isLocal: (words: AddressWords) => boolean;
  putDevice: (device: Device) => void;
  putPeerName: (name: { address: string; name: string }) => void;
  changed: Findings;
  leftOut: Findings;
}

const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}]+/gu;
/** What reverse DNS answers; nobody calls a thing so. */
const domainName = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)+\.?$/i;

/** Takes over the names of devices and addresses; names in the ledger stay. Returns how many there were to take. */
export function importNames(names: NameImport): { devices: number; addresses: number } {
  const byUser = importDeviceNames(names);
  const { found, addresses } = importAddressNames(names);
  return { devices: byUser + found, addresses };
}

function importDeviceNames({ file, devices, ownerOf, putDevice, changed, leftOut }: NameImport) {
  const taken = new Set([...devices.values()].flatMap(({ names }) => lower(names.user)));
  let count = 0;
  for (const [key, text] of named(file.deviceNames())) {
    const mac = parseAnyMac(key);
    const device = mac === undefined ? undefined : devices.get(ownerOf(deviceIdOfMac(mac)));
    const name = mended(text);
    if (device === undefined) leftOut.add('names of devices without usage', `${key} "${text}"`);
    else if (device.id === OTHER_DEVICE_ID) leftOut.add('names of devices that were forgotten');
    else if (name === undefined) leftOut.add('names that cannot be seen', key);
    else if (device.names.user === undefined) {
      const unique = uniqueName(name, taken);
      if (unique !== text.trim()) {
        changed.add('names, for they are taken or do not fit', `"${text}" is "${unique}"`);
      }
      taken.add(unique.toLowerCase());
      device.names.user = unique;
      putDevice(device);
      count++;
    } else if (device.names.user !== name) {
      const example = `"${device.names.user}", not "${text}"`;
      leftOut.add('names of devices that have one in the ledger', example);
    }
  }
  return count;
}

/** The file has the host names of devices and of remote addresses in one table with names that the user gave. */
function importAddressNames(names: NameImport): { found: number; addresses: number } {
  const { file, devices, isLocal, putDevice, leftOut } = names;
  const holders = latestHolders(devices.values());
  const count = { found: 0, addresses: 0 };
  for (const [key, text] of named(file.addressNames())) {
    const words = parseAddress(key.trim());
    if (words === undefined) {
      leftOut.add('names of addresses that are none', key);
      continue;
    }
    const address = formatAddress(words);
    const device = holders.get(address);
    const hostname = parseHostname(text);
    if (device !== undefined && hostname !== undefined && device.names.dns === undefined) {
      device.names.dns = hostname;
      putDevice(device);
      count.found++;
    } else if (device === undefined && isLocal(words)) {
      leftOut.add('names of local addresses that no device has');
    } else if (device === undefined && importPeerName(names, address, text)) count.addresses++;
  }
  return count;
}

function importPeerName(
  { peerNames, putPeerName, changed, leftOut }: NameImport,
  address: string,
  text: string,
): boolean {
  const name = mended(text);
  if (domainName.test(text.trim())) {
    leftOut.add(
      'names of remote addresses that reverse DNS gave (names.reverseDns: all asks anew)',
    );
  } else if (name === undefined) leftOut.add('names that cannot be seen', address);
  else if (peerNames.has(address)) {
    if (peerNames.get(address) !== name) {
      leftOut.add('names of remote addresses that have one in the ledger', address);
    }
  } else {
    if (name !== text.trim()) {
      changed.add('names, for they are taken or do not fit', `"${text}" is "${name}"`);
    }
    putPeerName({ address, name });
    return true;
  }
  return false;
}

/** Those that hold something. */
function* named(names: Iterable<RawName>): Generator<readonly [key: string, name: string]> {
  for (const [key, name] of names) {
    if (key === null || name === null || /^\s*(?:\(none\))?\s*$/i.test(name)) continue;
    yield [key, name];
  }
}

/** As much of it as a name may be, or undefined where nothing is left. */
function mended(text: string): string | undefined {
  const visible = text.replace(unseen, (part) => (part === '\u200d' ? part : ' '));
  const tidy = visible.normalize('NFC').trim().replace(/\s+/g, ' ');
  try {
    return cleanName(Array.from(tidy).slice(0, longestName).join(''));
  } catch {
    // Nothing but joiners, say.
    return undefined;
  }
}

function uniqueName(name: string, taken: ReadonlySet<string>): string {
  let unique = name;
  for (let number = 2; taken.has(unique.toLowerCase()); number++) {
    const start = Array.from(name)
      .slice(0, longestName - 5)
      .join('');
    unique = `${start} ${number}`;
  }
  return unique;
}

function lower(name: string | undefined): string[] {
  return name === undefined ? [] : [name.toLowerCase()];
}
