import type { Source } from './outbox.ts';

/**
 * The newest payload of every retained topic. While there is no connection, newer payloads replace older ones, so an
 * outage of any length needs no more memory than the topics themselves; a new connection sends all of them again,
 * because a broker without persistence has forgotten them.
 */
export interface Retained extends Source {
  /** Sends the payload if it differs from the last one. An empty payload clears the topic at the broker. */
  set(topic: string, payload: string): void;
  /**
   * Sends the payload before what is set from here on, unless it is what arrived last: nothing replaces it, even in an
   * outage, which keeps the last seven of a topic.
   */
  precede(topic: string, payload: string): void;
  /** Sends the payload once more: somebody wrote over it. */
  repeat(topic: string): void;
  has(topic: string): boolean;
}

const mostEarlier = 7;

export function createRetained(): Retained {
  const payloads = new Map<string, string>();
  const due = new Set<string>();
  /** What goes before the newest payload, oldest first; those on their way stay until they have arrived. */
  const earlier = new Map<string, { payload: string; isOnItsWay: boolean }[]>();
  const arrived = new Map<string, string>();

  function delivered(topic: string, payload: string): void {
    arrived.set(topic, payload);
    if (payloads.get(topic) !== '' || due.has(topic)) return;
    payloads.delete(topic);
    arrived.delete(topic);
  }

  function forget(topic: string, payload: string): void {
    const left = (earlier.get(topic) ?? []).filter((one) => one.payload !== payload);
    if (left.length === 0) earlier.delete(topic);
    else earlier.set(topic, left);
  }

  return {
    set(topic, payload) {
      if (payloads.get(topic) === payload) return;
      payloads.set(topic, payload);
      due.add(topic);
    },
    precede(topic, payload) {
      if (arrived.get(topic) === payload && !due.has(topic)) return;
      const waiting = earlier.get(topic) ?? [];
      earlier.set(topic, [...waiting, { payload, isOnItsWay: false }].slice(-mostEarlier));
    },
    repeat(topic) {
      if (payloads.has(topic)) due.add(topic);
    },
    has: (topic) => payloads.has(topic),
    next() {
      for (const topic of due) {
        const before = earlier.get(topic)?.find(({ isOnItsWay }) => !isOnItsWay);
        if (before !== undefined) {
          before.isOnItsWay = true;
          const { payload } = before;
          return { topic, payload, retain: true, done: () => forget(topic, payload) };
        }
        due.delete(topic);
        const payload = payloads.get(topic) ?? '';
        return { topic, payload, retain: true, done: () => delivered(topic, payload) };
      }
      return undefined;
    },
    lost() {
      due.clear();
      for (const topic of payloads.keys()) due.add(topic);
      for (const one of [...earlier.values()].flat()) one.isOnItsWay = false;
    },
  };
}
