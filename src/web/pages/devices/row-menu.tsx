import {
  mdiAccountGroupOutline,
  mdiCallMerge,
  mdiDeleteOutline,
  mdiDotsVertical,
  mdiEyeOffOutline,
  mdiEyeOutline,
  mdiOpenInApp,
} from '@mdi/js';
import { useMemo } from 'preact/hooks';
import { call } from '../../api/client.ts';
import { Icon } from '../../parts/icon.tsx';
import { PopoverButton } from '../../parts/popover-button.tsx';
import { announce, complain } from '../../parts/toasts.tsx';
import { refreshHome } from '../../state/home.ts';
import { linkTo } from '../../state/route.ts';
import { asked, hold, type DeviceRow } from './device-row.ts';

/** What can be done with a device. */
export function RowMenu({ device }: { device: DeviceRow }) {
  const { id, name, hidden } = device;
  return useMemo(
    () => (
      <PopoverButton
        label={`Actions for ${name}`}
        class="plain devices-menu"
        content={<Icon path={mdiDotsVertical} />}
        role="menu"
        onOpen={(isOpen) => hold(`menu ${id}`, isOpen)}
      >
        {(close) =>
          tasksOf(device).map(({ icon, text, run }) => (
            <button
              key={text}
              type="button"
              role="menuitem"
              tabIndex={-1}
              onClick={() => {
                close();
                run();
              }}
            >
              <Icon path={icon} />
              {text}
            </button>
          ))
        }
      </PopoverButton>
    ),
    [id, name, hidden],
  );
}

function tasksOf(device: DeviceRow) {
  const { id, hidden } = device;
  return [
    {
      icon: mdiOpenInApp,
      text: 'Open',
      run: () => location.assign(linkTo({ page: 'device', id })),
    },
    {
      icon: mdiAccountGroupOutline,
      text: 'Groups…',
      run: () => (asked.value = { task: 'groups', device }),
    },
    {
      icon: hidden ? mdiEyeOutline : mdiEyeOffOutline,
      text: hidden ? 'Show in lists' : 'Hide in lists',
      run: () => void setHidden(device, !hidden),
    },
    {
      icon: mdiCallMerge,
      text: 'Merge into another…',
      run: () => (asked.value = { task: 'merge', device }),
    },
    {
      icon: mdiDeleteOutline,
      text: 'Forget…',
      run: () => (asked.value = { task: 'forget', device }),
    },
  ];
}

async function setHidden({ id, name }: DeviceRow, hidden: boolean): Promise<void> {
  try {
    await call('updateDevice', { device: id, hidden });
    announce(
      hidden
        ? `${name} is hidden. Its use still counts in the totals of the network.`
        : `${name} is shown again.`,
    );
    await refreshHome();
  } catch (error) {
    complain((error as Error).message);
  }
}
