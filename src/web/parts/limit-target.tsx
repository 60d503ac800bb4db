import type { Device, Group } from '../api/operations.ts';
import { devicesById, groups } from '../state/home.ts';
import { PickList, type Choice } from './pick-list.tsx';

interface LimitTargetProps {
  /** `network`, the id of a device or of a group. */
  target: string;
  /** Shown, not chosen. */
  fixed: boolean;
  onChange: (target: string) => void;
}

/** Whom a limit is for: chosen by name among network, groups and devices. */
export function LimitTarget({ target, fixed, onChange }: LimitTargetProps) {
  const choices = targets(groups.value.value?.groups ?? [], [...devicesById.value.values()]);
  if (fixed) {
    const name = choices.find(({ id }) => id === target)?.name ?? target;
    return (
      <p>
        <span class="muted">For</span> <strong>{name}</strong>
      </p>
    );
  }
  return (
    <PickList
      single
      label="For"
      choices={choices}
      chosen={new Set([target])}
      onChange={([chosen]) => chosen !== undefined && onChange(chosen)}
    />
  );
}

function targets(all: readonly Group[], devices: readonly Device[]): Choice[] {
  return [
    { id: 'network', name: 'Network', detail: 'All devices together' },
    ...all.toSorted(byName).map(({ id, name, devices: members }) => ({
      id,
      name,
      detail: members.length === 1 ? 'Group of 1 device' : `Group of ${members.length} devices`,
    })),
    ...deviceChoices(devices),
  ];
}

/** All devices by name, each with the address by which it can be told from others. */
export function deviceChoices(devices: readonly Device[]): Choice[] {
  return devices
    .filter(({ id }) => id !== 'other')
    .toSorted(byName)
    .map(({ id, name, addresses, mac }) => ({ id, name, detail: addresses[0] ?? mac ?? '' }));
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name.localeCompare(b.name);
}
