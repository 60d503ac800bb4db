import { mdiChevronLeft } from '@mdi/js';
import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { Device } from '../../api/operations.ts';
import { formatRate } from '../../format/bytes.ts';
import { formatAgo, formatDate, formatInstant, formatLongInstant } from '../../format/dates.ts';
import { deviceIconPath } from '../../parts/device-icons.ts';
import { GroupDialog } from '../../parts/group-dialog.tsx';
import { Icon } from '../../parts/icon.tsx';
import { NameEditor } from '../../parts/name-editor.tsx';
import { announce } from '../../parts/toasts.tsx';
import { mayWrite } from '../../state/access.ts';
import { groups, home, rateOf, refreshHome } from '../../state/home.ts';
import { linkTo } from '../../state/route.ts';
import { DeviceActions } from './device-actions.tsx';
import { IconDialog } from './icon-dialog.tsx';

/** Who it is, how it is, and what can be done with it. */
export function DeviceHead({ device }: { device: Device }) {
  const [open, setOpen] = useState<'icon' | 'groups'>();
  const close = () => setOpen(undefined);
  return (
    <>
      <a class="device-back" href={linkTo({ page: 'devices' })}>
        <Icon path={mdiChevronLeft} />
        All devices
      </a>
      <header class="card device-head">
        <div class="device-title">
          <DeviceIcon device={device} onChange={() => setOpen('icon')} />
          <div class="device-name">
            <Name device={device} />
            <Presence device={device} />
          </div>
          <LiveRate device={device} />
        </div>
        <Facts device={device} onGroups={() => setOpen('groups')} />
        {mayWrite.value && <DeviceActions device={device} />}
      </header>
      {open === 'icon' && <IconDialog device={device} onClose={close} />}
      {open === 'groups' && <GroupDialog device={device} onClose={close} />}
    </>
  );
}

function DeviceIcon({ device, onChange }: { device: Device; onChange: () => void }) {
  const icon = <Icon path={deviceIconPath(device.icon)} />;
  if (!mayWrite.value) return <span class="device-icon">{icon}</span>;
  return (
    <button
      type="button"
      class="device-icon"
      aria-label="Change the icon"
      title="Change the icon"
      onClick={onChange}
    >
      {icon}
    </button>
  );
}

function Name({ device: { id, name, nameSource } }: { device: Device }) {
  async function rename(text: string) {
    await call('updateDevice', { device: id, name: text === '' ? null : text });
    await refreshHome();
    announce(text === '' ? 'Your name is gone.' : `It is called ${text}.`);
  }
  const placeholder = nameSource === 'user' ? 'Empty: the name it has by itself' : name;
  return (
    <h1 aria-label={name}>
      <NameEditor name={name} placeholder={placeholder} onSave={rename}>
        <span class="device-name-text">{name}</span>
      </NameEditor>
    </h1>
  );
}

function Presence({ device: { online, lastSeen } }: { device: Device }) {
  const now = Date.parse(home.value.value?.at ?? lastSeen);
  return (
    <p class="device-presence">
      <span class={online ? 'dot on' : 'dot'} />
      {online ? 'Online' : `Offline, last seen ${formatAgo(lastSeen, now)}`}
    </p>
  );
}

function LiveRate({ device }: { device: Device }) {
  const { download, upload } = rateOf(device);
  const show = (rate: number) => (home.error.value === undefined ? formatRate(rate) : '–');
  return (
    <dl class="device-rate">
      <div>
        <dt>Download</dt>
        <dd class="download">{show(download)}</dd>
      </div>
      <div>
        <dt>Upload</dt>
        <dd class="upload">{show(upload)}</dd>
      </div>
    </dl>
  );
}

interface FactsProps {
  device: Device;
  onGroups: () => void;
}

function Facts({ device, onGroups }: FactsProps) {
  const { id, mac, vendor, randomisedMac, router, hidden, firstSeen, lastSeen } = device;
  const own = groups.value.value?.groups.filter(({ devices }) => devices.includes(id)) ?? [];
  return (
    <dl class="device-facts">
      <div>
        <dt>Maker</dt>
        <dd>{vendor ?? 'Unknown'}</dd>
      </div>
      <div class={randomisedMac ? 'device-fact-long' : undefined}>
        <dt>MAC address</dt>
        <dd>
          <span class="device-address">{mac ?? 'Not known'}</span>
          {randomisedMac && (
            <span class="muted small">
              Made up by the device for privacy. It may come back with another one: then merge them.
            </span>
          )}
          {mac === null && <span class="muted small">It is behind another router.</span>}
        </dd>
      </div>
      <div>
        <dt>First seen</dt>
        <dd title={formatLongInstant(firstSeen)}>{formatDate(firstSeen)}</dd>
      </div>
      <div>
        <dt>Last seen</dt>
        <dd title={formatLongInstant(lastSeen)}>{formatInstant(lastSeen)}</dd>
      </div>
      <div>
        <dt>Groups</dt>
        <dd class="device-groups">
          {own.length === 0 ? 'None' : own.map(({ name }) => name).join(', ')}
          {mayWrite.value && (
            <button type="button" class="device-change" onClick={onGroups}>
              Change groups
            </button>
          )}
        </dd>
      </div>
      {router && (
        <div class="device-fact-long">
          <dt>Router</dt>
          <dd>
            Yes
            <span class="muted small">
              It hands on traffic of other devices; only its own counts here.
            </span>
          </dd>
        </div>
      )}
      {hidden && (
        <div class="device-fact-long">
          <dt>Hidden</dt>
          <dd>
            Yes
            <span class="muted small">Lists leave it out; all sums contain it.</span>
          </dd>
        </div>
      )}
    </dl>
  );
}
