import { Card } from '../../parts/card.tsx';
import { formatBytes } from '../../format/bytes.ts';
import { formatDayRange, formatTime } from '../../format/dates.ts';
import type { Picture } from './load.ts';
import { dayCount, type Calendar } from './periods.ts';
import { stepName } from './steps.ts';

const locales = [...navigator.languages];
const change = new Intl.NumberFormat(locales, {
  style: 'percent',
  signDisplay: 'exceptZero',
  maximumFractionDigits: 0,
});
const count = new Intl.NumberFormat(locales);
const list = new Intl.ListFormat(locales, { type: 'conjunction' });

interface SummaryProps {
  picture: Picture;
  calendar: Calendar;
  /** Names of the devices and groups that are looked at. */
  targets: readonly string[];
}

/** The range in a few numbers, and in words. */
export function Summary({ picture, calendar, targets }: SummaryProps) {
  const { view, sum, before } = picture;
  const isBoth = view.direction === 'both';
  const days = countedDays(picture, calendar);
  return (
    <Card title={formatDayRange(view.from, view.to)}>
      <dl class="history-figures">
        {(isBoth || view.direction === 'download') && (
          <Figure name="Download" value={formatBytes(sum.download)} kind="download" />
        )}
        {(isBoth || view.direction === 'upload') && (
          <Figure name="Upload" value={formatBytes(sum.upload)} kind="upload" />
        )}
        {isBoth && <Figure name="Total" value={formatBytes(sum.total)} />}
        {days > 1 && <Figure name="A day, on average" value={formatBytes(sum.total / days)} />}
        <Figure
          name="Compared with before"
          value={before === undefined || before.total === 0 ? '–' : changeOf(sum.total, before)}
        />
      </dl>
      <p>{sentencesOf({ picture, calendar, targets }).join(' ')}</p>
    </Card>
  );
}

function Figure({ name, value, kind = '' }: { name: string; value: string; kind?: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class={`figure ${kind}`}>{value}</dd>
    </div>
  );
}

function sentencesOf({ picture, calendar, targets }: SummaryProps): string[] {
  const { sum, view, unresolved } = picture;
  const days = countedDays(picture, calendar);
  const who = targets.length === 0 ? 'All devices' : list.format(targets);
  const what = {
    both: ` used ${formatBytes(sum.total)}`,
    download: ` downloaded ${formatBytes(sum.download)}`,
    upload: ` uploaded ${formatBytes(sum.upload)}`,
  }[view.direction];
  const perDay =
    days === 1 ? '' : ` in ${count.format(days)} days, ${formatBytes(sum.total / days)} a day`;
  const parts =
    view.direction === 'both'
      ? `: ${formatBytes(sum.download)} down and ${formatBytes(sum.upload)} up`
      : '';
  return [
    `${who}${what}${perDay}${parts}.`,
    beforeOf(picture),
    busiestOf(picture),
    // Amounts of a step that is under way differ by what came between two questions.
    unresolved > sum.total / 100
      ? `${formatBytes(unresolved)} of it are older than what is kept by ${view.step}: they are in the totals, not in the chart.`
      : '',
  ].filter((sentence) => sentence !== '');
}

function beforeOf({ sum, before }: Picture): string {
  if (before === undefined) return '';
  const range = formatDayRange(before.from, before.to);
  if (before.untilHour !== undefined) {
    const until = formatTime(Date.parse(before.untilHour) + 3_600_000);
    return `Until ${until} of the day before it was ${formatBytes(before.total)}.`;
  }
  const when = `${before.from === before.to ? 'on' : 'in'} ${range}`;
  if (before.total === 0) return `There was nothing ${when}.`;
  const words = sum.total >= before.total ? 'more' : 'less';
  const by = changeOf(sum.total, before).replace(/^[+\-−]/, '');
  return `That is ${by} ${words} than ${when} (${formatBytes(before.total)}).`;
}

function busiestOf({ steps, view }: Picture): string {
  const [first, ...rest] = steps;
  if (first === undefined || rest.length === 0) return '';
  const busiest = rest.reduce((most, step) => (step.total > most.total ? step : most), first);
  if (busiest.total === 0) return '';
  return `The busiest ${view.step} was ${stepName(busiest.start, view)} with ${formatBytes(busiest.total)}.`;
}

function changeOf(total: number, before: { total: number }): string {
  return change.format(total / before.total - 1);
}

/** Days before the ledger began say nothing about an average. */
function countedDays({ view }: Picture, { firstDay }: Calendar): number {
  const from = view.from > firstDay ? view.from : firstDay;
  return Math.max(1, dayCount({ from, to: view.to }));
}
