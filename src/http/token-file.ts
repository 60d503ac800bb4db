import {
  chmodSync,
  closeSync,
  fchownSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { AppError, messageOf, systemCodeOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { syncDirectory } from '../base/sync-directory.ts';
import { createValidator } from '../base/validator.ts';

const scopes = ['read', 'write'] as const;
/** `read`: GET and HEAD only. */
export type Scope = (typeof scopes)[number];

/** An access token as `tokens.json` keeps it. */
export interface Token {
  /** 1 to 32 of a-z, 0-9, - and _. */
  name: string;
  scope: Scope;
  /** The secret. Whoever has it has access: never into a log. */
  token: string;
  /** ISO 8601, UTC. */
  createdAt: string;
}

export const tokenName = /^[a-z0-9_-]{1,32}$/;

/** A change holds the lock for milliseconds; one this old was left behind by a process that died. */
const staleLockMs = 10_000;
const lockPauseMs = 20;

const schema = {
  type: 'object',
  required: ['tokens'],
  properties: {
    tokens: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['name', 'scope', 'token', 'createdAt'],
        properties: {
          name: { type: 'string', pattern: tokenName.source },
          scope: { enum: scopes },
          // Too long to be guessed, and fit for a cookie and a URL as it is.
          token: { type: 'string', pattern: '^[A-Za-z0-9_-]{32,128}$' },
          createdAt: { type: 'string' },
        },
      },
    },
  },
};
const validator = createValidator(schema);

/** The tokens in the file, or undefined where there is none. Others who may read the file lose that right. */
export function readTokens(path: string, log: Log): Token[] | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
    protect(path, log);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw new AppError(
      'FILE_UNREADABLE',
      `The access tokens ${path} cannot be read (${messageOf(error)}): run this as root or as the user that LanLedger runs as.`,
      { cause: error },
    );
  }
  return parseTokens(path, text);
}

/**
 * Lets `change` turn the tokens of the file (undefined: there is none) into those that replace them. Whoever changes the
 * file at the same time waits; whoever reads it sees either the old or the new tokens.
 */
export function changeTokens(
  path: string,
  log: Log,
  change: (tokens: Token[] | undefined) => Token[],
): void {
  explained(path, () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const unlock = lock(`${path}.lock`);
    try {
      const before = readTokens(path, log);
      const after = change(before);
      if (after !== before) replace(path, after);
    } finally {
      unlock();
    }
  });
}

function parseTokens(path: string, text: string): Token[] {
  try {
    const content: unknown = JSON.parse(text);
    validator.check('#', content);
    const { tokens } = content as { tokens: Token[] };
    if (new Set(tokens.map(({ name }) => name)).size === tokens.length) return tokens;
  } catch {
    // What was found stays unsaid: the message of a parser may quote a token.
  }
  throw new AppError(
    'FILE_FORMAT',
    `The access tokens ${path} are damaged: put a backup in their place, or delete the file and restart LanLedger, which then makes a new token.`,
  );
}

function protect(path: string, log: Log): void {
  const mode = statSync(path).mode & 0o777;
  if ((mode & 0o077) === 0) return;
  const found = `Other users of this machine could read the access tokens ${path} (mode ${mode.toString(8)})`;
  try {
    chmodSync(path, 0o600);
    log.warn(`${found}. Only its owner can now; make new tokens with "lanledger token rotate".`);
  } catch (error) {
    log.warn(`${found}, and that cannot be changed (${messageOf(error)}): set mode 600.`);
  }
}

function replace(path: string, tokens: readonly Token[]): void {
  const owner = statSync(path, { throwIfNoEntry: false }) ?? statSync(dirname(path));
  const temporary = `${path}.${process.pid}.tmp`;
  rmSync(temporary, { force: true });
  try {
    const file = openSync(temporary, 'wx', 0o600);
    try {
      // Root changes the file of a daemon that runs as somebody else, who must go on reading it.
      if (process.getuid?.() === 0) fchownSync(file, owner.uid, owner.gid);
      writeFileSync(file, `${JSON.stringify({ tokens }, null, 2)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncDirectory(dirname(path));
}

/** Makes this process the only one to change the tokens and returns the function that ends that. */
function lock(path: string): () => void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    try {
      closeSync(openSync(path, 'wx', 0o600));
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (systemCodeOf(error) !== 'EEXIST') throw error;
    }
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    // The clock may have been set back since.
    if (Math.abs(age) > staleLockMs) rmSync(path, { force: true });
    else Atomics.wait(pause, 0, 0, lockPauseMs);
  }
}

function explained(path: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError || systemCodeOf(error) === undefined) throw error;
    throw new AppError(
      'STORE_UNWRITABLE',
      `The access tokens ${path} cannot be written (${messageOf(error)}): let the user that runs LanLedger write to ${dirname(path)}, and see that its disk is not full.`,
      { cause: error },
    );
  }
}
