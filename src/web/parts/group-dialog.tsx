import { useState } from 'preact/hooks';
import { call } from '../api/client.ts';
import type { Device, Group } from '../api/operations.ts';
import { Dialog } from './dialog.tsx';
import { groups, refreshHome } from '../state/home.ts';
import './group-dialog.css';

/** To which groups it belongs; a new group can be made of it. */
export function GroupDialog({ device, onClose }: { device: Device; onClose: () => void }) {
  const all = groups.value.value?.groups ?? [];
  const [changes, setChanges] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [newName, setNewName] = useState('');
  const isMember = (group: Group) => changes.get(group.id) ?? group.devices.includes(device.id);

  async function save() {
    const name = newName.trim();
    try {
      // Others may have changed a group meanwhile: only this device goes in or out.
      const { groups: latest } = await call('listGroups', {});
      for (const group of latest) {
        const wanted = changes.get(group.id);
        const is = group.devices.includes(device.id);
        if (wanted !== undefined && wanted !== is)
          await call('setGroup', toggled(group, device.id));
      }
      if (name !== '') await call('createGroup', { name, devices: [device.id] });
    } finally {
      await refreshHome();
    }
  }

  return (
    <Dialog title={`Groups of ${device.name}`} action="Save" onConfirm={save} onClose={onClose}>
      {all.length > 0 && (
        <fieldset class="group-dialog-choices">
          <legend class="visually-hidden">Groups</legend>
          {all.map((group) => (
            <label key={group.id}>
              <input
                type="checkbox"
                checked={isMember(group)}
                onChange={({ currentTarget: { checked } }) =>
                  setChanges(new Map(changes).set(group.id, checked))
                }
              />
              {group.name}
            </label>
          ))}
        </fieldset>
      )}
      <label class="field">
        <span class="label">New group with this device</span>
        <input
          type="text"
          maxLength={64}
          autocomplete="off"
          placeholder="Name of the group"
          value={newName}
          onInput={({ currentTarget: { value } }) => setNewName(value)}
        />
      </label>
    </Dialog>
  );
}

function toggled({ id, name, icon, devices }: Group, device: string) {
  const others = devices.filter((each) => each !== device);
  const isMember = others.length < devices.length;
  return { group: id, name, icon, devices: isMember ? others : [...others, device] };
}
