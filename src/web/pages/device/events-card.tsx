import type { Device } from '../../api/operations.ts';
import { formatInstant, formatLongInstant } from '../../format/dates.ts';
import { Card } from '../../parts/card.tsx';
import { Missing } from '../../parts/missing.tsx';
import { useAnswer } from '../../state/answer.ts';
import { home } from '../../state/home.ts';
import { linkTo } from '../../state/route.ts';

const shown = 10;

/** What happened to it last. */
export function EventsCard({ device }: { device: Device }) {
  const { id } = device;
  // With every refresh, not with each event: those that happen while the stream is away are not told.
  const answer = useAnswer('listEvents', { device: id, limit: shown }, home.value.value?.at);
  const events = answer.value.value?.events ?? [];
  return (
    <Card
      title="Events"
      span={6}
      actions={<a href={linkTo({ page: 'events', query: { device: id } })}>All its events</a>}
    >
      {events.length === 0 ? (
        <Missing resource={answer}>Nothing happened yet.</Missing>
      ) : (
        <ol class="device-events">
          {events.map((event) => (
            <li key={event.id}>
              <time class="muted small" dateTime={event.at} title={formatLongInstant(event.at)}>
                {formatInstant(event.at)}
              </time>
              <span>{event.message}</span>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}
