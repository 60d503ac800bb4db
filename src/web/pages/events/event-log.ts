import { signal, type ReadonlySignal } from '@preact/signals';
import { call } from '../../api/client.ts';
import type { Event, EventType } from '../../api/operations.ts';

/** Which events are shown. */
export interface Selection {
  types: readonly [EventType, ...EventType[]] | undefined;
  /** A device's id. */
  device: string | undefined;
  unacknowledged: boolean;
}

export interface EventLog {
  /** What is shown, newest first; undefined before the first answer. */
  events: ReadonlySignal<readonly Event[] | undefined>;
  /** What happened since and waits to be shown, newest first. */
  waiting: ReadonlySignal<readonly Event[]>;
  hasMore: ReadonlySignal<boolean>;
  error: ReadonlySignal<Error | undefined>;
  /** As many of the newest as are known: at the beginning, and after something may have been missed. */
  load(): Promise<void>;
  /** Reads on; nothing where that is under way. */
  loadMore(): Promise<void>;
  /** Takes up what just happened; with `wait` it is not shown yet. */
  receive(event: Event, wait: boolean): void;
  showWaiting(): void;
  acknowledged(ids: readonly number[]): void;
}

const pageSize = 100;
const mostAtOnce = 1_000;

/** The log of one selection, as far as it was read. None of its functions rejects. */
export function createEventLog(selection: Selection): EventLog {
  const events = signal<readonly Event[]>();
  const waiting = signal<readonly Event[]>([]);
  const next = signal<number | null>(null);
  const error = signal<Error>();
  const hasMore = signal(false);
  let isBusy = false;

  async function ask(limit: number, before?: number) {
    isBusy = true;
    try {
      const answer = await call('listEvents', {
        limit,
        ...(before === undefined ? {} : { before }),
        ...(selection.types === undefined ? {} : { type: [...selection.types] }),
        ...(selection.device === undefined ? {} : { device: selection.device }),
        ...(selection.unacknowledged ? { acknowledged: false } : {}),
      });
      error.value = undefined;
      return answer;
    } catch (reason) {
      error.value = reason as Error;
      return undefined;
    } finally {
      isBusy = false;
    }
  }

  function readOnFrom(id: number | null) {
    next.value = id;
    hasMore.value = id !== null;
  }

  return {
    events,
    waiting,
    hasMore,
    error,
    async load() {
      const known = new Set([...(events.value ?? []), ...waiting.value].map(({ id }) => id));
      const answer = await ask(Math.min(Math.max(pageSize, known.size), mostAtOnce));
      if (answer === undefined) return;
      const cameSince = ({ id }: Event) => !known.has(id);
      // What is known may have been acknowledged or forgotten elsewhere.
      events.value = merged(answer.events, (events.value ?? []).filter(cameSince));
      waiting.value = waiting.value.filter(cameSince);
      readOnFrom(answer.next);
    },
    async loadMore() {
      if (next.value === null || isBusy) return;
      const answer = await ask(pageSize, next.value);
      if (answer === undefined) return;
      events.value = merged(events.value ?? [], answer.events);
      readOnFrom(answer.next);
    },
    receive(event, wait) {
      if (!fits(event, selection) || events.value === undefined) return;
      if (wait) waiting.value = merged([event], waiting.value);
      else events.value = merged([event], events.value);
    },
    showWaiting() {
      events.value = merged(waiting.value, events.value ?? []);
      waiting.value = [];
    },
    acknowledged(ids) {
      const those = new Set(ids);
      const mark = (event: Event) =>
        those.has(event.id) ? { ...event, acknowledged: true } : event;
      events.value = events.value?.map(mark);
      waiting.value = waiting.value.map(mark);
    },
  };
}

/** Both, newest first, each event once: as `fresh` tells it. */
function merged(fresh: readonly Event[], known: readonly Event[]): readonly Event[] {
  const byId = new Map([...known, ...fresh].map((event) => [event.id, event]));
  return [...byId.values()].toSorted((a, b) => b.id - a.id);
}

function fits(event: Event, { types, device, unacknowledged }: Selection): boolean {
  if (types !== undefined && !types.includes(event.type)) return false;
  if (device !== undefined && event.device !== device) return false;
  return !unacknowledged || !event.acknowledged;
}
