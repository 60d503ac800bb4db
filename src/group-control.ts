import { AppError } from './base/errors.ts';
import { idOf, settle, type Control } from './control.ts';
import { publishedGroup } from './model/published.ts';

interface GroupSettings {
  group?: string;
  name: string;
  icon?: string | null;
  /** References. */
  devices: string[];
}

/** `groups` */
export function listGroups({ report }: Control) {
  return { groups: report().groups.map(publishedGroup) };
}

/** `group/set`: what is absent is no part of the group afterwards. */
export function setGroup(control: Control, { group, name, icon, devices }: GroupSettings) {
  const { groups } = control.bookkeeper;
  const before = group === undefined ? undefined : groups.existing(group);
  const oldName = before?.name;
  const after = groups.put(before?.id, {
    name,
    ...(typeof icon === 'string' ? { icon } : {}),
    devices: devices.map((reference) => idOf(control, reference)),
  });
  tell(control, after.id, changeOf(oldName, after.name));
  settle(control);
  const found = control.report().groups.find(({ id }) => id === after.id);
  if (found !== undefined) return publishedGroup(found);
  throw new AppError('GROUP_UNKNOWN', `There is no group "${after.id}".`);
}

/** `group/remove` */
export function removeGroup(control: Control, { group }: { group: string }) {
  const { bookkeeper } = control;
  const { id, name } = bookkeeper.groups.existing(group);
  bookkeeper.groups.remove(id);
  tell(control, id, `The group ${name} was removed.`);
  bookkeeper.dropLimits(id, { group: id });
  settle(control);
  return {};
}

function changeOf(oldName: string | undefined, name: string): string {
  if (oldName === undefined) return `The group ${name} was made.`;
  if (oldName === name) return `The group ${name} was changed.`;
  return `The group ${oldName} is called ${name} from now on.`;
}

function tell({ events }: Control, group: string, message: string): void {
  events.add('group-changed', message, { group });
}
