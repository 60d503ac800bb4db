import type { Usage } from '../../api/operations.ts';
import { formatBytes } from '../../format/bytes.ts';
import { changeInWords, usedByDay, usedByTime } from '../../format/comparison.ts';
import { formatDay, formatMonth, formatTime } from '../../format/dates.ts';
import { addDays, monthStart } from '../../format/days.ts';
import type { Traffic } from '../../format/traffic.ts';
import { Card } from '../../parts/card.tsx';
import { firstDay, home, timeZone, today } from '../../state/home.ts';
import { Direction } from './direction.tsx';
import { hourly, lastMonth } from './recent.ts';

interface Then {
  /** What had been used by then; undefined while unknown, or where nothing can be compared. */
  used: Traffic | undefined;
  /** What is compared, or why nothing is. */
  words: string;
}

/** Today, beside yesterday until the same time. */
export function TodaySum() {
  const latest = home.value.value;
  if (latest === undefined) return null;
  return <Sum title="Today" now={latest.network.today} then={yesterday(latest.at)} />;
}

/** This month, beside last month until the same day and time. */
export function MonthSum() {
  const latest = home.value.value;
  if (latest === undefined) return null;
  return <Sum title="This month" now={latest.network.month} then={monthBefore(latest.at)} />;
}

function Sum({ title, now, then }: { title: string; now: Usage; then: Then }) {
  return (
    <Card title={title}>
      <dl class="overview-sum">
        {(['download', 'upload'] as const).map((direction) => (
          <div key={direction}>
            <dt>
              <Direction of={direction} />
            </dt>
            <dd class="figure">{formatBytes(now[direction])}</dd>
            <dd class="small overview-change">
              {then.used !== undefined && changeInWords(now[direction], then.used[direction])}
            </dd>
          </div>
        ))}
      </dl>
      <p class="muted small overview-then">{then.words}</p>
    </Card>
  );
}

function yesterday(at: string): Then {
  const day = addDays(today.value, -1);
  const rows = hourly.value.value?.usage;
  if (rows === undefined) return { used: undefined, words: '' };
  if (firstDay.value >= day) return tooEarly();
  const used = usedByTime(rows, day, { at: Date.parse(at), zone: timeZone.value });
  return { used, words: `Yesterday by ${formatTime(at)}: ${inWords(used)}` };
}

function monthBefore(at: string): Then {
  const first = monthStart(today.value, -1);
  const answer = lastMonth.value.value;
  if (answer?.from !== first) return { used: undefined, words: '' };
  // The ledger may hold days, from elsewhere, on which nobody saw its devices.
  const hasFirstDay = answer.usage[0]?.start === first;
  if (firstDay.value > first && !hasFirstDay) return tooEarly();
  const until = addDays(first, Number(today.value.slice(8)) - 1);
  const used = usedByDay(answer.usage, until, { at: Date.parse(at), zone: timeZone.value });
  const isWhole = until >= monthStart(today.value);
  const when = isWhole ? `All of ${formatMonth(first)}` : `By ${formatDay(until)}`;
  return { used, words: `${when}: ${inWords(used)}` };
}

function tooEarly(): Then {
  const began = formatDay(firstDay.value);
  return { used: undefined, words: `Nothing to compare with: metered since ${began}` };
}

function inWords({ download, upload }: Traffic): string {
  return `${formatBytes(download)} down, ${formatBytes(upload)} up`;
}
