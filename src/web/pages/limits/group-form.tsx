import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { Group } from '../../api/operations.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Icon } from '../../parts/icon.tsx';
import { deviceChoices } from '../../parts/limit-target.tsx';
import { PickList } from '../../parts/pick-list.tsx';
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
    if (group === undefined) await call('createGroup', settings);
    else await call('setGroup', { group: group.id, ...settings });
    await refreshHome();
    announce(`The group ${settings.name} is saved.`);
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
        choices={deviceChoices([...devicesById.value.values()])}
        chosen={members}
        onChange={setMembers}
      />
      <IconChoice icon={icon} onChange={setIcon} />
    </Dialog>
  );
}

interface IconChoiceProps {
  icon: string | null;
  onChange: (icon: string | null) => void;
}

function IconChoice({ icon, onChange }: IconChoiceProps) {
  const known = groupIcons.some(({ name }) => name === icon);
  const foreign = icon !== null && !known ? [{ name: icon, label: icon }] : [];
  const all = [{ name: null, label: 'None' }, ...foreign, ...groupIcons];
  return (
    <fieldset class="group-icons">
      <legend>Icon</legend>
      {all.map(({ name, label }) => (
        <label key={label} title={label}>
          <input
            type="radio"
            name="icon"
            class="visually-hidden"
            aria-label={label}
            checked={icon === name}
            onChange={() => onChange(name)}
          />
          {name === null ? <span class="small">None</span> : <Icon path={groupIconPath(name)} />}
        </label>
      ))}
    </fieldset>
  );
}
