import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { statSync } from 'node:fs';
import type { Clock } from '../base/clock.ts';
import { AppError, messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { changeTokens, readTokens, tokenName, type Scope, type Token } from './token-file.ts';

/** Whose token was presented. */
export type TokenHolder = Pick<Token, 'name' | 'scope'>;

/** The access tokens of the running daemon. A token that is added works at once, one that is revoked ends within a second. */
export interface Tokens {
  /** Whose token that is; undefined: nobody's. Takes the same time for each text of the same length. */
  find(presented: string): TokenHolder | undefined;
  /** The token that a login link stands for: the first with scope write, or undefined where there is none. */
  forLogin(): string | undefined;
}

export interface TokensOptions {
  /** `tokens.json`; made with one token `admin` where there is none. */
  path: string;
  log: Log;
  clock: Clock;
}

const checkEveryMs = 1_000;

/** Throws an AppError where the file is damaged, or cannot be read or made. */
export function openTokens({ path, log, clock }: TokensOptions): Tokens {
  const before = signatureOf(path);
  let known = withDigests(readTokens(path, log) ?? createFirst());
  let signature = before ?? signatureOf(path);
  let checkedAt = clock.monotonic();

  function createFirst(): Token[] {
    let tokens: Token[] = [];
    changeTokens(path, log, (found) => (tokens = found ?? [newToken('admin', 'write', clock)]));
    return tokens;
  }

  function follow(atOnce = false): void {
    if (!atOnce && clock.monotonic() - checkedAt < checkEveryMs) return;
    checkedAt = clock.monotonic();
    const current = signatureOf(path);
    if (current === signature) return;
    signature = current;
    try {
      known = withDigests(listTokens(path, log));
      log.info('The access tokens have changed.');
    } catch (error) {
      log.error(`${messageOf(error)} Until then, the tokens before are accepted.`);
    }
  }

  function holderOf(wanted: Buffer): TokenHolder | undefined {
    let found: TokenHolder | undefined;
    for (const { name, scope, digest: candidate } of known) {
      if (timingSafeEqual(candidate, wanted)) found = { name, scope };
    }
    return found;
  }

  return {
    find(presented) {
      follow();
      const wanted = digest(presented);
      const found = holderOf(wanted);
      if (found !== undefined) return found;
      // It may have been made a moment ago.
      follow(true);
      return holderOf(wanted);
    },
    forLogin() {
      follow();
      return known.find(({ scope }) => scope === 'write')?.token;
    },
  };
}

/** The tokens of the file. Throws an AppError where there is none yet. */
export function listTokens(path: string, log: Log): Token[] {
  const tokens = readTokens(path, log);
  if (tokens === undefined) throw missing(path);
  return tokens;
}

/** Throws `REQUEST_INVALID` for a name that is none, `NAME_TAKEN` for one that is in use. */
export function addToken({ path, log, clock }: TokensOptions, { name, scope }: TokenHolder): Token {
  if (!tokenName.test(name)) {
    throw new AppError(
      'REQUEST_INVALID',
      `"${name.slice(0, 40)}" is no name for a token: use 1 to 32 of a-z, 0-9, - and _.`,
    );
  }
  const added = newToken(name, scope, clock);
  changeTokens(path, log, (tokens) => {
    if (tokens === undefined) throw missing(path);
    if (!tokens.some((token) => token.name === name)) return [...tokens, added];
    throw new AppError(
      'NAME_TAKEN',
      `There is a token "${name}" already: choose another name, or make it anew with "lanledger token rotate ${name}".`,
    );
  });
  return added;
}

/** Takes the access of a token away. Throws `REQUEST_INVALID` where there is no such token. */
export function revokeToken({ path, log }: TokensOptions, name: string): void {
  changeTokens(path, log, (tokens) => {
    const revoked = tokenNamed(path, tokens, name);
    return (tokens ?? []).filter((token) => token !== revoked);
  });
}

/** Replaces the secret of a token. Throws `REQUEST_INVALID` where there is no such token. */
export function rotateToken({ path, log, clock }: TokensOptions, name: string): Token {
  let rotated: Token | undefined;
  changeTokens(path, log, (tokens) => {
    const old = tokenNamed(path, tokens, name);
    const fresh = (rotated = newToken(name, old.scope, clock));
    return (tokens ?? []).map((token) => (token === old ? fresh : token));
  });
  if (rotated === undefined) throw new Error('nothing was rotated');
  return rotated;
}

/** Throws an AppError where there is no token of that name. */
export function tokenNamed(path: string, tokens: Token[] | undefined, name: string): Token {
  if (tokens === undefined) throw missing(path);
  const token = tokens.find((one) => one.name === name);
  if (token !== undefined) return token;
  const names = tokens.map((one) => one.name).join(', ') || '(none)';
  const message = `There is no token "${name.slice(0, 40)}": there are ${names}.`;
  throw new AppError('REQUEST_INVALID', message);
}

function newToken(name: string, scope: Scope, clock: Clock): Token {
  const createdAt = new Date(clock.now()).toISOString();
  return { name, scope, token: randomBytes(32).toString('base64url'), createdAt };
}

function missing(path: string): AppError {
  return new AppError(
    'FILE_UNREADABLE',
    `There are no access tokens at ${path}: start or restart LanLedger, which makes the first, or name its data directory.`,
  );
}

function withDigests(tokens: readonly Token[]) {
  return tokens.map((token) => ({ ...token, digest: digest(token.token) }));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Differs once the file was replaced or written; undefined where it cannot be looked at. */
function signatureOf(path: string): string | undefined {
  try {
    const { ino, size, mtimeNs } = statSync(path, { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  } catch {
    return undefined;
  }
}
