import { AppError, InvalidField } from '../base/errors.ts';
import { displayName, type Device } from '../model/device.ts';

export const longestName = 64;
/** Control, format (bidirectional overrides among them), surrogate and private characters: nobody can type or see them. */
const unfit = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/u;

/** The name as it is kept: composed (NFC), without spaces around it or two in a row. Throws `InvalidField`. */
export function cleanName(name: string): string {
  const clean = name.normalize('NFC').trim().replace(/\s+/g, ' ');
  if (clean === '') throw new InvalidField('name', 'is empty');
  // Emoji are joined by U+200D.
  const visible = clean.replaceAll('\u200d', '');
  if (visible === '' || unfit.test(visible)) {
    throw new InvalidField('name', 'has characters that cannot be seen');
  }
  if (Array.from(clean).length > longestName) {
    throw new InvalidField('name', `is longer than ${longestName} characters`);
  }
  return clean;
}

/** Throws `NAME_TAKEN` where the user gave that name to another device; case does not matter. */
export function requireUnique(name: string, id: string, devices: Iterable<Device>): void {
  const wanted = name.toLowerCase();
  for (const device of devices) {
    if (device.id === id || device.names.user?.toLowerCase() !== wanted) continue;
    throw new AppError(
      'NAME_TAKEN',
      `Another device (${device.id}) is called "${device.names.user}": choose a different name.`,
    );
  }
}

/**
 * The device that is meant by an id, a MAC address, an address it has, or the name it is shown under. Throws
 * `DEVICE_UNKNOWN`, or `REQUEST_INVALID` where several are meant.
 */
export function findDevice(reference: string, devices: Iterable<Device>): Device {
  const text = reference.trim().toLowerCase();
  const all = [...devices];
  const exact = all.find(({ id, mac }) => id === text || mac === text.replaceAll('-', ':'));
  if (exact !== undefined) return exact;
  const named = all.filter((device) => displayName(device).toLowerCase() === text);
  if (named.length > 1) {
    const ids = named.map(({ id }) => id).join(', ');
    throw new AppError(
      'REQUEST_INVALID',
      `${named.length} devices are called "${reference}" (${ids}): use the id of the one you mean.`,
    );
  }
  const byAddress = named[0] ?? latestWith(text, all);
  if (byAddress !== undefined) return byAddress;
  throw new AppError('DEVICE_UNKNOWN', `There is no device "${reference}".`);
}

function latestWith(address: string, devices: readonly Device[]): Device | undefined {
  return devices
    .filter(({ addresses }) => addresses.has(address))
    .toSorted((a, b) => (b.addresses.get(address) ?? 0) - (a.addresses.get(address) ?? 0))[0];
}
