import type { Clock } from './base/clock.ts';
import type { EventType, LedgerEvent } from './model/event.ts';

/** Whom an event is about, where it is about somebody. */
export type EventSubject = Pick<LedgerEvent, 'device' | 'group' | 'limit'>;

/** Events that wait for a checkpoint; with a full disk the oldest give way. */
const PENDING_LIMIT = 1_000;

/** What happened: each event is told at once to those who listen, and goes into the ledger with the next checkpoint. */
export class EventLog {
  private readonly clock: Clock;
  private readonly listeners: ((event: LedgerEvent) => void)[] = [];
  private lastId: number;
  private waiting: LedgerEvent[] = [];

  constructor(clock: Clock, lastId: number) {
    this.clock = clock;
    this.lastId = lastId;
  }

  /** `message`: one sentence; `about`: the device, group or limit it is about. */
  add(type: EventType, message: string, about: EventSubject = {}): void {
    this.lastId += 1;
    const event: LedgerEvent = { id: this.lastId, at: this.clock.now(), type, ...about, message };
    this.waiting.push(event);
    if (this.waiting.length > PENDING_LIMIT) this.waiting.shift();
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
}
