const clocks = new Map<string, Intl.DateTimeFormat>();

/** Day and time of an instant (epoch ms) in a zone: `{ day: '2026-11-20', hours: 14.5 }` at half past two. */
export function localTime(at: number, zone: string): { day: string; hours: number } {
  const parts = new Map(
    clockOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const [year, month, day] = (['year', 'month', 'day'] as const).map((type) => parts.get(type));
  const [hour, minute] = (['hour', 'minute'] as const).map((type) => Number(parts.get(type)));
  return { day: `${year}-${month}-${day}`, hours: (hour ?? 0) + (minute ?? 0) / 60 };
}

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  clocks.set(zone, clock);
  return clock;
}

const hourMs = 3_600_000;
const quarterMs = hourMs / 4;
/** No zone is further ahead of UTC than 14 hours. */
const furthestMs = 14 * hourMs;

/**
 * The beginnings of all hours of a local day as the ledger has them, in epoch ms: 23 to 25 where clocks are changed, none
 * where a zone left the day out. Zones are whole quarters of an hour away from UTC. Where clocks are changed by half an
 * hour, an hour that lasts half as long begins when it would, were it whole.
 */
export function hoursOfDay(day: string, zone: string): number[] {
  const isInDay = (at: number) => localTime(at, zone).day === day;
  let first = Date.parse(day) - furthestMs;
  while (localTime(first, zone).day < day) first += hourMs;
  while (isInDay(first - quarterMs)) first -= quarterMs;
  const hours: number[] = [];
  for (let at = first; isInDay(at); at = hourAt(at + hourMs, zone)) hours.push(at);
  return hours;
}

function hourAt(at: number, zone: string): number {
  return at - (localTime(at, zone).hours % 1) * hourMs;
}
