import { useMemo } from 'preact/hooks';
import { call } from '../../api/client.ts';
import { formatBytes, formatRate } from '../../format/bytes.ts';
import { formatAgo, formatLongInstant } from '../../format/dates.ts';
import { sumOf, type Traffic } from '../../format/traffic.ts';
import { mainAddress } from '../../parts/target-choices.ts';
import { deviceIconPath } from '../../parts/device-icons.ts';
import { Icon } from '../../parts/icon.tsx';
import { NameEditor } from '../../parts/name-editor.tsx';
import { home, othersId, rateOf, refreshHome } from '../../state/home.ts';
import { linkTo } from '../../state/route.ts';
import { hold, type DeviceRow } from './device-row.ts';

/** Drawn again when the name changes, not with each amount. */
export function NameCell({ device }: { device: DeviceRow }) {
  const { id, name, nameSource, icon, router, hidden } = device;
  async function rename(text: string) {
    await call('updateDevice', { device: id, name: text === '' ? null : text });
    await refreshHome();
  }
  return useMemo(() => {
    if (id === othersId) return <div class="devices-name">{name}</div>;
    return (
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
    );
  }, [id, name, nameSource, icon, router, hidden]);
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
export function UsageCell({ usage }: { usage: Traffic }) {
  return (
    <div class="devices-amounts">
      <span class="download">{formatBytes(usage.download)}</span>
      <span class="upload">{formatBytes(usage.upload)}</span>
    </div>
  );
}

/** What devices send and receive in this second, together. */
export function LiveRate({ devices }: { devices: readonly DeviceRow[] }) {
  if (home.error.value !== undefined) return <span class="muted">–</span>;
  const { download, upload } = sumOf(devices.map(rateOf));
  return (
    <div class={download + upload === 0 ? 'devices-amounts devices-silent' : 'devices-amounts'}>
      <span class="download">{formatRate(download)}</span>
      <span class="upload">{formatRate(upload)}</span>
    </div>
  );
}

export function LastSeen({ at }: { at: string }) {
  const now = Date.parse(home.value.value?.at ?? at);
  return <span title={formatLongInstant(at)}>{formatAgo(at, now)}</span>;
}

export function Presence({ isOnline }: { isOnline: boolean }) {
  return (
    <span class="devices-presence">
      <span class={isOnline ? 'dot on' : 'dot'} />
      <span class="devices-presence-word">{isOnline ? 'Yes' : 'No'}</span>
    </span>
  );
}
