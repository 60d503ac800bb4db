/** What moves all the time, at any level of a state. */
const counters = new Set([
  'today',
  'month',
  'total',
  'rate',
  'lastSeen',
  'usedBytes',
  'forecastBytes',
  'checkpointAt',
  'captureLossPercent',
]);
/** A rate counts by what it moves in this time. */
const rateSeconds = 60;

/** A state taken apart, so that it can be compared with the one after. */
export interface Weighed {
  /** What is told at once when it changes. */
  steady: string;
  /** Bytes by place. */
  amounts: ReadonlyMap<string, number>;
}

/** `payload`: the JSON of a state. */
export function weigh(payload: string): Weighed {
  const amounts = new Map<string, number>();
  const state = JSON.parse(payload) as unknown;
  const steady = JSON.stringify(state, (key, value: unknown) => {
    if (key === 'top' && Array.isArray(value)) return namesOf(value as Named[]);
    return counters.has(key) ? undefined : value;
  });
  collect(state, '', amounts);
  return { steady, amounts };
}

interface Named {
  id: string;
  name: string;
}

/** Who is among the first may wait for no amount; in which order they are may. */
function namesOf(top: readonly Named[]): string[] {
  return top.map(({ id, name }) => `${id} ${name}`).toSorted();
}

/** Whether bytes moved by as much as that anywhere. */
export function hasMoved(before: Weighed, after: Weighed, byBytes: number): boolean {
  for (const [place, bytes] of after.amounts) {
    if (Math.abs(bytes - (before.amounts.get(place) ?? 0)) >= byBytes) return true;
  }
  return false;
}

function collect(value: unknown, place: string, amounts: Map<string, number>): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'packets') continue;
    const at = `${place}/${key}`;
    if (typeof inner !== 'number') collect(inner, at, amounts);
    else amounts.set(at, inner * (place.endsWith('/rate') ? rateSeconds : 1));
  }
}
