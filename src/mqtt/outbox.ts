import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Message, Session } from './session.ts';
import { packetBytes } from './session.ts';
import { reasonCodeOf } from './trouble.ts';

/** Where messages wait until they can be sent. */
export interface Source {
  /** The next message, which is then on its way. */
  next(): Message | undefined;
  /** The connection is gone: what was on its way did not arrive. */
  lost(): void;
}

/** Hands messages to the connection, only as many at once as the broker takes; nothing else waits in the client. */
export interface Outbox {
  connected(session: Session): void;
  disconnected(): void;
  /** Call when a source has something. */
  pump(): void;
  /** Resolves when nothing is due, or when there is no connection. */
  settled(): Promise<void>;
}

export interface OutboxOptions {
  /** The first has precedence. */
  sources: readonly Source[];
  /** A broker that acknowledges nothing for this long is given up: the next attempt may reach a living one. */
  acknowledgeMs: number;
  log: Log;
}

export function createOutbox({ sources, acknowledgeMs, log }: OutboxOptions): Outbox {
  const flights = new Set<NodeJS.Timeout>();
  const waiting: (() => void)[] = [];
  let session: Session | undefined;
  let isPumping = false;
  let hasComplained = false;

  function pump(): void {
    if (isPumping) return;
    isPumping = true;
    let more = true;
    while (more) more = sendNext();
    isPumping = false;
    if (session === undefined || flights.size === 0) {
      for (const resolve of waiting.splice(0)) resolve();
    }
  }

  function sendNext(): boolean {
    if (session === undefined || flights.size >= session.limits.window) return false;
    const message = nextMessage();
    if (message === undefined) return false;
    transmit(session, message);
    return true;
  }

  function nextMessage(): Message | undefined {
    for (const source of sources) {
      const message = source.next();
      if (message !== undefined) return message;
    }
    return undefined;
  }

  function transmit(via: Session, message: Message): void {
    const size = packetBytes(message);
    if (size > via.limits.packetBytes) {
      complain(`the message for ${message.topic} is too large`, 'raise its limit for packets');
      message.done();
      return;
    }
    const flight = setTimeout(() => via.fail('it acknowledges nothing'), acknowledgeMs).unref();
    flights.add(flight);
    via.send(message, (refusal) => {
      // A failure without a reason of the broker's is the end of the connection, and the message is not lost.
      if (refusal !== undefined && reasonCodeOf(refusal) === undefined) return;
      if (!flights.delete(flight)) return;
      clearTimeout(flight);
      if (refusal !== undefined) {
        complain(`it refuses ${message.topic} (${messageOf(refusal)})`, 'check its access list');
      }
      message.done();
      pump();
    });
  }

  function complain(what: string, remedy: string): void {
    if (hasComplained) return;
    hasComplained = true;
    log.warn(`The MQTT broker does not take everything: ${what}; ${remedy}.`);
  }

  return {
    connected(newSession) {
      session = newSession;
      hasComplained = false;
      pump();
    },
    disconnected() {
      session = undefined;
      for (const flight of flights) clearTimeout(flight);
      flights.clear();
      for (const source of sources) source.lost();
      pump();
    },
    pump,
    settled: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        pump();
      }),
  };
}
