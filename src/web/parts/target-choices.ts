import type { Device, Group } from '../api/operations.ts';
import { othersId } from '../state/home.ts';
import type { PickChoice } from './pick-list.tsx';

/** All devices by name, each with what it can be told from others by. */
export function deviceChoices(devices: Iterable<Device>): PickChoice[] {
  return [...devices]
    .filter(({ id }) => id !== othersId)
    .toSorted(byName)
    .map((device) => {
      const { id, name, mac, hidden } = device;
      const address = mainAddress(device) || (mac ?? '');
      return { id, name, detail: hidden ? `${address}, hidden` : address };
    });
}

export function groupChoices(groups: readonly Group[]): PickChoice[] {
  return groups.toSorted(byName).map(({ id, name, devices: { length } }) => ({
    id,
    name,
    detail: length === 1 ? 'Group of 1 device' : `Group of ${length} devices`,
  }));
}

/** The one most people know it by, IPv4 where there is one; '' where none is known. */
export function mainAddress({ addresses }: Pick<Device, 'addresses'>): string {
  return addresses.find((address) => !address.includes(':')) ?? addresses[0] ?? '';
}

function byName(one: { name: string }, other: { name: string }): number {
  return one.name.localeCompare(other.name);
}
