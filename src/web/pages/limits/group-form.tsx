import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { Group } from '../../api/operations.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { IconChoice } from '../../parts/icon-choice.tsx';
import { PickList } from '../../parts/pick-list.tsx';
import { deviceChoices } from '../../parts/target-choices.ts';
import { announce } from '../../parts/toasts.tsx';
import { devicesById, refreshHome } from '../../state/home.ts';
import { groupIconPath, groupIcons } from './group-icons.ts';

interface GroupFormProps {
  /** The group to change; without it a new one is made. */
  group?: Group;
  onClose: () => void;
}

/** A dialog with a group's name, icon and devices. */
export function GroupForm({ group, onClose }: GroupFormProps) {
  const [name, setName] = useState(group?.name ?? '');
  const [icon, setIcon] = useState(group?.icon ?? null);
  const [members, setMembers] = useState<ReadonlySet<string>>(new Set(group?.devices));

  async function save() {
    const settings = { name: name.trim(), icon, devices: [...members] };
    const saved =
      group === undefined
        ? await call('createGroup', settings)
        : await call('setGroup', { group: group.id, ...(await present(group, settings)) });
    await refreshHome();
    announce(`The group ${saved.name} is saved.`);
  }

  return (
    <Dialog
      title={group === undefined ? 'New group' : `Group ${group.name}`}
      action="Save"
      onConfirm={save}
      onClose={onClose}
    >
      <label class="field">
        <span class="label">Name</span>
        <input
          required
          maxLength={64}
          autoComplete="off"
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </label>
      <PickList
        label="Devices"
        choices={deviceChoices(devicesById.value.values())}
        chosen={members}
        onChange={setMembers}
      />
      <IconChoice icon={icon} icons={groupIcons} plain={groupIconPath(null)} onChange={setIcon} />
    </Dialog>
  );
}

type Settings = Pick<Group, 'name' | 'icon' | 'devices'>;

/** The group as it is, with what was changed in the form: others may have changed it since that was opened. */
async function present(before: Group, { name, icon, devices }: Settings): Promise<Settings> {
  const all = await call('listGroups', {});
  const now = all.groups.find(({ id }) => id === before.id) ?? before;
  const added = devices.filter((each) => !before.devices.includes(each));
  const stayed = now.devices.filter(
    (each) => devices.includes(each) || !before.devices.includes(each),
  );
  return {
    name: name === before.name ? now.name : name,
    icon: icon === before.icon ? now.icon : icon,
    devices: [...new Set([...stayed, ...added])],
  };
}
