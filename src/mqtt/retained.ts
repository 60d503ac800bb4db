import type { Source } from './outbox.ts';

/**
 * The newest payload of every retained topic. While there is no connection, newer payloads replace older ones, so an
 * outage of any length needs no more memory than the topics themselves; a new connection sends all of them again,
 * because a broker without persistence has forgotten them.
 */
export interface Retained extends Source {
  /** Sends the payload if it differs from the last one. An empty payload clears the topic at the broker. */
  set(topic: string, payload: string): void;
  /** Sends the payload once more: somebody wrote over it. */
  repeat(topic: string): void;
  has(topic: string): boolean;
}

export function createRetained(): Retained {
  const payloads = new Map<string, string>();
  const due = new Set<string>();

  function delivered(topic: string): void {
    if (payloads.get(topic) === '' && !due.has(topic)) payloads.delete(topic);
  }

  return {
    set(topic, payload) {
      if (payloads.get(topic) === payload) return;
      payloads.set(topic, payload);
      due.add(topic);
    },
    repeat(topic) {
      if (payloads.has(topic)) due.add(topic);
    },
    has: (topic) => payloads.has(topic),
    next() {
      for (const topic of due) {
        due.delete(topic);
        const payload = payloads.get(topic) ?? '';
        return { topic, payload, retain: true, done: () => delivered(topic) };
      }
      return undefined;
    },
    lost() {
      due.clear();
      for (const topic of payloads.keys()) due.add(topic);
    },
  };
}
