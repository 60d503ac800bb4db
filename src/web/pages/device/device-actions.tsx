import { mdiCallMerge, mdiDeleteForever, mdiEye, mdiEyeOff } from '@mdi/js';
import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { Device } from '../../api/operations.ts';
import { ForgetDialog, MergeDialog } from '../../parts/device-dialogs.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Problem } from '../../parts/problem.tsx';
import { announce } from '../../parts/toasts.tsx';
import { useAction } from '../../state/action.ts';
import { refreshHome } from '../../state/home.ts';
import { linkTo } from '../../state/route.ts';

/** Hide, merge and forget. */
export function DeviceActions({ device }: { device: Device }) {
  const { id, name, hidden } = device;
  const [open, setOpen] = useState<'merge' | 'forget'>();
  const close = () => setOpen(undefined);
  const hiding = useAction(async () => {
    await call('updateDevice', { device: id, hidden: !hidden });
    await refreshHome();
    announce(
      hidden
        ? `${name} is shown again.`
        : `${name} is hidden. Its use still counts in the totals of the network.`,
    );
  });
  return (
    <div class="device-actions">
      <button type="button" aria-busy={hiding.isBusy} onClick={hiding.run}>
        <Icon path={hidden ? mdiEye : mdiEyeOff} />
        {hidden ? 'Show in lists' : 'Hide in lists'}
      </button>
      <button type="button" onClick={() => setOpen('merge')}>
        <Icon path={mdiCallMerge} />
        Merge into another…
      </button>
      <button type="button" class="danger" onClick={() => setOpen('forget')}>
        <Icon path={mdiDeleteForever} />
        Forget…
      </button>
      <Problem class="small" message={hiding.error} />
      {open === 'merge' && <MergeDialog device={device} onClose={close} onDone={leave} />}
      {open === 'forget' && <ForgetDialog device={device} onClose={close} onDone={leave} />}
    </div>
  );
}

/** This page has lost its device: to the one it is part of, or to all that are left. */
function leave(into?: string) {
  location.hash =
    into === undefined ? linkTo({ page: 'devices' }) : linkTo({ page: 'device', id: into });
}
