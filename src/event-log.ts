import type { Clock } from './base/clock.ts';
import type { EventType, LedgerEvent } from './model/event.ts';

/** Whom an event is about, where it is about somebody. */
export type EventSubject = Pick<LedgerEvent, 'device' | 'group' | 'limit'>;

/** Events that wait for a checkpoint; with a full disk the oldest give way, those of `manyTypes` first. */
const PENDING_LIMIT = 1_000;
/** What strangers can make happen as often as they like. */
const manyTypes = new Set<EventType>(['device-new', 'device-online', 'device-offline']);

/** What happened: each event is told at once to those who listen, and goes into the ledger with the next checkpoint. */
export class EventLog {
  private readonly clock: Clock;
  private readonly listeners: ((event: LedgerEvent) => void)[] = [];
  private lastId: number;
  private waiting: LedgerEvent[] = [];

  /** `lastId`: of the events in the ledger, 0 where there are none. An earlier run may have told more than it could write. */
  constructor(clock: Clock, lastId: number) {
    this.clock = clock;
    this.lastId = lastId === 0 ? 0 : lastId + PENDING_LIMIT;
  }

  /** `message`: one sentence; `about`: the device, group or limit it is about. */
  add(type: EventType, message: string, about: EventSubject = {}): void {
    this.lastId += 1;
    const event: LedgerEvent = { id: this.lastId, at: this.clock.now(), type, ...about, message };
    this.waiting.push(event);
    if (this.waiting.length > PENDING_LIMIT) this.dropOne();
    for (const listener of this.listeners) listener(event);
  }

  listen(listener: (event: LedgerEvent) => void): void {
    this.listeners.push(listener);
  }

  /** What no checkpoint holds yet, oldest first. */
  pending(): readonly LedgerEvent[] {
    return this.waiting;
  }

  commit(): void {
    this.waiting = [];
  }

  private dropOne(): void {
    const oldest = this.waiting.findIndex(({ type }) => manyTypes.has(type));
    this.waiting.splice(Math.max(oldest, 0), 1);
  }
}
