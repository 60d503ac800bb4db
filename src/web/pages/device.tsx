import { useEffect } from 'preact/hooks';
import type { Device as DeviceFacts } from '../api/operations.ts';
import { Missing } from '../parts/missing.tsx';
import { useAnswer } from '../state/answer.ts';
import { devicesById, home, othersId } from '../state/home.ts';
import { linkTo } from '../state/route.ts';
import { DeviceHead } from './device/device-head.tsx';
import { EventsCard } from './device/events-card.tsx';
import { Figures } from './device/figures.tsx';
import { IdentityCards } from './device/identity-cards.tsx';
import { LimitsCard } from './device/limits-card.tsx';
import { PeersCard } from './device/peers-card.tsx';
import { UsageCards } from './device/usage-cards.tsx';
import './device.css';

/** All about one device, and all that can be done with it. */
export function Device({ id = '' }: { id: string | undefined }) {
  const device = devicesById.value.get(id);
  if (device !== undefined && id !== othersId) return <KnownDevice device={device} />;
  if (home.value.value !== undefined) return <UnknownDevice id={id} />;
  return (
    <>
      <h1>Device</h1>
      <Missing resource={home} />
    </>
  );
}

function KnownDevice({ device }: { device: DeviceFacts }) {
  const { id, name } = device;
  const details = useAnswer('showDevice', { device: id }, home.value.value?.at);
  useEffect(() => {
    document.title = `${name} · LanLedger`;
  }, [name]);
  return (
    <>
      <DeviceHead device={device} />
      <div class="cards">
        <Figures device={device} />
        <UsageCards device={device} />
        <PeersCard device={device} />
        <IdentityCards device={device} details={details} />
        <LimitsCard device={device} />
        <EventsCard device={device} />
      </div>
    </>
  );
}

/** A link may be older than a merge, or than the decision to forget. */
function UnknownDevice({ id }: { id: string }) {
  const target = [...devicesById.value.values()].find(({ merged }) => merged.includes(id));
  useEffect(() => {
    document.title = 'No such device · LanLedger';
  }, []);
  return (
    <>
      <h1>No such device</h1>
      {target === undefined ? (
        <p>
          LanLedger knows no device <code>{id}</code>. It was forgotten, or the address of this page
          is not complete.
        </p>
      ) : (
        <p>
          <code>{id}</code> is part of{' '}
          <a href={linkTo({ page: 'device', id: target.id })}>{target.name}</a>.
        </p>
      )}
      <p>
        <a class="button" href={linkTo({ page: 'devices' })}>
          All devices
        </a>
      </p>
    </>
  );
}
