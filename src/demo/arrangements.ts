import prettyBytes from 'pretty-bytes';
import type { Checkpoint, MarkedLimit } from '../model/checkpoint.ts';
import { displayName, type Device } from '../model/device.ts';
import type { Group } from '../model/group.ts';
import { limitKey, limitWords, NETWORK_TARGET } from '../model/limit.ts';
import { peersOf } from './activity.ts';
import type { Household } from './household.ts';
import { limitsOf } from './limits.ts';
import type { PastOptions } from './hours.ts';
import type { Happening } from './presence.ts';

/** What the people of the household arranged, and what came of it. */
export interface Arrangements extends Pick<Checkpoint, 'groups' | 'limits' | 'peerNames'> {
  events: Happening[];
}

const ARRANGED_DAYS_AGO = 20;
/** After the start of that day. */
const ARRANGED_AT_MS = 19 * 3_600_000;

const groupIcons = {
  'Living room': 'mdi:sofa',
  Children: 'mdi:human-child',
  'Home office': 'mdi:desk',
} as const;

export function arrangementsOf(options: PastOptions, devices: readonly Device[]): Arrangements {
  const { household, calendar, now } = options;
  const groups = groupsOf(household);
  const { limits, raised } = limitsOf(options, groups);
  const { seed, storage } = household;
  const [backup] = storage === undefined ? [] : peersOf(seed, storage, calendar.day(now));
  const day = household.days.at(-1 - ARRANGED_DAYS_AGO) ?? household.days[0] ?? 0;
  const at = Math.min(now, calendar.startOfDay(day) + ARRANGED_AT_MS);
  const names = new Map([
    ...groups.map(({ id, name }) => [id, name] as const),
    ...devices.map((device) => [device.id, displayName(device)] as const),
  ]);
  const decisions = [
    ...devices.flatMap(renaming),
    ...groups.map(({ id, name }) => ({
      type: 'group-changed' as const,
      group: id,
      message: `The group ${name} was made.`,
    })),
    ...limits.map((limit) => limitSetting(limit, names.get(limit.target))),
  ];
  return {
    groups: groups.map((group) => ({ id: group.id, group })),
    limits: limits.map((limit) => ({ id: limit, limit })),
    peerNames: backup === undefined ? [] : [{ address: backup.address, name: 'Cloud backup' }],
    events: [...decisions.map((decision) => ({ ...decision, at })), ...raised],
  };
}

function groupsOf({ members }: Household): Group[] {
  const names = [...new Set(members.flatMap(({ kind }) => kind.group ?? []))];
  return names.map((name, index) => ({
    id: `g${index + 1}`,
    name,
    icon: groupIcons[name],
    devices: members.filter(({ kind }) => kind.group === name).map(({ id }) => id),
  }));
}

function renaming(device: Device) {
  const { user, ...others } = device.names;
  if (user === undefined) return [];
  const before = displayName({ ...device, names: others });
  const message = `${before} is called ${user} from now on.`;
  return [{ type: 'device-changed' as const, device: device.id, message }];
}

function limitSetting(limit: MarkedLimit, name = 'the network') {
  const { target, bytes, warningPercent } = limit;
  const key = limitKey(limit);
  const size = `${prettyBytes(bytes)}, with a warning at ${warningPercent} %`;
  const isGroup = /^g\d+$/.test(target);
  return {
    type: 'limit-changed' as const,
    ...(target === NETWORK_TARGET ? {} : isGroup ? { group: target } : { device: target }),
    limit: key,
    message: `${limitWords(limit, name)} is ${size}.`,
  };
}
