import { useMemo } from 'preact/hooks';
import type { UsageRow } from '../../api/operations.ts';
import { palette } from '../../charts/colors.ts';
import { UsageBars } from '../../charts/usage-bars.tsx';
import { formatHour } from '../../format/dates.ts';
import { hourLabels } from '../../format/hour-labels.ts';
import { Card } from '../../parts/card.tsx';
import { Missing } from '../../parts/missing.tsx';
import { linkTo } from '../../state/route.ts';
import { hourly, hoursToday, hoursYesterday } from './recent.ts';

/** What the network used in each hour of today; the hours to come have their place. */
export function HoursOfToday() {
  return (
    <Card
      title="Today by hour"
      span={8}
      actions={<a href={linkTo({ page: 'history' })}>History</a>}
    >
      {hourly.value.value === undefined ? <Missing resource={hourly} /> : <Hours />}
    </Card>
  );
}

function Hours() {
  const rows = hourly.value.value?.usage;
  const hours = hoursToday.value;
  const { download, upload } = palette.value;
  const steps = useMemo(() => hourLabels(hours.map(formatHour)), [hours]);
  const byStart = useMemo(() => new Map(rows?.map((row) => [Date.parse(row.start), row])), [rows]);
  const series = useMemo(() => {
    const bytesOf = (direction: 'download' | 'upload') =>
      hours.map((hour) => byStart.get(hour)?.[direction] ?? 0);
    return [
      { name: 'Download', color: download, bytes: bytesOf('download') },
      { name: 'Upload', color: upload, bytes: bytesOf('upload') },
    ];
  }, [byStart, hours, download, upload]);
  const before = useMemo(() => {
    const bytes = wholeByLabel(byStart, hoursYesterday.value);
    return { name: 'Yesterday', bytes: steps.map((label) => bytes.get(label) ?? 0) };
  }, [byStart, hoursYesterday.value, steps]);
  return (
    <UsageBars
      label="Download and upload in each hour of today, and both together yesterday"
      height="15rem"
      steps={steps}
      series={series}
      before={before}
    />
  );
}

/** Both directions together by the text of the hour: clocks that were changed do not shift the days against each other. */
function wholeByLabel(byStart: ReadonlyMap<number, UsageRow>, hours: readonly number[]) {
  const labels = hourLabels(hours.map(formatHour));
  return new Map(
    hours.map((hour, at) => {
      const { download = 0, upload = 0 } = byStart.get(hour) ?? {};
      return [labels[at] ?? '', download + upload];
    }),
  );
}
