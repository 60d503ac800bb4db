import { useMemo } from 'preact/hooks';
import type { Device } from '../../api/operations.ts';
import { UsageBars } from '../../charts/usage-bars.tsx';
import { formatDay, formatMonth } from '../../format/dates.ts';
import { addDays, daysBetween, monthStart } from '../../format/days.ts';
import type { Traffic } from '../../format/traffic.ts';
import { Card } from '../../parts/card.tsx';
import { Choice } from '../../parts/choice.tsx';
import { useAnswer } from '../../state/answer.ts';
import { today } from '../../state/home.ts';
import { isOneOf, remembered } from '../../state/preferences.ts';
import type { Resource } from '../../state/resource.ts';
import { replaceQuery, route } from '../../state/route.ts';
import { barsOf, isNothing, pastOf, trafficAt, usesOf, withLatest } from './daily-use.ts';
import { NoBars } from './no-bars.tsx';

const ranges = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: '365 days' },
  { value: 'months', label: 'Months' },
] as const;
type Span = (typeof ranges)[number]['value'];

const shapes = [
  { value: 'mirrored', label: 'Up and down' },
  { value: 'stacked', label: 'Stacked' },
] as const;
/** Whether upload hangs below the line, or stands on download. */
const shape = remembered('device-bars', 'mirrored', isOneOf(...shapes.map(({ value }) => value)));

const chartHeight = '18rem';
const shownMonths = 24;

interface DaysCardProps {
  device: Device;
  /** Days of the last year. */
  answer: Resource<unknown>;
  uses: ReadonlyMap<string, Traffic>;
  onSelect: (day: string) => void;
}

/** What it used by day or by month. */
export function DaysCard({ device, answer, uses, onSelect }: DaysCardProps) {
  const asked = route.value.query.get('range');
  const range = ranges.find(({ value }) => value === asked)?.value ?? '30';
  const choose = (value: Span) => replaceQuery({ range: value === '30' ? undefined : value });
  return (
    <Card
      title={range === 'months' ? 'By month' : 'By day'}
      span={8}
      actions={
        <div class="row">
          <Choice label="Range" options={ranges} value={range} onChange={choose} />
          <Choice
            label="Upload in the chart"
            options={shapes}
            value={shape.value}
            onChange={(value) => {
              shape.value = value;
            }}
          />
        </div>
      }
    >
      {range === 'months' ? (
        <Months device={device} />
      ) : (
        <Days answer={answer} uses={uses} count={Number(range)} onSelect={onSelect} />
      )}
      <p class="device-hint muted small">
        {range !== 'months' && 'Choose a bar to see the hours of that day.'}
      </p>
    </Card>
  );
}

interface DaysProps extends Omit<DaysCardProps, 'device'> {
  count: number;
}

function Days({ answer, uses, count, onSelect }: DaysProps) {
  const to = today.value;
  const days = useMemo(() => daysBetween(addDays(to, 1 - count), to), [to, count]);
  const used = days.map((day) => trafficAt(uses, day));
  if (answer.value.value === undefined || isNothing(used)) return <NoBars resource={answer} />;
  return (
    <UsageBars
      label={`Download and upload by day, the last ${count} days`}
      height={chartHeight}
      steps={days.map(formatDay)}
      series={barsOf(used)}
      mirrored={shape.value === 'mirrored'}
      onSelect={(at) => onSelect(days[at] ?? to)}
    />
  );
}

function Months({ device }: { device: Device }) {
  const to = today.value;
  const answer = useAnswer(
    'showUsage',
    { devices: [device.id], step: 'month', from: monthStart(to, 1 - shownMonths), to },
    pastOf(device, to),
  );
  const rows = answer.value.value?.usage;
  if (rows === undefined) return <NoBars resource={answer} />;
  const month = to.slice(0, 7);
  const uses = withLatest(usesOf(rows, String), month, device.month);
  const months = monthsSince(rows[0]?.start ?? month, to);
  const used = months.map((each) => trafficAt(uses, each));
  if (isNothing(used)) return <NoBars resource={answer} />;
  return (
    <UsageBars
      label="Download and upload by month"
      height={chartHeight}
      steps={months.map(formatMonth)}
      series={barsOf(used)}
      mirrored={shape.value === 'mirrored'}
    />
  );
}

/** At least a year, so that few months do not look like many. */
function monthsSince(first: string, to: string): string[] {
  const all = Array.from({ length: shownMonths }, (_, at) =>
    monthStart(to, 1 - shownMonths + at).slice(0, 7),
  );
  const year = all.at(-12) ?? first;
  return all.filter((month) => month >= first || month >= year);
}
