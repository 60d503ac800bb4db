import { useState } from 'preact/hooks';
import { call } from '../api/client.ts';
import type { Device } from '../api/operations.ts';
import { devicesById, refreshHome } from '../state/home.ts';
import { Dialog } from './dialog.tsx';
import { PickList } from './pick-list.tsx';
import { deviceChoices } from './target-choices.ts';
import { announce } from './toasts.tsx';

interface DeviceDialogProps {
  device: Device;
  onClose: () => void;
  /** Called when it was done, with the device it was merged into; for a page that shows the device which is no more. */
  onDone?: (into?: string) => void;
}

/** Asks before a device is forgotten. */
export function ForgetDialog({ device, onClose, onDone }: DeviceDialogProps) {
  async function forget() {
    await call('forgetDevice', { device: device.id });
    announce(`${device.name} is forgotten.`);
    onDone?.();
    await refreshHome();
  }
  return (
    <Dialog
      title={`Forget ${device.name}?`}
      action="Forget"
      danger={true}
      onConfirm={forget}
      onClose={onClose}
    >
      <p>
        Its name, addresses, vendor, limits and events go. What it used stays in the network's
        totals, but is no longer told apart.
      </p>
      <p>When it is seen again, it is a new device that begins at zero. This cannot be undone.</p>
    </Dialog>
  );
}

/** Asks of which other device it shall become a part. */
export function MergeDialog({ device, onClose, onDone }: DeviceDialogProps) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [into] = chosen;
  const choices = deviceChoices(devicesById.value.values()).filter(({ id }) => id !== device.id);
  async function merge() {
    if (into === undefined) throw new Error('Choose the device into which it is merged.');
    await call('mergeDevice', { device: device.id, into });
    const name = devicesById.value.get(into)?.name ?? 'the other';
    announce(`${device.name} is part of ${name} from now on.`);
    onDone?.(into);
    await refreshHome();
  }
  return (
    <Dialog title={`Merge ${device.name}`} action="Merge" onConfirm={merge} onClose={onClose}>
      <p>
        Choose the device it is part of. All that {device.name} used and will use becomes that of
        the other one; no byte is lost, and its limits end.
      </p>
      <PickList label="Merge into" choices={choices} chosen={chosen} onChange={setChosen} single />
      <p class="muted small">
        It can be split off again later on the page of the other device. What was used before stays
        there.
      </p>
    </Dialog>
  );
}
