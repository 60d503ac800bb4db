import type { Clock } from '../base/clock.ts';
import type { LedgerEvent } from '../model/event.ts';
import { publishedEvent } from '../model/published.ts';
import type { Source } from './outbox.ts';
import type { Tally } from './tally.ts';

/** Events until the broker has them: the last 100 of the last hour. */
export interface EventQueue extends Source {
  add(event: LedgerEvent): void;
}

interface WaitingEvent {
  payload: string;
  /** Monotonic. */
  at: number;
  isOnItsWay: boolean;
}

const longestQueue = 100;
/** Older news are not told. */
const expiryMs = 3_600_000;

/** `dropped` counts what there was no room for. */
export function createEventQueue(topic: string, clock: Clock, dropped: Tally): EventQueue {
  let queue: WaitingEvent[] = [];

  function forget(event: WaitingEvent): void {
    queue = queue.filter((other) => other !== event);
  }

  return {
    add(event) {
      const payload = JSON.stringify(publishedEvent(event));
      queue.push({ payload, at: clock.monotonic(), isOnItsWay: false });
      if (queue.length <= longestQueue) return;
      queue.shift();
      dropped.count();
    },
    next() {
      const now = clock.monotonic();
      queue = queue.filter((event) => event.isOnItsWay || now - event.at < expiryMs);
      const event = queue.find(({ isOnItsWay }) => !isOnItsWay);
      if (event === undefined) return undefined;
      event.isOnItsWay = true;
      const messageExpiryInterval = Math.ceil((expiryMs - (now - event.at)) / 1000);
      return {
        topic,
        payload: event.payload,
        retain: false,
        properties: { messageExpiryInterval },
        done: () => forget(event),
      };
    },
    lost() {
      for (const event of queue) event.isOnItsWay = false;
    },
  };
}
