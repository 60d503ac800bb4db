import type { BrokerNode, BrokerUser } from '../node-red.d.ts';
import { Failure } from './failure.ts';
import { NETWORK, type LedgerEvent, type Target } from './ledger.ts';
import type { Listener, Path, Standing } from './path.ts';

export interface MqttOptions {
  broker: BrokerNode;
  /** Unique among the users of the broker node. */
  id: string;
  baseTopic: string;
  timeoutMs: number;
  listener: Listener;
}

interface Answer {
  status: string;
  data?: unknown;
  error?: { code: string; message: string };
  transaction?: unknown;
}

type Settle = (answer: Answer | Failure) => void;

/** The way over Node-RED's own broker node. It subscribes once; nodes share what arrives. */
export function createMqttPath(options: MqttOptions): Path {
  const { broker, id, baseTopic, timeoutMs, listener } = options;
  const filter = `${baseTopic}/#`;
  const pending = new Map<string, Settle>();
  const waiting = new Set<() => void>();
  let isOpen = false;
  /** What LanLedger said of itself since the broker is connected. */
  let heard: Standing | undefined;
  let silence: NodeJS.Timeout | undefined;
  let lastRequest = 0;
  /** A broker may send a message twice (MQTT 3.1.1 section 4.3.2). */
  let lastEvent: number | undefined;

  const user: BrokerUser = { id, status: brokerChanged };

  function brokerChanged(): void {
    if (!isOpen) return;
    clearTimeout(silence);
    heard = undefined;
    if (broker.connected) {
      listener.standing({ state: 'connecting', message: 'Waiting for LanLedger.' });
      silence = setTimeout(() => hear(''), timeoutMs);
    } else {
      listener.standing({ state: 'connecting', message: 'Connecting to the MQTT broker.' });
    }
  }

  function receive(topic: string, bytes: Uint8Array): void {
    const [kind = '', ...rest] = topic.slice(baseTopic.length + 1).split('/');
    const text = Buffer.from(bytes).toString();
    if (kind === 'status') hear(text);
    else if (kind === 'response') settle(parse(text) as Answer | undefined);
    else if (kind === 'event') tell(parse(text) as LedgerEvent | undefined);
    else if (isTarget(kind)) update(kind, rest.join('/') || NETWORK, text);
  }

  function hear(status: string): void {
    clearTimeout(silence);
    heard = standings[status] ?? nothingHeard(baseTopic);
    listener.standing(heard);
    for (const look of waiting) look();
  }

  function settle(answer: Answer | undefined): void {
    if (typeof answer?.transaction === 'string') pending.get(answer.transaction)?.(answer);
  }

  function tell(event: LedgerEvent | undefined): void {
    if (typeof event?.type !== 'string' || event.id === lastEvent) return;
    lastEvent = event.id;
    listener.event(event);
  }

  function update(kind: Target['kind'], targetId: string, text: string): void {
    if (text === '') {
      listener.gone(targetId);
      return;
    }
    const state: Partial<Target> | undefined = parse(text);
    if (state?.today === undefined) return;
    const name = kind === NETWORK ? { name: 'Network' } : {};
    const target = { ...state, ...name, kind, id: targetId } as Target;
    listener.target(target);
    listener.rates(new Map([[targetId, target.rate]]));
  }

  /**
   * Resolves once LanLedger said that it is online: not earlier, for its answers would pass by as long as the broker
   * has not taken our subscription.
   */
  function online(): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (isOpen && heard === undefined) return;
        clearTimeout(timer);
        waiting.delete(look);
        if (!isOpen) reject(closed());
        else if (heard?.state === 'online') resolve();
        else reject(new Failure('OFFLINE', heard?.message ?? ''));
      };
      const giveUp = (): void => {
        waiting.delete(look);
        reject(broker.connected ? noAnswer(timeoutMs) : brokerAway());
      };
      const timer = setTimeout(giveUp, timeoutMs);
      waiting.add(look);
      look();
    });
  }

  function request(name: string, input: object): Promise<unknown> {
    lastRequest += 1;
    const transaction = `${id}-${lastRequest}-${Math.random().toString(36).slice(2, 10)}`;
    return new Promise((resolve, reject) => {
      const finish: Settle = (answer) => {
        clearTimeout(timer);
        pending.delete(transaction);
        if (answer instanceof Failure) reject(answer);
        else if (answer.status === 'ok') resolve(answer.data);
        else reject(refusalOf(answer));
      };
      const timer = setTimeout(() => finish(noAnswer(timeoutMs)), timeoutMs);
      pending.set(transaction, finish);
      const payload = JSON.stringify({ ...input, transaction });
      broker.publish({ topic: `${baseTopic}/request/${name}`, payload, qos: 1, retain: false });
    });
  }

  return {
    open() {
      isOpen = true;
      broker.register(user);
      broker.subscribe(filter, { qos: 1 }, receive, id);
      brokerChanged();
    },
    async command(name, input) {
      await online();
      return request(name, input);
    },
    close(removed) {
      isOpen = false;
      clearTimeout(silence);
      for (const finish of pending.values()) finish(closed());
      for (const look of waiting) look();
      broker.unsubscribe(filter, id, removed);
      return new Promise((resolve) => {
        broker.deregister(user, resolve, removed);
      });
    },
  };
}

const standings: Record<string, Standing | undefined> = {
  online: { state: 'online', message: 'Connected to LanLedger.' },
  offline: {
    state: 'offline',
    message: 'LanLedger is offline: it was stopped or lost its broker.',
  },
};

function isTarget(kind: string): kind is Target['kind'] {
  return kind === 'device' || kind === 'group' || kind === NETWORK;
}

/** Undefined for what is no JSON object: anybody may publish at a broker. */
function parse(text: string): object | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function nothingHeard(baseTopic: string): Standing {
  const message = `Nothing of LanLedger is at this broker under ${baseTopic}/: check the base topic, and that LanLedger uses this broker.`;
  return { state: 'offline', message };
}

function refusalOf({ error }: Answer): Failure {
  return new Failure(error?.code ?? 'INTERNAL', error?.message ?? 'LanLedger refused the command.');
}

function noAnswer(timeoutMs: number): Failure {
  const message = `LanLedger did not answer over MQTT within ${timeoutMs / 1000} seconds: is it running, and may this account publish requests?`;
  return new Failure('TIMEOUT', message);
}

function brokerAway(): Failure {
  return new Failure('UNREACHABLE', 'The MQTT broker is not connected: check the broker node.');
}

function closed(): Failure {
  return new Failure('CLOSED', 'The connection to LanLedger was closed by a deploy.');
}
