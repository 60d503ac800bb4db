import type { Clock } from './base/clock.ts';
import { attentionTypes, type EventType, type LedgerEvent } from './model/event.ts';

/** Whom an event is about, where it is about somebody. */
export type EventSubject = Pick<LedgerEvent, 'device' | 'group' | 'limit'>;

/** Events that wait for a checkpoint; with a full disk the oldest give way, those of `manyTypes` first. */
const PENDING_LIMIT = 1_000;
/** What strangers can make happen as often as they like. */
const manyTypes = new Set<EventType>([
  'device-new',
  'device-online',
  'device-offline',
  'device-changed',
]);

/** What happened: each event is told at once to those who listen, and goes into the ledger with the next checkpoint. */
export class EventLog {
  private readonly clock: Clock;
  private readonly listeners: ((event: LedgerEvent) => void)[] = [];
  private readonly acknowledgementListeners: ((ids: readonly number[]) => void)[] = [];
  private lastId: number;
  private waiting: LedgerEvent[] = [];
  private acknowledged: number[] = [];

  /** `lastId`: of the events in the ledger, 0 where there are none. An earlier run may have told more than it could write. */
  constructor(clock: Clock, lastId: number) {
    this.clock = clock;
    this.lastId = lastId === 0 ? 0 : lastId + PENDING_LIMIT;
  }

  /** `message`: one sentence; `about`: the device, group or limit it is about. */
  add(type: EventType, message: string, about: EventSubject = {}): void {
    this.lastId += 1;
    const acknowledged = !attentionTypes.has(type);
    const what = { type, ...about, message, acknowledged };
    const event: LedgerEvent = { id: this.lastId, at: this.clock.now(), ...what };
    this.waiting.push(event);
    if (this.waiting.length > PENDING_LIMIT) this.dropOne();
    for (const listener of this.listeners) listener(event);
  }

  listen(listener: (event: LedgerEvent) => void): void {
    this.listeners.push(listener);
  }

  /** Events that wait for a checkpoint or are in the ledger, none of them acknowledged before. */
  acknowledge(ids: readonly number[]): void {
    if (ids.length === 0) return;
    const meant = new Set(ids);
    this.waiting = this.waiting.map((event) =>
      meant.has(event.id) ? { ...event, acknowledged: true } : event,
    );
    // Not as arguments of a call: there may be more than a call can have.
    this.acknowledged = this.acknowledged.concat(ids);
    for (const listener of this.acknowledgementListeners) listener(ids);
  }

  listenToAcknowledgements(listener: (ids: readonly number[]) => void): void {
    this.acknowledgementListeners.push(listener);
  }

  /** Ids of events that were acknowledged since the last checkpoint. */
  acknowledgements(): readonly number[] {
    return this.acknowledged;
  }

  /** What no checkpoint holds yet, oldest first. */
  pending(): readonly LedgerEvent[] {
    return this.waiting;
  }

  commit(): void {
    this.waiting = [];
    this.acknowledged = [];
  }

  private dropOne(): void {
    const oldest = this.waiting.findIndex(({ type }) => manyTypes.has(type));
    this.waiting.splice(Math.max(oldest, 0), 1);
  }
}
