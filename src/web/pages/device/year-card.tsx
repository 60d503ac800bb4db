import { HeatMap, heatMapStart } from '../../charts/heat-map.tsx';
import { formatBytes } from '../../format/bytes.ts';
import { formatLongDay } from '../../format/dates.ts';
import { totalOf, type Traffic } from '../../format/traffic.ts';
import { Card } from '../../parts/card.tsx';
import { today } from '../../state/home.ts';
import type { Resource } from '../../state/resource.ts';
import { describeUse, trafficAt } from './daily-use.ts';

interface YearCardProps {
  /** Days of the last year. */
  answer: Resource<unknown>;
  uses: ReadonlyMap<string, Traffic>;
  selected: string;
  onSelect: (day: string) => void;
}

/** Every day of a year at a glance. */
export function YearCard({ answer, uses, selected, onSelect }: YearCardProps) {
  const to = today.value;
  const from = heatMapStart(to);
  const bytes = new Map([...uses].map(([day, use]) => [day, totalOf(use)]));
  return (
    <Card title="The last year">
      <HeatMap
        label={`Download and upload together by day, from ${formatLongDay(from)} to ${formatLongDay(to)}`}
        to={to}
        bytes={bytes}
        textOf={(day) => `${formatLongDay(day)}: ${describeUse(trafficAt(uses, day))}`}
        summary={answer.value.value === undefined ? 'Loading…' : summaryOf(bytes)}
        selected={selected}
        onSelect={onSelect}
      />
    </Card>
  );
}

function summaryOf(bytes: ReadonlyMap<string, number>): string {
  const days = [...bytes].filter(([, amount]) => amount > 0).toSorted((a, b) => b[1] - a[1]);
  const [most] = days;
  if (most === undefined) return 'No internet traffic in this year.';
  const total = days.reduce((sum, [, amount]) => sum + amount, 0);
  const count = days.length === 1 ? '1 day' : `${days.length} days`;
  return `${formatBytes(total)} on ${count}, most on ${formatLongDay(most[0])}: ${formatBytes(most[1])}.`;
}
