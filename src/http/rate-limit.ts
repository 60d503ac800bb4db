import {
  ipKeyGenerator,
  rateLimit,
  type AugmentedRequest,
  type ClientRateLimitInfo,
  type Store,
} from 'express-rate-limit';
import type { Request, RequestHandler, Response } from 'express';
import type { Clock } from '../base/clock.ts';

export interface RateLimitOptions {
  /** Requests that pass within a minute. */
  perMinute: number;
  clock: Clock;
  /** Who asks; each has a count of its own. */
  keyOf: (request: Request) => string;
  /** Answers what is too much; `Retry-After` is set. `isFirst`: the first one too many of this minute. */
  refuse: (request: Request, response: Response, isFirst: boolean) => void;
}

const windowMs = 60_000;
/** Beyond that, the longest known are forgotten: a few megabytes at most. */
const mostClients = 10_000;

/** Passes so many requests of each client in a minute. */
export function createRateLimit({
  perMinute,
  clock,
  keyOf,
  refuse,
}: RateLimitOptions): RequestHandler {
  return rateLimit({
    windowMs,
    limit: perMinute,
    store: createCounts(mostClients, clock),
    keyGenerator: keyOf,
    standardHeaders: false,
    legacyHeaders: false,
    validate: false,
    handler(request, response) {
      const { resetTime, used = 0 } = (request as Partial<AugmentedRequest>)['rateLimit'] ?? {};
      const remainingMs = (resetTime?.getTime() ?? 0) - clock.now();
      response.set('Retry-After', String(Math.max(1, Math.ceil(remainingMs / 1000))));
      refuse(request, response, used === perMinute + 1);
    },
  });
}

/**
 * The client's address, for IPv6 its /64: a client has the whole of it. `X-Forwarded-For` does not count, because anybody
 * can send it.
 */
export function addressKey(remoteAddress: string | undefined): string {
  return ipKeyGenerator(remoteAddress ?? '', 64);
}

/** Counts for at most `capacity` keys; each starts anew a minute after its first hit. */
export function createCounts(capacity: number, clock: Clock): Store {
  // In the order in which they end, because all last equally long.
  const counts = new Map<string, { hits: number; endsAt: number }>();

  function current(key: string): { hits: number; endsAt: number } | undefined {
    const count = counts.get(key);
    return count !== undefined && count.endsAt > clock.monotonic() ? count : undefined;
  }

  function describe({ hits, endsAt }: { hits: number; endsAt: number }): ClientRateLimitInfo {
    const remainingMs = endsAt - clock.monotonic();
    return { totalHits: hits, resetTime: new Date(clock.now() + remainingMs) };
  }

  function start(key: string): { hits: number; endsAt: number } {
    counts.delete(key);
    for (const [oldest, { endsAt }] of counts) {
      if (counts.size < capacity && endsAt > clock.monotonic()) break;
      counts.delete(oldest);
    }
    const count = { hits: 0, endsAt: clock.monotonic() + windowMs };
    counts.set(key, count);
    return count;
  }

  return {
    localKeys: true,
    get(key) {
      const count = current(key);
      return count === undefined ? undefined : describe(count);
    },
    increment(key) {
      const count = current(key) ?? start(key);
      count.hits += 1;
      return describe(count);
    },
    decrement(key) {
      const count = current(key);
      if (count !== undefined) count.hits -= 1;
    },
    resetKey: (key) => void counts.delete(key),
  };
}
