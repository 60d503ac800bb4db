import type { Database } from 'better-sqlite3';
import type { EventQuery } from '../model/checkpoint.ts';
import type { EventType, LedgerEvent } from '../model/event.ts';

/** The table `event`. */
export interface StoredEvents {
  /** Newest first. */
  events(query: EventQuery): LedgerEvent[];
  /** 0 where nothing ever happened. */
  lastEventId(): number;
  /** Keeps an event; one whose id is taken changes nothing. */
  add(event: LedgerEvent): void;
}

interface EventRow {
  id: number;
  at: number;
  type: EventType;
  device: string | null;
  group_id: string | null;
  limit_key: string | null;
  message: string;
}

export function createStoredEvents(database: Database): StoredEvents {
  const select = database.prepare<
    [{ before: number; device: string | null; type: string | null; limit: number }],
    EventRow
  >(
    `SELECT id, at, type, device, group_id, limit_key, message FROM event
     WHERE id < :before AND (:device IS NULL OR device = :device) AND (:type IS NULL OR type = :type)
     ORDER BY id DESC LIMIT :limit`,
  );
  const last = database.prepare<[], number>('SELECT coalesce(max(id), 0) FROM event').pluck();
  const insert = database.prepare<[EventRow]>(
    `INSERT INTO event (id, at, type, device, group_id, limit_key, message)
     VALUES (:id, :at, :type, :device, :group_id, :limit_key, :message) ON CONFLICT DO NOTHING`,
  );
  return {
    events: ({ before = Number.MAX_SAFE_INTEGER, device = null, type = null, limit }) =>
      select.all({ before, device, type, limit }).map(toEvent),
    lastEventId: () => last.get() ?? 0,
    add: ({ device = null, group = null, limit = null, ...event }) =>
      void insert.run({ device, group_id: group, limit_key: limit, ...event }),
  };
}

function toEvent({ device, group_id: group, limit_key: limit, ...event }: EventRow): LedgerEvent {
  return {
    ...event,
    ...(device === null ? {} : { device }),
    ...(group === null ? {} : { group }),
    ...(limit === null ? {} : { limit }),
  };
}
