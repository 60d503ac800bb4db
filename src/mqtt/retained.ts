/** Sends one retained message; calls `acknowledged` once the broker has it, or never. */
export type Send = (topic: string, payload: string, acknowledged: () => void) => void;

/**
 * The newest payload of every retained topic. While there is no connection, newer payloads replace older ones, so an
 * outage of any length needs no more memory than the topics themselves; a new connection sends all of them again,
 * because a broker without persistence has forgotten them.
 */
export interface Retained {
  /** Sends the payload if it differs from the last one. An empty payload clears the topic at the broker. */
  set(topic: string, payload: string): void;
  connected(send: Send): void;
  disconnected(): void;
  /** Resolves when the broker has everything. */
  settled(): Promise<void>;
}

/** What may be on its way at once: fewer than the 20 that Mosquitto takes from one client by default. */
const longestFlight = 16;

export function createRetained(): Retained {
  const payloads = new Map<string, string>();
  const due = new Set<string>();
  const waiting: (() => void)[] = [];
  let send: Send | undefined;
  let inFlight = 0;

  function pump(): void {
    for (const topic of due) {
      if (send === undefined || inFlight >= longestFlight) return;
      due.delete(topic);
      inFlight += 1;
      transmit(send, topic, payloads.get(topic) ?? '');
    }
    if (inFlight === 0 && due.size === 0) for (const resolve of waiting.splice(0)) resolve();
  }

  function transmit(via: Send, topic: string, payload: string): void {
    via(topic, payload, () => {
      if (via !== send) return;
      inFlight -= 1;
      if (payload === '' && payloads.get(topic) === '') payloads.delete(topic);
      pump();
    });
  }

  return {
    set(topic, payload) {
      if (payloads.get(topic) === payload) return;
      payloads.set(topic, payload);
      due.add(topic);
      pump();
    },
    connected(newSend) {
      send = newSend;
      inFlight = 0;
      for (const topic of payloads.keys()) due.add(topic);
      pump();
    },
    disconnected() {
      send = undefined;
      inFlight = 0;
    },
    settled: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        pump();
      }),
  };
}
