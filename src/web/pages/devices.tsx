import { mdiEyeOutline } from '@mdi/js';
import { useEffect } from 'preact/hooks';
import { DataTable } from '../parts/data-table.tsx';
import { ForgetDialog, MergeDialog } from '../parts/device-dialogs.tsx';
import { GroupDialog } from '../parts/group-dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { Missing } from '../parts/missing.tsx';
import { createTableMemory } from '../parts/table/memory.ts';
import { mayWrite } from '../state/access.ts';
import { home, othersId, today } from '../state/home.ts';
import { linkTo, replaceQuery, route } from '../state/route.ts';
import './devices.css';
import { deviceColumns } from './devices/columns.tsx';
import { asked, deviceRows, held, type DeviceRow } from './devices/device-row.ts';
import { RowMenu } from './devices/row-menu.tsx';

const memory = createTableMemory('devices', [{ id: 'today', desc: true }]);

const look = {
  rowId: ({ id }: DeviceRow) => id,
  rowLink: ({ id }: DeviceRow) => (id === othersId ? undefined : linkTo({ page: 'device', id })),
  rowClass: ({ hidden }: DeviceRow) => (hidden ? 'devices-hidden' : ''),
};
const changeable = {
  ...look,
  rowActions: (device: DeviceRow) => device.id !== othersId && <RowMenu device={device} />,
};

/** All devices: who they are and what they use. */
export function Devices() {
  const all = deviceRows.value;
  const withHidden = route.value.query.get('hidden') === 'yes';
  const hiddenCount = all.filter(({ hidden }) => hidden).length;
  const rows = withHidden || hiddenCount === 0 ? all : all.filter(({ hidden }) => !hidden);
  useEffect(
    () => () => {
      asked.value = undefined;
    },
    [],
  );
  return (
    <>
      <header class="page-head">
        <h1>Devices</h1>
        <Legend />
      </header>
      {all.length === 0 ? (
        <Missing resource={home}>
          <p>No device has been seen. It takes a few seconds from the first packet on.</p>
        </Missing>
      ) : (
        <DataTable
          {...(mayWrite.value ? changeable : look)}
          noun="device"
          columns={deviceColumns}
          rows={rows}
          memory={memory}
          hold={held.value.size > 0}
          csvName={`lanledger-devices-${today.value}`}
          toolbar={
            (hiddenCount > 0 || withHidden) && (
              <button
                type="button"
                aria-pressed={withHidden}
                onClick={() => replaceQuery({ hidden: withHidden ? undefined : 'yes' })}
              >
                <Icon path={mdiEyeOutline} />
                Show hidden ({hiddenCount})
              </button>
            )
          }
        />
      )}
      <AskedDialog />
    </>
  );
}

function Legend() {
  return (
    <p class="devices-legend small" aria-hidden="true">
      <span class="download">Download</span>
      <span class="upload">Upload</span>
    </p>
  );
}

function AskedDialog() {
  const question = asked.value;
  if (question === undefined) return null;
  const { task, device } = question;
  const close = () => {
    asked.value = undefined;
    requestAnimationFrame(() => focusRow(device.name));
  };
  const Ask = { groups: GroupDialog, merge: MergeDialog, forget: ForgetDialog }[task];
  return <Ask device={device} onClose={close} />;
}

/** Back to where the dialog was opened; to the search where that row is gone. */
function focusRow(name: string): void {
  const label = CSS.escape(`Actions for ${name}`);
  const button = document.querySelector<HTMLElement>(`[aria-label="${label}"]`);
  const search = document.querySelector<HTMLElement>('.data-table-search');
  (button ?? search)?.focus({ preventScroll: true });
}
