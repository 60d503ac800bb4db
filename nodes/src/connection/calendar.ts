/** Local days as the daemon writes them: `YYYY-MM-DD`, which also sort as text. */

const DAY_MS = 86_400_000;
const QUARTER_MS = 900_000;

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}

export function firstOfMonth(day: string): string {
  return `${day.slice(0, 8)}01`;
}

export function mondayOf(day: string): string {
  return addDays(day, -((new Date(day).getUTCDay() + 6) % 7));
}

/** The first day of the month before. */
export function firstOfLastMonth(day: string): string {
  return firstOfMonth(addDays(firstOfMonth(day), -1));
}

/** The first day of a month that begins on `startDay` (1 to 28). */
export function billingStart(day: string, startDay: number): string {
  const first = Number(day.slice(8)) >= startDay ? firstOfMonth(day) : firstOfLastMonth(day);
  return addDays(first, startDay - 1);
}

/** The local day and time of a moment: `2026-11-20 14:05`. Without a time zone, those of this machine. */
export function localTime(at: number, timeZone?: string): string {
  // Swedish writes times this way.
  return new Intl.DateTimeFormat('sv-SE', {
    dateStyle: 'short',
    timeStyle: 'short',
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(at);
}

/** Epoch milliseconds at which a local day begins. */
export function startOf(day: string, timeZone: string): number {
  const midnight = Date.parse(day);
  const offsetAt = (at: number) => Date.parse(`${localTime(at, timeZone).replace(' ', 'T')}Z`) - at;
  // The offset at the midnight found counts: the clock may change between it and midnight in UTC.
  let start = midnight - offsetAt(midnight - offsetAt(midnight));
  // A day whose midnight the clock leaves out begins later.
  while (localTime(start, timeZone) < day) start += QUARTER_MS;
  return start;
}
