import { formatDay, nextDay, type Day } from '../model/checkpoint.ts';

/** Days in text, those in a row together: `2026-11-01 to 2026-11-20, 2026-11-22`. */
export function formatDays(days: Iterable<Day>): string {
  const ranges: { from: Day; to: Day }[] = [];
  for (const day of [...days].toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && nextDay(last.to) === day) last.to = day;
    else ranges.push({ from: day, to: day });
  }
  return ranges
    .map(({ from, to }) =>
      from === to ? formatDay(from) : `${formatDay(from)} to ${formatDay(to)}`,
    )
    .join(', ');
}
