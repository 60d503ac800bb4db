import { createHash, timingSafeEqual } from 'node:crypto';
import type { AedesOptions, Client, PublishPacket, Subscription } from 'aedes';

export interface Account {
  username: string;
  password: string;
}

export interface AccessOptions {
  /** Of the daemon itself. */
  own: Account & { clientId: string };
  /** Of everybody else; an empty user name: anybody may connect. */
  others: Account;
  baseTopic: string;
}

const longestTopic = 512;
const longestClientId = 512;
const mostFilters = 200;
const mostRetained = 2_000;
const mostRetainedBytes = 8_388_608;
const controlCharacter = /\p{Cc}/u;
/** Guessing passwords takes time. */
const refusalDelayMs = 500;

/** The broker's return codes (MQTT 3.1.1 section 3.2.2.3). */
const identifierRejected = 2;
const notAuthorized = 5;

export interface Access {
  handlers: Required<
    Pick<AedesOptions, 'preConnect' | 'authenticate' | 'authorizePublish' | 'authorizeSubscribe'>
  >;
  /** Whether a client has shown itself to be the daemon. */
  isOwn(client: Client): boolean;
  /** Call when a client gave up subscriptions. */
  unsubscribed(client: Client, topics: readonly string[]): void;
}

/**
 * Who may do what at the embedded broker. Only the daemon publishes below its base topic, so that nobody on the network
 * can fake its states; others may publish requests there.
 */
export function createAccess({ own, others, baseTopic }: AccessOptions): Access {
  const trusted = new WeakSet<Client>();
  const filters = new WeakMap<Client, Set<string>>();
  const retained = createQuota();

  function mayOthersPublish({ topic }: PublishPacket): boolean {
    if (topic.startsWith('$')) return false;
    const isOurs = topic === baseTopic || topic.startsWith(`${baseTopic}/`);
    return !isOurs || topic.startsWith(`${baseTopic}/request/`);
  }

  function maySubscribe(client: Client, { topic }: Subscription): boolean {
    if (topic.startsWith('$') || !isSound(topic)) return false;
    const known = filters.get(client) ?? new Set();
    filters.set(client, known);
    if (known.size >= mostFilters && !known.has(topic)) return false;
    known.add(topic);
    return true;
  }

  const handlers: Access['handlers'] = {
    preConnect(_client, packet, done) {
      // No sessions beyond a connection: what waits for clients that never come back would fill the memory.
      packet.clean = true;
      done(null, packet.clientId.length <= longestClientId);
    },
    authenticate(client, username, password, done) {
      const isOwn = isAccount(own, username, password);
      const isKnown = others.username === '' || isAccount(others, username, password);
      if (isOwn) trusted.add(client);
      if (isOwn || (isKnown && client.id !== own.clientId)) return done(null, true);
      const returnCode = isKnown ? identifierRejected : notAuthorized;
      const refusal = Object.assign(new Error('refused'), { returnCode });
      setTimeout(() => done(refusal, false), refusalDelayMs);
    },
    authorizePublish(client, packet, done) {
      const isTrusted = client === null || trusted.has(client);
      const isAllowed = isSound(packet.topic) && (isTrusted || mayOthersPublish(packet));
      const fits = isAllowed && (!packet.retain || retained.take(packet, isTrusted));
      done(fits ? null : new Error('not allowed'));
    },
    authorizeSubscribe(client, subscription, done) {
      done(null, maySubscribe(client, subscription) ? subscription : null);
    },
  };

  return {
    handlers,
    isOwn: (client) => trusted.has(client),
    unsubscribed(client, topics) {
      for (const topic of topics) filters.get(client)?.delete(topic);
    },
  };
}

function isSound(topic: string): boolean {
  return topic.length <= longestTopic && !controlCharacter.test(topic);
}

interface Quota {
  /** Books a retained message; false where there is no room for it. */
  take(packet: PublishPacket, isTrusted: boolean): boolean;
}

/** Bounds the retained messages, which the broker keeps in memory. */
function createQuota(): Quota {
  const sizes = new Map<string, number>();
  let total = 0;
  return {
    take({ topic, payload }, isTrusted) {
      const old = sizes.get(topic);
      const size = payload.length === 0 ? 0 : Buffer.byteLength(topic) + payload.length;
      const isNew = size > 0 && old === undefined;
      const newTotal = total - (old ?? 0) + size;
      const fits =
        size === 0 || ((!isNew || sizes.size < mostRetained) && newTotal <= mostRetainedBytes);
      if (!fits && !isTrusted) return false;
      total = newTotal;
      if (size === 0) sizes.delete(topic);
      else sizes.set(topic, size);
      return true;
    },
  };
}

/** Takes the same time wherever the difference is. */
function isAccount(account: Account, username = '', password: Buffer = Buffer.alloc(0)): boolean {
  const sameName = timingSafeEqual(digest(account.username), digest(username));
  const samePassword = timingSafeEqual(digest(account.password), digest(password));
  return sameName && samePassword;
}

function digest(secret: string | Buffer): Buffer {
  return createHash('sha256').update(secret).digest();
}
