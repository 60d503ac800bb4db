import type { Source } from '../outbox.ts';

/**
 * Retained messages of which no two for one topic are sent within a pause: while Home Assistant sets a device up, a
 * second document would stop it halfway.
 */
export interface PacedTopics extends Source {
  /** Sends the payload if it differs from the last one. An empty payload clears the topic. */
  set(topic: string, payload: string): void;
  /** Sends this payload first; what was set follows after the pause. */
  precede(topic: string, payload: string): void;
  /** The broker has what was set: it need not be sent. */
  isThere(topic: string): void;
  /** Sends everything once more. */
  repeat(): void;
  /** While held, nothing is sent. */
  hold(): void;
  release(): void;
  /** What is set or on its way, without cleared topics. */
  topics(): string[];
  /** What was sent last, or undefined. */
  sent(topic: string): string | undefined;
}

interface Paced {
  /** To be sent one after another; the last one stays. */
  steps: string[];
  sent: string | undefined;
  isDue: boolean;
  isOnItsWay: boolean;
  pause: NodeJS.Timeout | undefined;
}

/** `wake` is called when something can be sent again. */
export function createPacedTopics(pauseMs: number, wake: () => void): PacedTopics {
  const paced = new Map<string, Paced>();
  let isHeld = false;

  function arrived(topic: string, one: Paced, payload: string): void {
    one.isOnItsWay = false;
    if (one.steps.length > 1 && one.steps[0] === payload) {
      one.steps.shift();
      one.isDue = true;
    }
    rest(topic, one);
  }

  function rest(topic: string, one: Paced): void {
    clearTimeout(one.pause);
    one.pause = setTimeout(() => {
      one.pause = undefined;
      if (one.isDue) wake();
      else if (one.steps.at(-1) === '') paced.delete(topic);
    }, pauseMs).unref();
  }

  return {
    set(topic, payload) {
      const one = paced.get(topic);
      if (one === undefined) {
        const [sent, pause] = [undefined, undefined];
        paced.set(topic, { steps: [payload], sent, isDue: true, isOnItsWay: false, pause });
      } else if (one.steps.at(-1) !== payload) {
        one.steps = [...one.steps.slice(0, -1), payload];
        one.isDue = true;
      }
    },
    precede(topic, payload) {
      const one = paced.get(topic);
      if (one === undefined) return;
      one.steps = [payload, ...one.steps.slice(-1)];
      one.isDue = true;
    },
    isThere(topic) {
      const one = paced.get(topic);
      if (one === undefined) return;
      one.sent = one.steps.at(-1);
      one.isDue = false;
    },
    repeat() {
      for (const one of paced.values()) one.isDue = true;
    },
    hold() {
      isHeld = true;
    },
    release() {
      isHeld = false;
    },
    topics: () => [...paced].flatMap(([topic, { steps }]) => (steps.at(-1) === '' ? [] : topic)),
    sent: (topic) => paced.get(topic)?.sent,
    next() {
      if (isHeld) return undefined;
      for (const [topic, one] of paced) {
        if (!one.isDue || one.isOnItsWay || one.pause !== undefined) continue;
        const payload = one.steps[0] ?? '';
        one.isDue = false;
        one.isOnItsWay = true;
        one.sent = payload;
        return { topic, payload, retain: true, done: () => arrived(topic, one, payload) };
      }
      return undefined;
    },
    lost() {
      for (const [topic, one] of paced) {
        const isCleared = one.sent === '' && one.steps.at(-1) === '' && !one.isOnItsWay;
        if (one.isOnItsWay) rest(topic, one);
        one.isOnItsWay = false;
        one.isDue = !isCleared;
      }
    },
  };
}
