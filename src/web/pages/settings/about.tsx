import { mdiContentSave } from '@mdi/js';
import { call } from '../../api/client.ts';
import type { Status } from '../../api/operations.ts';
import { formatBytes } from '../../format/bytes.ts';
import { formatAgo, formatLongInstant, formatSecondsAgo } from '../../format/dates.ts';
import { Card } from '../../parts/card.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Missing } from '../../parts/missing.tsx';
import { Problem } from '../../parts/problem.tsx';
import { announce } from '../../parts/toasts.tsx';
import { useAction } from '../../state/action.ts';
import { mayWrite } from '../../state/access.ts';
import { health } from '../../state/home.ts';
import { LogLevelChoice } from './log-level-choice.tsx';

/** What runs there, since when, and what else it offers. */
export function About() {
  const status = health.value.value;
  return (
    <Card title="About LanLedger" span={6}>
      {status === undefined ? <Missing resource={health} /> : <Facts status={status} />}
      {mayWrite.value && <LogLevelChoice />}
      <p class="settings-links small">
        <a href="metrics">Metrics for Prometheus</a>
        <a href="openapi.json">Description of the API</a>
        <a href="json">Today as JSON</a>
      </p>
    </Card>
  );
}

function Facts({ status }: { status: Status }) {
  const { version, startedAt, at, timeZone, storeBytes } = status;
  const now = Date.parse(at);
  return (
    <dl class="settings-facts">
      <dt>Version</dt>
      <dd>{version}</dd>
      <dt>Started</dt>
      <dd>
        {formatLongInstant(startedAt)} <span class="muted">({formatAgo(startedAt, now)})</span>
      </dd>
      <dt>Time zone</dt>
      <dd>{timeZone}</dd>
      <dt>Size of the ledger</dt>
      <dd>{formatBytes(storeBytes)}</dd>
      <dt>Last written</dt>
      <dd>
        <Checkpoint status={status} />
      </dd>
    </dl>
  );
}

/** How much a power cut would lose, and the way to lose nothing. */
function Checkpoint({ status: { checkpointAt, checkpointAgeSeconds } }: { status: Status }) {
  const { run, error } = useAction(async () => {
    await call('checkpoint', {});
    await health.refresh();
    announce('The ledger is written.');
  });
  return (
    <div class="row">
      <time dateTime={checkpointAt} title={formatLongInstant(checkpointAt)}>
        {formatSecondsAgo(checkpointAgeSeconds)}
      </time>
      {mayWrite.value && (
        <button type="button" onClick={run}>
          <Icon path={mdiContentSave} />
          Write now
        </button>
      )}
      <Problem message={error} />
    </div>
  );
}
