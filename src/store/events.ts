import type { Database, Statement } from 'better-sqlite3';
import type { EventQuery } from '../model/checkpoint.ts';
import type { EventType, LedgerEvent } from '../model/event.ts';

/** The table `event`. */
export interface StoredEvents {
  /** Newest first. Ids in `alsoAcknowledged` count as acknowledged, though that is not written yet. */
  events(query: EventQuery, alsoAcknowledged?: readonly number[]): LedgerEvent[];
  /** 0 where nothing ever happened. */
  lastEventId(): number;
  /** Keeps an event; one whose id is taken changes nothing. */
  add(event: LedgerEvent): void;
  acknowledge(ids: readonly number[]): void;
}

interface EventRow {
  id: number;
  at: number;
  type: EventType;
  device: string | null;
  group_id: string | null;
  limit_key: string | null;
  message: string;
  acknowledged: 0 | 1;
}

interface Selection {
  before: number;
  device: string | null;
  /** JSON array, or null for all. */
  types: string | null;
  ids: string | null;
  /** JSON array. */
  also: string;
  /** Negative for all. */
  limit: number;
}

export function createStoredEvents(database: Database): StoredEvents {
  const select = {
    all: selectEvents(database, 'true'),
    acknowledged: selectEvents(database, `(acknowledged = 1 OR ${isInAlso})`),
    // `acknowledged = 0`, as it stands in the index.
    unacknowledged: selectEvents(database, `acknowledged = 0 AND NOT ${isInAlso}`),
  };
  const last = database.prepare<[], number>('SELECT coalesce(max(id), 0) FROM event').pluck();
  const insert = database.prepare<[EventRow]>(
    `INSERT INTO event (id, at, type, device, group_id, limit_key, message, acknowledged)
     VALUES (:id, :at, :type, :device, :group_id, :limit_key, :message, :acknowledged)
     ON CONFLICT DO NOTHING`,
  );
  const acknowledge = database.prepare<[number]>('UPDATE event SET acknowledged = 1 WHERE id = ?');
  return {
    events({ before = Number.MAX_SAFE_INTEGER, device = null, ...query }, also = []) {
      const { acknowledged, limit = -1 } = query;
      const [types, ids] = [listOf(query.types), listOf(query.ids)];
      const wanted = acknowledged === undefined ? 'all' : stateOf(acknowledged);
      const selection = { before, device, types, ids, also: JSON.stringify(also), limit };
      return select[wanted].all(selection).map(toEvent);
    },
    lastEventId: () => last.get() ?? 0,
    add: ({ device = null, group = null, limit = null, ...event }) =>
      void insert.run({
        ...event,
        device,
        group_id: group,
        limit_key: limit,
        acknowledged: event.acknowledged ? 1 : 0,
      }),
    acknowledge(ids) {
      for (const id of ids) acknowledge.run(id);
    },
  };
}

const isInAlso = 'id IN (SELECT value FROM json_each(:also))';

function selectEvents(database: Database, condition: string): Statement<[Selection], EventRow> {
  return database.prepare(
    `SELECT id, at, type, device, group_id, limit_key, message,
       acknowledged = 1 OR ${isInAlso} AS acknowledged
     FROM event
     WHERE ${condition} AND id < :before AND (:device IS NULL OR device = :device)
       AND (:types IS NULL OR type IN (SELECT value FROM json_each(:types)))
       AND (:ids IS NULL OR id IN (SELECT value FROM json_each(:ids)))
     ORDER BY id DESC LIMIT :limit`,
  );
}

function listOf(values: readonly unknown[] | undefined): string | null {
  return values === undefined ? null : JSON.stringify(values);
}

function stateOf(acknowledged: boolean) {
  return acknowledged ? 'acknowledged' : 'unacknowledged';
}

function toEvent({ device, group_id: group, limit_key: limit, ...event }: EventRow): LedgerEvent {
  return {
    ...event,
    ...(device === null ? {} : { device }),
    ...(group === null ? {} : { group }),
    ...(limit === null ? {} : { limit }),
    acknowledged: event.acknowledged === 1,
  };
}
