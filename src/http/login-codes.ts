import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../base/clock.ts';

/** One-time codes for links that may stand in a log. */
export interface LoginCodes {
  create(): string;
  /** True once for each code, within an hour. */
  take(code: string): boolean;
}

const lifetimeMs = 60 * 60 * 1000;
const mostCodes = 100;

export function createLoginCodes(clock: Clock): LoginCodes {
  /** When each code ends, by its digest: how long the search takes then says nothing about a code. */
  const endings = new Map<string, number>();
  return {
    create() {
      const code = randomBytes(32).toString('base64url');
      const [oldest] = endings.keys();
      if (endings.size >= mostCodes && oldest !== undefined) endings.delete(oldest);
      endings.set(digest(code), clock.sinceBoot() + lifetimeMs);
      return code;
    },
    take(code) {
      const key = digest(code);
      const endsAt = endings.get(key);
      endings.delete(key);
      return endsAt !== undefined && clock.sinceBoot() < endsAt;
    },
  };
}

function digest(code: string): string {
  return createHash('sha256').update(code).digest('hex');
}
