import { call } from '../../api/client.ts';
import type { Answer } from '../../api/client.ts';
import type { Device, NameSource } from '../../api/operations.ts';
import { formatInstant } from '../../format/dates.ts';
import { Card } from '../../parts/card.tsx';
import { Missing } from '../../parts/missing.tsx';
import { Problem } from '../../parts/problem.tsx';
import { announce } from '../../parts/toasts.tsx';
import { mayWrite } from '../../state/access.ts';
import { refreshHome } from '../../state/home.ts';
import type { Resource } from '../../state/resource.ts';
import { useAction } from '../../state/action.ts';

interface IdentityCardsProps {
  device: Device;
  details: Resource<Answer<'showDevice'>>;
}

/** Where each kind of name comes from. */
const sourceWords: Record<NameSource, string> = {
  user: 'Chosen by you',
  dhcp: 'The device says so when it joins the network (DHCP)',
  lease: 'Address list of the DHCP server',
  hosts: 'Hosts file',
  mdns: 'The device announces itself so (mDNS)',
  dns: 'Name server of the network (DNS)',
};

/** What tells it from others: addresses, names, and the devices that are part of it. */
export function IdentityCards({ device, details }: IdentityCardsProps) {
  const known = details.value.value;
  if (known === undefined) {
    return (
      <Card title="Addresses and names" span={4}>
        <Missing resource={details} />
      </Card>
    );
  }
  return (
    <Card title="Addresses and names" span={4}>
      <h3>Addresses</h3>
      {known.addressesSeen.length === 0 ? (
        <p class="muted">None seen yet.</p>
      ) : (
        <ul class="device-list">
          {known.addressesSeen.map(({ address, lastSeen }) => (
            <li key={address}>
              <span class="device-address">{address}</span>
              <span class="muted small">{formatInstant(lastSeen)}</span>
            </li>
          ))}
        </ul>
      )}
      <h3>Names</h3>
      {known.names.length === 0 ? (
        <p class="muted">None known: the name is made of maker and address.</p>
      ) : (
        <ul class="device-list">
          {known.names.map(({ source, name }) => (
            <li key={source}>
              <span class="device-address">{name}</span>
              <span class="muted small">{sourceWords[source]}</span>
            </li>
          ))}
        </ul>
      )}
      {device.merged.length > 0 && <Merged device={device} />}
    </Card>
  );
}

function Merged({ device }: { device: Device }) {
  return (
    <>
      <h3>Merged into it</h3>
      <ul class="device-list">
        {device.merged.map((id) => (
          <MergedRow key={id} id={id} />
        ))}
      </ul>
      {mayWrite.value && (
        <p class="muted small">
          A device that is split off counts by itself again; what it used before stays here.
        </p>
      )}
    </>
  );
}

function MergedRow({ id }: { id: string }) {
  const { run, error, isBusy } = useAction(async () => {
    await call('splitDevice', { device: id });
    await refreshHome();
    announce(`${formatId(id)} is a device of its own again.`);
  });
  return (
    <li>
      <span class="device-merged">
        <span class="device-address">{formatId(id)}</span>
        {mayWrite.value && (
          <button
            type="button"
            aria-label={`Split off ${formatId(id)}`}
            aria-busy={isBusy}
            // The second click of two would meet the next device, which takes the place of this one.
            onClick={({ detail }) => detail < 2 && run()}
          >
            Split off
          </button>
        )}
      </span>
      <Problem class="small" message={error} />
    </li>
  );
}

/** Ids of devices with a MAC address read as one. */
function formatId(id: string): string {
  return /^[0-9a-f]{12}$/.test(id) ? (id.match(/../g)?.join(':') ?? id) : id;
}
