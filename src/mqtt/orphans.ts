import type { Retained } from './retained.ts';
import type { Session } from './session.ts';
import type { Topics } from './topics.ts';

/** Clears the topics of devices and groups that went while nobody was there to clear them. */
export interface Orphans {
  /** Listens for a moment to what the broker has retained. */
  connected(session: Session): void;
  disconnected(): void;
  /** A retained message of a device or group. */
  found(topic: string): void;
  /** Clears what was found and is not among the states; call it when those are complete. */
  clear(): void;
}

/** More are cleared at the next connection. */
const mostOrphans = 10_000;

export function createOrphans(topics: Topics, retained: Retained, listenMs: number): Orphans {
  const found = new Set<string>();
  const timers = new Set<NodeJS.Timeout>();
  return {
    connected(session) {
      for (const filter of topics.members) {
        session.subscribe({ filter, noLocal: true }, (refusal) => {
          if (refusal !== undefined) return;
          timers.add(setTimeout(() => session.unsubscribe(filter), listenMs).unref());
        });
      }
    },
    disconnected() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      found.clear();
    },
    found(topic) {
      if (found.size < mostOrphans) found.add(topic);
    },
    clear() {
      for (const topic of found) if (!retained.has(topic)) retained.set(topic, '');
      found.clear();
    },
  };
}
