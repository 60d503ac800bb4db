import { computed, signal } from '@preact/signals';
import type { Device } from '../../api/operations.ts';
import { groups, home } from '../../state/home.ts';

/** A device with the names of the groups it is in. */
export interface DeviceRow extends Device {
  groups: string[];
}

export const deviceRows = computed<readonly DeviceRow[]>(() => {
  const all = groups.value.value?.groups ?? [];
  const devices = home.value.value?.devices ?? [];
  return devices.map((device) => ({
    ...device,
    groups: all.filter((group) => group.devices.includes(device.id)).map(({ name }) => name),
  }));
});

/** Ids of devices of which a name is edited or a menu is open: no row may move meanwhile. */
export const held = signal<ReadonlySet<string>>(new Set());

export function hold(id: string, isHeld: boolean): void {
  const ids = new Set(held.value);
  if (isHeld) ids.add(id);
  else ids.delete(id);
  held.value = ids;
}

export type DeviceTask = 'groups' | 'merge' | 'forget';

/** What is asked about a device in a dialog. */
export const asked = signal<{ task: DeviceTask; device: Device }>();
