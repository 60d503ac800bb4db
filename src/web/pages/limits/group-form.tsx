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
    const settings = { name: name.trim(), icon };
    if (group === undefined) await call('createGroup', { ...settings, devices: [...members] });
    else await call('setGroup', { group: group.id, ...settings, devices: await present(group) });
    await refreshHome();
    announce(`The group ${settings.name} is saved.`);
  }

  /** Its devices with what was changed here: others may have come and gone since the form was opened. */
  async function present({ id, devices: before }: Group): Promise<string[]> {
    const all = await call('listGroups', {});
    const now = all.groups.find((each) => each.id === id)?.devices ?? [];
    const added = [...members].filter((each) => !before.includes(each));
    const stayed = now.filter((each) => members.has(each) || !before.includes(each));
    return [...new Set([...stayed, ...added])];
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
