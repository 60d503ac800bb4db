import { mdiAlertCircle, mdiAlertOctagon, mdiCheckCircle } from '@mdi/js';
import type { Interface, Status } from '../../api/operations.ts';
import { formatBytes } from '../../format/bytes.ts';
import { formatInstant, formatSecondsAgo } from '../../format/dates.ts';
import { formatCount, formatPercentExactly } from '../../format/numbers.ts';
import { Card } from '../../parts/card.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Missing } from '../../parts/missing.tsx';
import { health } from '../../state/home.ts';
import { hasBillingPeriod } from './billing-period.tsx';

const states = {
  ok: { icon: mdiCheckCircle, words: 'Everything that passes is metered.' },
  degraded: { icon: mdiAlertCircle, words: 'Something needs attention.' },
  down: { icon: mdiAlertOctagon, words: 'Nothing is metered.' },
};

/** How metering fares, in plain words. */
export function CaptureHealth() {
  const status = health.value.value;
  return (
    <Card title="Metering" span={hasBillingPeriod() ? 8 : 12}>
      {status === undefined ? <Missing resource={health} /> : <State status={status} />}
    </Card>
  );
}

function State({ status }: { status: Status }) {
  const { icon, words } = states[status.status];
  return (
    <>
      <p class={`overview-state ${status.status}`}>
        <Icon path={icon} />
        {words}
      </p>
      {status.problems.length > 0 && (
        <ul class="overview-problems">
          {status.problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      )}
      <ul class="overview-interfaces">
        {status.monitors.flatMap(({ monitor, interfaces }) =>
          interfaces.map((each) => (
            <InterfaceState
              key={`${monitor}/${each.name}`}
              of={each}
              place={status.monitors.length > 1 ? monitor : undefined}
            />
          )),
        )}
        <li>
          <h3>Ledger</h3>
          <p>{`Saved ${formatSecondsAgo(status.checkpointAgeSeconds)}`}</p>
          <p class="muted small">
            {formatBytes(status.storeBytes)} on disk. A power cut loses at most what came after.
          </p>
          <p class="muted small">
            LanLedger {status.version}, running since {formatInstant(status.startedAt)}
          </p>
        </li>
      </ul>
    </>
  );
}

function InterfaceState({ of, place }: { of: Interface; place: string | undefined }) {
  return (
    <li>
      <h3>
        {of.name}
        {place !== undefined && <span class="muted small"> on {place}</span>}
      </h3>
      <p>{of.up ? `Up, ${lossInWords(of)}` : 'Down or gone: its traffic is not metered'}</p>
      <p class="muted small">{formatCount(of.received)} packets metered since the start</p>
      {of.coverage !== null && of.kernelPackets !== null && (
        <p class="muted small">
          {formatPercentExactly(of.coverage)} of the {formatCount(of.kernelPackets)} that the
          interface counted
          {of.coverage < 0.99 &&
            '. Less is normal: packets that came merged are metered all the same.'}
        </p>
      )}
    </li>
  );
}

function lossInWords({ received, dropped }: Interface): string {
  if (dropped === 0) return 'nothing lost';
  const share = formatPercentExactly(dropped / (received + dropped));
  return `${formatCount(dropped)} packets lost, ${share} of all`;
}
