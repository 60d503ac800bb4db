import { systemClock } from './base/clock.ts';
import { AppError } from './base/errors.ts';
import { createLog } from './base/log.ts';
import { tokensPath, type Config } from './config/config.ts';
import type { Scope, Token } from './http/token-file.ts';
import {
  addToken,
  listTokens,
  revokeToken,
  rotateToken,
  tokenNamed,
  type TokensOptions,
} from './http/tokens.ts';
import { printTable } from './ledger-output.ts';
import { serverUrl } from './server-url.ts';

/** `lanledger token list`: names and scopes, no secrets. */
export function showTokens(config: Config): void {
  const tokens = tokensOf(config);
  printTable(
    ['Name', 'Scope', 'Created'],
    tokens.map(({ name, scope, createdAt }) => [name, scope, createdAt]),
  );
}

/** `lanledger token add NAME --scope read|write`: prints the token, this once. */
export function makeToken(config: Config, name: string, scope: Scope): void {
  const { token } = addToken(optionsOf(config), { name, scope });
  process.stdout.write(`${token}\n`);
}

/** `lanledger token rotate NAME`: prints the token that replaces the one before, this once. */
export function renewToken(config: Config, name: string): void {
  process.stdout.write(`${rotateToken(optionsOf(config), name).token}\n`);
}

/** `lanledger token revoke NAME`. */
export function removeToken(config: Config, name: string): void {
  revokeToken(optionsOf(config), name);
  process.stdout.write(`The token "${name}" gives no access any more.\n`);
}

/** `lanledger token link [NAME]`: links that log a browser in, one for each token with scope write or for that token. */
export function showLinks(config: Config, name?: string): void {
  if (config.http.auth === 'none') {
    process.stdout.write(`${serverUrl(config)}/\n`);
    return;
  }
  const tokens = tokensOf(config);
  const chosen =
    name === undefined ? withWrite(tokens) : [tokenNamed(tokensPath(config), tokens, name)];
  for (const { token } of chosen) process.stdout.write(`${serverUrl(config)}/?token=${token}\n`);
}

/** A token with which the command line may ask the daemon for everything; undefined where none is needed. */
export function localToken(config: Config): string | undefined {
  return config.http.auth === 'none' ? undefined : withWrite(tokensOf(config))[0]?.token;
}

function withWrite(tokens: readonly Token[]): Token[] {
  const found = tokens.filter(({ scope }) => scope === 'write');
  if (found.length > 0) return found;
  throw new AppError(
    'REQUEST_INVALID',
    'There is no token with scope write: make one with "lanledger token add NAME --scope write".',
  );
}

function tokensOf(config: Config): Token[] {
  const { path, log } = optionsOf(config);
  return listTokens(path, log);
}

function optionsOf(config: Config): TokensOptions {
  const log = createLog(config.log.level, config.log.format);
  return { path: tokensPath(config), log, clock: systemClock };
}
