import { AppError, InvalidField } from '../base/errors.ts';
import type { Checkpoint } from '../model/checkpoint.ts';
import { OTHER_DEVICE_ID } from '../model/device.ts';
import type { Group } from '../model/group.ts';
import { NETWORK_TARGET } from '../model/limit.ts';
import { cleanName } from './naming.ts';

/** Far beyond any home. */
const GROUPS_LIMIT = 500;

export interface GroupsOptions {
  /** Groups known from earlier runs. */
  groups: readonly Group[];
  /** The highest number a group ever had; 0 before the first. */
  lastNumber: number;
}

/** Who belongs together. */
export class Groups {
  private readonly groups: Map<string, Group>;
  private lastNumber: number;
  private readonly changedIds = new Set<string>();
  /** Devices of any group; undefined where groups have changed since it was asked for. */
  private members: ReadonlySet<string> | undefined;

  constructor({ groups, lastNumber }: GroupsOptions) {
    this.groups = new Map(groups.map((group) => [group.id, group]));
    this.lastNumber = lastNumber;
  }

  isMember(id: string): boolean {
    this.members ??= new Set([...this.all()].flatMap(({ devices }) => devices));
    return this.members.has(id);
  }

  /** In the order they were made. */
  all(): Iterable<Group> {
    return this.groups.values();
  }

  get(id: string): Group | undefined {
    return this.groups.get(id);
  }

  /** The group that is meant by its id or its name; case does not matter. */
  find(reference: string): Group | undefined {
    const text = reference.trim().toLowerCase();
    const known = this.groups.get(text);
    return known ?? [...this.all()].find(({ name }) => name.toLowerCase() === text);
  }

  /** As `find`; throws `GROUP_UNKNOWN` where there is none. */
  existing(reference: string): Group {
    const group = this.find(reference);
    if (group !== undefined) return group;
    throw new AppError('GROUP_UNKNOWN', `There is no group "${reference}".`);
  }

  /**
   * Makes the group of that id what it is to be; without an id a new one. Throws `InvalidField` or `NAME_TAKEN`, and
   * changes nothing then.
   */
  put(id: string | undefined, { name, icon, devices }: Omit<Group, 'id'>): Group {
    const clean = this.freeName(name, id);
    if (id === undefined && this.groups.size >= GROUPS_LIMIT) {
      throw new InvalidField(
        'name',
        `would be group ${GROUPS_LIMIT + 1}: remove another one first`,
      );
    }
    if (devices.includes(OTHER_DEVICE_ID)) {
      throw new InvalidField('devices', 'has "other", which stands for many devices');
    }
    const group: Group = {
      id: id ?? `g${++this.lastNumber}`,
      name: clean,
      ...(icon === undefined ? {} : { icon }),
      devices: [...new Set(devices)].toSorted(),
    };
    this.groups.set(group.id, group);
    this.changed(group.id);
    return group;
  }

  remove(id: string): void {
    this.groups.delete(id);
    this.changed(id);
  }

  /** A device became part of another, which takes its place; one that is forgotten leaves its groups. */
  merge(from: string, into: string): void {
    if (!this.isMember(from)) return;
    for (const group of this.all()) {
      if (!group.devices.includes(from)) continue;
      const devices = group.devices.map((device) => (device === from ? into : device));
      group.devices = [...new Set(devices)]
        .filter((device) => device !== OTHER_DEVICE_ID)
        .toSorted();
      this.changed(group.id);
    }
  }

  /** What is new, changed or removed since the last `commit`. */
  changes(): Checkpoint['groups'] {
    return [...this.changedIds].map((id) => ({ id, group: this.groups.get(id) ?? null }));
  }

  commit(): void {
    this.changedIds.clear();
  }

  private changed(id: string): void {
    this.changedIds.add(id);
    this.members = undefined;
  }

  private freeName(name: string, id: string | undefined): string {
    const clean = cleanName(name);
    if (clean.toLowerCase() === NETWORK_TARGET) {
      throw new InvalidField('name', 'stands for the whole network: choose a different one');
    }
    const holder = [...this.all()].find((each) => each.name.toLowerCase() === clean.toLowerCase());
    if (holder === undefined || holder.id === id) return clean;
    throw new AppError(
      'NAME_TAKEN',
      `Another group (${holder.id}) is called "${holder.name}": choose a different name.`,
    );
  }
}
