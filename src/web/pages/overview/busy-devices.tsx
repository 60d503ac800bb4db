import { effect, signal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { LiveRates } from '../../api/operations.ts';
import { formatRate } from '../../format/bytes.ts';
import { Card } from '../../parts/card.tsx';
import { devicesById, home, othersId, rates } from '../../state/home.ts';
import { isVisible } from '../../state/visible.ts';
import { DeviceLink } from './device-link.tsx';
import { Directed } from './direction.tsx';
import { useHeld } from './held.ts';

const shown = 5;
const rankedSeconds = 3;

type Rates = LiveRates['devices'];

/** The last seconds: by their sum devices are ranked, so that the list keeps calm. */
const latest = signal<readonly Rates[]>([]);
effect(() => {
  const each = rates.value?.devices;
  latest.value = each === undefined ? [] : [...latest.peek().slice(1 - rankedSeconds), each];
});

/** Without the live stream: what the last answer told. */
function toldRates(): Rates {
  const told = (home.value.value?.devices ?? []).filter(
    ({ rate }) => rate.download + rate.upload > 0,
  );
  return Object.fromEntries(told.map(({ id, rate }) => [id, rate]));
}

/** Who uses the network at this moment: five devices with their rates, each second. */
export function BusyDevices() {
  const live = isVisible.value ? latest.value : latest.peek();
  const seconds = live.length === 0 ? [toldRates()] : live;
  const list = useRef<HTMLOListElement>(null);
  const isHeld = useHeld(list);
  const order = useRef<string[]>([]);
  // What somebody points at, or has the focus, stays where it is.
  if (!isHeld) order.current = busiest(seconds);
  const now = seconds.at(-1) ?? {};
  const rows = order.current.map((id) => ({ id, ...(now[id] ?? { download: 0, upload: 0 }) }));
  const highest = Math.max(1, ...rows.map(({ download, upload }) => download + upload));
  return (
    <Card title="Using the network now" span={4}>
      <ol class="overview-busy" ref={list}>
        {rows.map(({ id, download, upload }) => (
          <li key={id}>
            <DeviceLink id={id} name={devicesById.value.get(id)?.name ?? id} />
            <span class="overview-busy-rates small">
              <Directed of="download">{formatRate(download)}</Directed>
              <Directed of="upload">{formatRate(upload)}</Directed>
            </span>
            <div class="bar overview-two">
              <span class="download" style={{ width: `${(100 * download) / highest}%` }} />
              <span class="upload" style={{ width: `${(100 * upload) / highest}%` }} />
            </div>
          </li>
        ))}
        {rows.length === 0 && <li class="muted">Nobody uses the internet at this moment.</li>}
      </ol>
    </Card>
  );
}

function busiest(seconds: readonly Rates[]): string[] {
  const sums = new Map<string, number>();
  for (const devices of seconds) {
    for (const [id, { download, upload }] of Object.entries(devices)) {
      if (isListed(id)) sums.set(id, (sums.get(id) ?? 0) + download + upload);
    }
  }
  return [...sums]
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, shown)
    .map(([id]) => id);
}

function isListed(id: string): boolean {
  return id !== othersId && devicesById.peek().get(id)?.hidden !== true;
}
