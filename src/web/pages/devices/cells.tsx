import { useComputed } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { Rate, Usage } from '../../api/operations.ts';
import { call } from '../../api/client.ts';
import { formatBytes, formatRate } from '../../format/bytes.ts';
import { formatAgo, formatLongInstant } from '../../format/dates.ts';
import { deviceIconPath } from '../../parts/device-icons.ts';
import { Icon } from '../../parts/icon.tsx';
import { NameEditor } from '../../parts/name-editor.tsx';
import { connection, home, rates, refreshHome } from '../../state/home.ts';
import { linkTo } from '../../state/route.ts';
import { hold, mainAddress, type DeviceRow } from './device-row.ts';

/** Drawn again when the name changes, not with each amount. */
export function NameCell({ device }: { device: DeviceRow }) {
  const { id, name, nameSource, icon, router, hidden } = device;
  async function rename(text: string) {
    await call('updateDevice', { device: id, name: text === '' ? null : text });
    await refreshHome();
  }
  return useMemo(
    () => (
      <div class="devices-name">
        <Icon path={deviceIconPath(icon)} />
        <NameEditor
          name={name}
          placeholder={nameSource === 'user' ? 'Empty: the name it has by itself' : name}
          onSave={rename}
          onEditing={(isEditing) => hold(id, isEditing)}
        >
          <a href={linkTo({ page: 'device', id })}>{name}</a>
          {router && <span class="devices-mark">Router</span>}
          {hidden && <span class="devices-mark">Hidden</span>}
        </NameEditor>
      </div>
    ),
    [id, name, nameSource, icon, router, hidden],
  );
}

export function AddressCell({ device }: { device: DeviceRow }) {
  const others = device.addresses.length - 1;
  return (
    <span title={device.addresses.join('\n')}>
      {mainAddress(device)}
      {others > 0 && <span class="muted"> +{others}</span>}
    </span>
  );
}

/** Download above upload. */
export function UsageCell({ usage }: { usage: Pick<Usage, 'download' | 'upload'> }) {
  return (
    <div class="devices-amounts">
      <span class="download">{formatBytes(usage.download)}</span>
      <span class="upload">{formatBytes(usage.upload)}</span>
    </div>
  );
}

const silent: Rate = { download: 0, upload: 0 };

/** Of the last second; that of the last seconds until the first has come. */
function rateOf({ id, rate }: DeviceRow): Rate {
  const live = rates.value;
  return live === undefined ? rate : (live.devices[id] ?? silent);
}

/** What devices send and receive in this second, together. */
export function LiveRate({ devices }: { devices: readonly DeviceRow[] }) {
  if (connection.value === 'away') return <span class="muted">–</span>;
  let [download, upload] = [0, 0];
  for (const device of devices) {
    const rate = rateOf(device);
    download += rate.download;
    upload += rate.upload;
  }
  return (
    <div class={download + upload === 0 ? 'devices-amounts devices-silent' : 'devices-amounts'}>
      <span class="download">{formatRate(download)}</span>
      <span class="upload">{formatRate(upload)}</span>
    </div>
  );
}

export function LastSeen({ at }: { at: string }) {
  const text = useComputed(() => formatAgo(at, Date.parse(home.value.value?.at ?? at)));
  return <span title={formatLongInstant(at)}>{text}</span>;
}

export function Presence({ isOnline }: { isOnline: boolean }) {
  return (
    <span class="devices-presence">
      <span class={isOnline ? 'dot on' : 'dot'} />
      <span class="devices-presence-word">{isOnline ? 'Yes' : 'No'}</span>
    </span>
  );
}
