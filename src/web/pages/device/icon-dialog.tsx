import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { Device } from '../../api/operations.ts';
import { deviceIcons, plainDeviceIcon } from '../../parts/device-icons.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { IconChoice } from '../../parts/icon-choice.tsx';
import { refreshHome } from '../../state/home.ts';

/** Asks for the icon of a device. */
export function IconDialog({ device, onClose }: { device: Device; onClose: () => void }) {
  const [icon, setIcon] = useState(device.icon);

  async function save() {
    await call('updateDevice', { device: device.id, icon });
    await refreshHome();
  }

  return (
    <Dialog title={`Icon of ${device.name}`} action="Save" onConfirm={save} onClose={onClose}>
      <IconChoice
        isFirst
        icon={icon}
        icons={deviceIcons}
        plain={plainDeviceIcon}
        onChange={setIcon}
      />
    </Dialog>
  );
}
