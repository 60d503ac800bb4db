import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { Device } from '../../api/operations.ts';
import { deviceIcons, plainDeviceIcon, type DeviceIcon } from '../../parts/device-icons.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Icon } from '../../parts/icon.tsx';
import { refreshHome } from '../../state/home.ts';
import './icon-dialog.css';

const none: DeviceIcon = { name: '', path: plainDeviceIcon, label: 'No icon' };

/** One icon of a handful; Home Assistant shows the same. */
export function IconDialog({ device, onClose }: { device: Device; onClose: () => void }) {
  const { id, icon } = device;
  const [chosen, setChosen] = useState(icon ?? '');
  const choices = [none, ...deviceIcons];
  // One that was chosen elsewhere must not be lost unasked.
  const isForeign = icon !== null && choices.every(({ name }) => name !== icon);
  if (isForeign) choices.push({ name: icon, path: plainDeviceIcon, label: icon });

  async function save() {
    await call('updateDevice', { device: id, icon: chosen === '' ? null : chosen });
    await refreshHome();
  }

  return (
    <Dialog title={`Icon of ${device.name}`} action="Save" onConfirm={save} onClose={onClose}>
      <fieldset class="device-icons">
        <legend class="visually-hidden">Icon</legend>
        {choices.map(({ name, path, label }) => (
          <label key={name} title={label}>
            <input
              type="radio"
              name="icon"
              class="visually-hidden"
              aria-label={label}
              checked={name === chosen}
              autofocus={name === chosen}
              onChange={() => setChosen(name)}
            />
            <Icon path={path} />
          </label>
        ))}
      </fieldset>
      <p class="muted small">{choices.find(({ name }) => name === chosen)?.label}</p>
    </Dialog>
  );
}
