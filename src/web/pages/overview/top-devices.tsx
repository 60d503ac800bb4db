import { useMemo } from 'preact/hooks';
import type { Device } from '../../api/operations.ts';
import { palette } from '../../charts/colors.ts';
import { ShareChart } from '../../charts/share-chart.tsx';
import { colorSlots } from '../../charts/share-colors.ts';
import { formatBytes } from '../../format/bytes.ts';
import { formatPercent } from '../../format/numbers.ts';
import { Card } from '../../parts/card.tsx';
import { Choice } from '../../parts/choice.tsx';
import { home, othersId } from '../../state/home.ts';
import { replaceQuery, route } from '../../state/route.ts';
import { DeviceLink } from './device-link.tsx';
import { Directed } from './direction.tsx';

type Period = 'today' | 'month';

interface Part {
  id: string;
  name: string;
  download: number;
  upload: number;
  bytes: number;
}

const shown = 6;
const periodNames = { today: 'Today', month: 'This month' };
const periods: { value: Period; label: string }[] = [
  { value: 'today', label: periodNames.today },
  { value: 'month', label: periodNames.month },
];

/** Who used most, as shares of the whole and one below the other. */
export function TopDevices() {
  const period = route.value.query.get('top') === 'month' ? 'month' : 'today';
  const devices = home.value.value?.devices;
  const parts = useMemo(() => partsOf(devices ?? [], period), [devices, period]);
  const whole = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  return (
    <Card
      title="Top devices"
      span={8}
      actions={
        <Choice
          label="Period of the top devices"
          options={periods}
          value={period}
          onChange={(chosen) => replaceQuery({ top: chosen === 'today' ? undefined : chosen })}
        />
      }
    >
      {whole === 0 ? (
        <p class="empty">Nothing was used {period === 'today' ? 'today' : 'this month'} so far.</p>
      ) : (
        <Shares parts={parts} whole={whole} period={period} />
      )}
    </Card>
  );
}

function Shares({ parts, whole, period }: { parts: Part[]; whole: number; period: Period }) {
  const { series, other } = palette.value;
  const colored = useMemo(() => {
    const slots = colorSlots(parts.flatMap(({ id }) => (id === othersId ? [] : [id])));
    return parts.map((part) => ({ ...part, color: series[slots.get(part.id) ?? -1] ?? other }));
  }, [parts, series, other]);
  const highest = Math.max(...parts.map(({ bytes }) => bytes));
  return (
    <div class="overview-shares">
      <div class="overview-ring">
        <ShareChart
          label={`Shares of the devices, ${periodNames[period].toLowerCase()}; the list tells the same`}
          height="13rem"
          slices={colored}
        />
        <p class="overview-whole">
          <strong>{formatBytes(whole)}</strong>
          <span class="muted small">{periodNames[period]}</span>
        </p>
      </div>
      <ol class="overview-top">
        {colored.map(({ id, name, color, bytes, download, upload }) => (
          <li key={id}>
            <span class="overview-dot" style={{ background: color }} />
            <DeviceLink id={id} name={name} />
            <span class="overview-top-directions muted small">
              <Directed of="download">{formatBytes(download)}</Directed>
              <Directed of="upload">{formatBytes(upload)}</Directed>
            </span>
            <strong class="number">{formatBytes(bytes)}</strong>
            <span class="number muted small">{formatPercent(bytes / whole)}</span>
            <div class="bar">
              <span style={{ width: `${(100 * bytes) / highest}%`, background: color }} />
            </div>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** The first devices, and all the others as one, so that the sum is the network's. */
function partsOf(devices: readonly Device[], period: Period): Part[] {
  const ranked = devices
    .filter((device) => !device.hidden && device.id !== othersId)
    .map((device) => partOf(device, period))
    .filter(({ bytes }) => bytes > 0)
    .toSorted((one, other) => other.bytes - one.bytes);
  const top = ranked.length === shown + 1 ? ranked : ranked.slice(0, shown);
  const ids = new Set(top.map(({ id }) => id));
  const others = { id: othersId, name: 'Others', download: 0, upload: 0, bytes: 0 };
  for (const device of devices) {
    if (ids.has(device.id)) continue;
    const { download, upload, bytes } = partOf(device, period);
    others.download += download;
    others.upload += upload;
    others.bytes += bytes;
  }
  return others.bytes > 0 ? [...top, others] : top;
}

function partOf(device: Device, period: Period): Part {
  const { download, upload } = device[period];
  return { id: device.id, name: device.name, download, upload, bytes: download + upload };
}
