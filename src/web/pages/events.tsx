import { mdiArrowUp, mdiCheckAll } from '@mdi/js';
import { untracked, useSignalEffect } from '@preact/signals';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Icon } from '../parts/icon.tsx';
import { Missing } from '../parts/missing.tsx';
import { Problem } from '../parts/problem.tsx';
import { useAction } from '../state/action.ts';
import { mayWrite } from '../state/access.ts';
import { acknowledge, acknowledgedLast } from '../state/attention.ts';
import { connection, lastEvent } from '../state/home.ts';
import { route } from '../state/route.ts';
import { EventDays } from './events/event-days.tsx';
import { EventFilters } from './events/event-filters.tsx';
import { createEventLog, type EventLog, type Selection } from './events/event-log.ts';
import { typesOf } from './events/kinds.ts';
import './events.css';

/** Further down than this, one reads: nothing may move. */
const topPixels = 120;

export function Events() {
  const { query } = route.value;
  const selection: Selection = {
    types: typesOf(query.get('kind') ?? ''),
    device: query.get('device') ?? undefined,
    unacknowledged: query.has('open'),
  };
  const log = useMemo(() => createEventLog(selection), [JSON.stringify(selection)]);
  useFollowing(log);
  const events = log.events.value ?? [];
  const open = events.filter(({ acknowledged }) => !acknowledged).map(({ id }) => id);
  return (
    <>
      <div class="page-head">
        <h1>Events</h1>
        {mayWrite.value && <AcknowledgeAll ids={open} />}
      </div>
      <EventFilters />
      <Waiting log={log} />
      {events.length === 0 ? (
        <section class="card" aria-label="Events">
          <Missing resource={{ value: log.events, error: log.error, refresh: () => log.load() }}>
            <p>{emptyWords(selection)}</p>
          </Missing>
        </section>
      ) : (
        <>
          <EventDays events={events} />
          <More log={log} />
        </>
      )}
    </>
  );
}

/** Keeps the log in step with what happens. */
function useFollowing(log: EventLog) {
  const [seen] = useState(() => lastEvent.peek());
  const [acknowledgedBefore] = useState(() => acknowledgedLast.peek());
  const wasAway = useRef(false);
  useEffect(() => void log.load(), [log]);
  useSignalEffect(() => {
    const event = lastEvent.value;
    if (event === undefined || event === seen) return;
    // What the log holds is no reason to receive the event once more.
    untracked(() => log.receive(event, scrollY > topPixels));
  });
  useSignalEffect(() => {
    const ids = acknowledgedLast.value;
    if (ids !== acknowledgedBefore) untracked(() => log.acknowledged(ids));
  });
  useSignalEffect(() => {
    const isLive = connection.value === 'live';
    // What happened meanwhile was not told.
    if (isLive && wasAway.current) void log.load();
    wasAway.current = !isLive;
  });
}

function AcknowledgeAll({ ids }: { ids: readonly number[] }) {
  const { run, error } = useAction(() => acknowledge(ids));
  return (
    <div class="row">
      <Problem message={error} />
      <button type="button" aria-disabled={ids.length === 0} onClick={run}>
        <Icon path={mdiCheckAll} />
        Acknowledge all shown
      </button>
    </div>
  );
}

/** What happened while one reads further down. */
function Waiting({ log }: { log: EventLog }) {
  const count = log.waiting.value.length;
  function show() {
    log.showWaiting();
    scrollTo(0, 0);
    document.getElementById('main')?.focus({ preventScroll: true });
  }
  return (
    <div class="events-waiting" role="status">
      {count > 0 && (
        <button type="button" class="primary" onClick={show}>
          <Icon path={mdiArrowUp} />
          {count === 1 ? '1 new event' : `${count} new events`}
        </button>
      )}
    </div>
  );
}

function More({ log }: { log: EventLog }) {
  if (!log.hasMore.value) return <p class="events-end muted small">These are all events.</p>;
  return (
    <div class="events-end">
      <Problem message={log.error.value?.message} />
      <button type="button" onClick={() => void log.loadMore()}>
        Load more
      </button>
    </div>
  );
}

function emptyWords({ types, device, unacknowledged }: Selection): string {
  if (types !== undefined || device !== undefined) return 'No such events.';
  return unacknowledged ? 'Nothing waits to be acknowledged.' : 'Nothing happened yet.';
}
