import { mdiChevronLeft, mdiChevronRight } from '@mdi/js';
import { useMemo } from 'preact/hooks';
import type { Device, UsageRow } from '../../api/operations.ts';
import { UsageBars } from '../../charts/usage-bars.tsx';
import { formatLongDay, formatTime, hoursOf } from '../../format/dates.ts';
import { addDays } from '../../format/days.ts';
import { hourLabels } from '../../format/hour-labels.ts';
import { sumOf } from '../../format/traffic.ts';
import { Card } from '../../parts/card.tsx';
import { Icon } from '../../parts/icon.tsx';
import { LastAnswer } from '../../parts/last-answer.tsx';
import { useAnswer } from '../../state/answer.ts';
import { home, timeZone, today } from '../../state/home.ts';
import type { Resource } from '../../state/resource.ts';
import { barsOf, describeUse, isNothing, pastOf, trafficAt, usesOf } from './daily-use.ts';
import { NoBars } from './no-bars.tsx';

interface HoursCardProps {
  device: Device;
  day: string;
  /** The first day that can be chosen. */
  from: string;
  onChange: (day: string) => void;
}

const chartHeight = '18rem';

/** The hours of one day; the day is chosen here, or by a click on it elsewhere. */
export function HoursCard({ device, day, from, onChange }: HoursCardProps) {
  const isToday = day === today.value;
  const answer = useAnswer(
    'showUsage',
    { devices: [device.id], step: 'hour', from: day, to: day },
    isToday ? home.value.value?.at : pastOf(device, day),
  );
  const shown = answer.value.value;
  return (
    <Card
      title="By hour"
      span={4}
      actions={<DayChoice day={day} from={from} onChange={onChange} />}
    >
      {shown === undefined ? (
        <NoBars resource={answer} />
      ) : (
        <LastAnswer resource={answer} isStale={shown.from !== day}>
          <Hours day={shown.from} answer={answer} rows={shown.usage} />
        </LastAnswer>
      )}
    </Card>
  );
}

function DayChoice({ day, from, onChange }: Omit<HoursCardProps, 'device'>) {
  const last = today.value;
  return (
    <div class="device-day">
      <button
        type="button"
        class="plain"
        aria-label="Day before"
        disabled={day <= from}
        onClick={() => onChange(addDays(day, -1))}
      >
        <Icon path={mdiChevronLeft} />
      </button>
      <input
        type="date"
        aria-label="Day"
        value={day}
        min={from}
        max={last}
        onChange={({ currentTarget: { value } }) => {
          if (value >= from && value <= last) onChange(value);
        }}
      />
      <button
        type="button"
        class="plain"
        aria-label="Day after"
        disabled={day >= last}
        onClick={() => onChange(addDays(day, 1))}
      >
        <Icon path={mdiChevronRight} />
      </button>
    </div>
  );
}

interface HoursProps {
  day: string;
  answer: Resource<unknown>;
  rows: readonly UsageRow[];
}

function Hours({ day, answer, rows }: HoursProps) {
  const hours = useMemo(() => hoursOf(day), [day, timeZone.value]);
  const uses = useMemo(() => usesOf(rows, (start) => Date.parse(start)), [rows]);
  const name = formatLongDay(day);
  const used = hours.map((hour) => trafficAt(uses, hour));
  return (
    <>
      <p class="device-day-told">
        {name}: {describeUse(sumOf(used))}
      </p>
      {isNothing(used) ? (
        <NoBars resource={answer} />
      ) : (
        <UsageBars
          label={`Download and upload by hour on ${name}`}
          height={chartHeight}
          steps={hourLabels(hours.map(formatTime))}
          series={barsOf(used)}
        />
      )}
    </>
  );
}
