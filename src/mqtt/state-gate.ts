import type { Clock } from '../base/clock.ts';
import type { Retained } from './retained.ts';
import { hasMoved, weigh, type Weighed } from './significance.ts';
import type { State } from './states.ts';

/** One publication of all states. */
interface Publication {
  states: readonly State[];
  /** The day that the states call today. */
  day: number;
  /** Topics that are sent even if little changed. */
  urgent: ReadonlySet<string>;
  minimumChangeBytes: number;
  intervalMs: number;
}

/**
 * Sends states on when they are worth a message, for recorders write every one of them down. What is held back is never
 * lost: it goes out with the next message, after ten minutes, at the end of the day, and at the end of the program.
 */
export interface StateGate {
  publish(publication: Publication): void;
  /** Sends what was held back. */
  flush(): void;
}

interface Held {
  latest: string;
  sent: string;
  weighed: Weighed;
  /** Monotonic. */
  sentAt: number;
}

const longestHoldMs = 600_000;
/** A timer may be early. */
const intervalTolerance = 0.75;

export function createStateGate(retained: Retained, clock: Clock): StateGate {
  let held = new Map<string, Held>();
  let today: number | undefined;

  function send(topic: string, payload: string, weighed: Weighed): Held {
    retained.set(topic, payload);
    return { latest: payload, sent: payload, weighed, sentAt: clock.monotonic() };
  }

  function next(topic: string, payload: string, publication: Publication): Held {
    const before = held.get(topic);
    if (before === undefined) return send(topic, payload, weigh(payload));
    if (payload === before.sent) return { ...before, latest: payload };
    const weighed = weigh(payload);
    const isDue = publication.urgent.has(topic) || isWorthIt(before, weighed, publication);
    return isDue ? send(topic, payload, weighed) : { ...before, latest: payload };
  }

  function isWorthIt(before: Held, weighed: Weighed, publication: Publication): boolean {
    if (before.weighed.steady !== weighed.steady) return true;
    const age = clock.monotonic() - before.sentAt;
    if (age >= longestHoldMs) return true;
    const isEarly = age < publication.intervalMs * intervalTolerance;
    return !isEarly && hasMoved(before.weighed, weighed, publication.minimumChangeBytes);
  }

  return {
    publish(publication) {
      const isNewDay = today !== undefined && today !== publication.day;
      today = publication.day;
      const current = new Map<string, Held>();
      for (const [topic, payload] of publication.states) {
        const before = held.get(topic);
        // The day's last amounts, which nobody could learn from the new day's message.
        if (isNewDay && before !== undefined && before.latest !== payload) {
          retained.precede(topic, before.latest);
        }
        current.set(topic, next(topic, payload, publication));
      }
      for (const topic of held.keys()) if (!current.has(topic)) retained.set(topic, '');
      held = current;
    },
    flush() {
      for (const [topic, { latest, sent }] of held) {
        if (latest !== sent) held.set(topic, send(topic, latest, weigh(latest)));
      }
    },
  };
}
