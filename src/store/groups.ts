import type { Database } from 'better-sqlite3';
import type { Checkpoint } from '../model/checkpoint.ts';
import type { Group } from '../model/group.ts';
import type { StoredDevices } from './devices.ts';

/** The tables `device_group` and `group_member`. */
export interface StoredGroups {
  /** In the order they were made. */
  groups(): Group[];
  /** The highest number a group ever had; 0 before the first. */
  lastGroupNumber(): number;
  /** Writes a group as it is now, or removes it. `at` (epoch ms): when a device nobody introduced was seen first. */
  put(change: Checkpoint['groups'][number], at: number): void;
}

interface GroupRow {
  id: number;
  name: string;
  icon: string | null;
}

export function createStoredGroups(database: Database, devices: StoredDevices): StoredGroups {
  const all = database.prepare<[], GroupRow>('SELECT id, name, icon FROM device_group ORDER BY id');
  const members = database
    .prepare<[number], string>(
      `SELECT device_id FROM group_member JOIN device ON device.id = group_member.device
       WHERE device_group = ? ORDER BY device_id`,
    )
    .pluck();
  const lastNumber = database
    .prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'device_group'")
    .pluck();
  const upsert = database.prepare<[GroupRow]>(
    `INSERT INTO device_group (id, name, icon) VALUES (:id, :name, :icon)
     ON CONFLICT DO UPDATE SET name = excluded.name, icon = excluded.icon`,
  );
  const remove = database.prepare<[number]>('DELETE FROM device_group WHERE id = ?');
  const dropMembers = database.prepare<[number]>('DELETE FROM group_member WHERE device_group = ?');
  const addMember = database.prepare<[number, number]>(
    'INSERT INTO group_member (device_group, device) VALUES (?, ?)',
  );
  return {
    groups: () =>
      all.all().map(({ id, name, icon }) => ({
        id: `g${id}`,
        name,
        ...(icon === null ? {} : { icon }),
        devices: members.all(id),
      })),
    lastGroupNumber: () => lastNumber.get() ?? 0,
    put({ id, group }, at) {
      const number = Number(id.slice(1));
      if (group === null) {
        remove.run(number);
        return;
      }
      upsert.run({ id: number, name: group.name, icon: group.icon ?? null });
      dropMembers.run(number);
      for (const device of group.devices) addMember.run(number, devices.ownRow(device, at));
    },
  };
}
