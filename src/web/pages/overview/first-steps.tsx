import { mdiLanConnect, mdiLanDisconnect } from '@mdi/js';
import type { Interface } from '../../api/operations.ts';
import { formatCount } from '../../format/numbers.ts';
import { Card } from '../../parts/card.tsx';
import { Icon } from '../../parts/icon.tsx';
import { health } from '../../state/home.ts';

/** In place of zeros, while the ledger is empty: what is metered, and what must be so that devices are seen. */
export function FirstSteps() {
  const interfaces = health.value.value?.monitors.flatMap((monitor) => monitor.interfaces) ?? [];
  return (
    <div class="cards overview-first">
      <Card title="No device has been seen yet">
        <p>
          The ledger is empty. As soon as a device sends or receives something where LanLedger
          listens, it appears here; there is nothing to press.
        </p>
        <ul class="list">
          {interfaces.map((each) => (
            <li key={each.name} class="overview-listens">
              <Icon path={each.up ? mdiLanConnect : mdiLanDisconnect} />
              <span>{inWords(each)}</span>
            </li>
          ))}
        </ul>
        {interfaces.length === 0 && <p class="muted">No interface is metered yet.</p>}
      </Card>
      <Card title="If it stays empty">
        <p>LanLedger sees what passes the machine it runs on. One of these must be true:</p>
        <dl class="overview-ways">
          <div>
            <dt>It runs on the gateway</dt>
            <dd>Meter the interface on the side of the devices, not the one to the internet.</dd>
          </div>
          <div>
            <dt>It is the gateway of the devices, beside the router</dt>
            <dd>
              Each device has this machine as its gateway, by DHCP for example. Meter its only port.
            </dd>
          </div>
          <div>
            <dt>A switch mirrors to it</dt>
            <dd>The port of the router is mirrored to a port of this machine. Meter that one.</dd>
          </div>
        </dl>
        <p>
          Another interface is chosen with <code>lanledger run --interface eth1</code> or{' '}
          <code>capture.interfaces</code> in the configuration. <code>lanledger check</code> tries
          everything and tells what is missing. More is in the README under “Which interface?”.
        </p>
      </Card>
    </div>
  );
}

function inWords({ name, up, received }: Interface): string {
  if (!up) return `${name} is down or gone: connect it, or choose another interface.`;
  if (received === 0) return `Listening on ${name}: nothing has passed there so far.`;
  return `Listening on ${name}: ${formatCount(received)} packets passed, none of them of a device.`;
}
