import type { Event } from '../../api/operations.ts';
import { dayOf, formatDaysAhead, formatLongDay } from '../../format/dates.ts';
import { addDays } from '../../format/days.ts';
import { mayWrite } from '../../state/access.ts';
import { today } from '../../state/home.ts';
import { EventRow } from './event-row.tsx';

/** Events under the days on which they happened. */
export function EventDays({ events }: { events: readonly Event[] }) {
  return (
    <>
      {byDay(events).map(([day, those]) => (
        <section key={day} class="card events-day" aria-label={formatLongDay(day)}>
          <h2>
            {isNear(day) && <span class="events-near">{formatDaysAhead(day, today.value)}</span>}
            {formatLongDay(day)}
          </h2>
          <ol class={mayWrite.value ? 'events-changeable' : undefined}>
            {those.map((event) => (
              <EventRow key={event.id} event={event} />
            ))}
          </ol>
        </section>
      ))}
    </>
  );
}

function byDay(events: readonly Event[]): [string, Event[]][] {
  const days = new Map<string, Event[]>();
  for (const event of events) {
    const day = dayOf(event.at);
    const those = days.get(day);
    if (those === undefined) days.set(day, [event]);
    else those.push(event);
  }
  return [...days];
}

/** Today and yesterday are called so. */
function isNear(day: string): boolean {
  return today.value !== '' && day >= addDays(today.value, -1) && day <= today.value;
}
