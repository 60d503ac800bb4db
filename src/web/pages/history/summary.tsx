import { formatBytes } from '../../format/bytes.ts';
import { changeInWords } from '../../format/comparison.ts';
import { formatDayRange, formatTime } from '../../format/dates.ts';
import { locales } from '../../format/locales.ts';
import { formatCount } from '../../format/numbers.ts';
import { totalOf } from '../../format/traffic.ts';
import { Card } from '../../parts/card.tsx';
import type { Picture } from './load.ts';
import { dayCount, type Calendar } from './periods.ts';
import { stepName } from './steps.ts';

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
  const total = totalOf(sum);
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
        {isBoth && <Figure name="Total" value={formatBytes(total)} />}
        {days > 1 && <Figure name="A day, on average" value={formatBytes(total / days)} />}
        <Figure
          name="Compared with before"
          value={changeInWords(total, before?.total ?? 0) ?? '–'}
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
  const total = totalOf(sum);
  const days = countedDays(picture, calendar);
  const who = targets.length === 0 ? 'All devices' : list.format(targets);
  const what = {
    both: ` used ${formatBytes(total)}`,
    download: ` downloaded ${formatBytes(sum.download)}`,
    upload: ` uploaded ${formatBytes(sum.upload)}`,
  }[view.direction];
  const perDay =
    days === 1 ? '' : ` in ${formatCount(days)} days, ${formatBytes(total / days)} a day`;
  const parts =
    view.direction === 'both'
      ? `: ${formatBytes(sum.download)} down and ${formatBytes(sum.upload)} up`
      : '';
  return [
    `${who}${what}${perDay}${parts}.`,
    beforeOf(picture),
    busiestOf(picture),
    // Amounts of a step that is under way differ by what came between two questions.
    unresolved > total / 100
      ? `${formatBytes(unresolved)} of it are older than what is kept by ${view.step}: they are in the totals, not in the chart.`
      : '',
  ].filter((sentence) => sentence !== '');
}

/** `On 19 Nov 2026, until 14:05, it was 1.20 GB: this is 12% more.` */
function beforeOf({ sum, before }: Picture): string {
  if (before === undefined) return '';
  const { from, to, until, total } = before;
  const range = formatDayRange(from, to);
  const when = from === to ? `On ${range}` : `In ${range}`;
  const ofDay = from === to ? '' : ' of the last day';
  const part = until === undefined ? '' : `, until ${formatTime(until)}${ofDay},`;
  const change = changeInWords(totalOf(sum), total);
  return change === undefined
    ? `${when}${part} there was nothing.`
    : `${when}${part} it was ${formatBytes(total)}: this is ${change}.`;
}

function busiestOf({ steps, view }: Picture): string {
  const [first, ...rest] = steps;
  if (first === undefined || rest.length === 0) return '';
  const busiest = rest.reduce((most, step) => (totalOf(step) > totalOf(most) ? step : most), first);
  if (totalOf(busiest) === 0) return '';
  return `The busiest ${view.step} was ${stepName(busiest.start, view)} with ${formatBytes(totalOf(busiest))}.`;
}

/** Days before the ledger began say nothing about an average. */
function countedDays({ view }: Picture, { firstDay }: Calendar): number {
  const from = view.from > firstDay ? view.from : firstDay;
  return Math.max(1, dayCount({ from, to: view.to }));
}
