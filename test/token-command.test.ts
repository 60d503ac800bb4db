import { mkdtempSync, rmSync } from 'node:fs';
import type { NetworkInterfaceInfo } from 'node:os';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '../src/base/clock.ts';
import { createLog } from '../src/base/log.ts';
import { tokensPath, type Config } from '../src/config/config.ts';
import { listTokens, openTokens } from '../src/http/tokens.ts';
import { lanAddress, serverUrl } from '../src/server-url.ts';
import {
  localToken,
  makeToken,
  removeToken,
  renewToken,
  showLinks,
  showTokens,
} from '../src/token-command.ts';

const log = createLog('silent', 'text');

/** The part of a configuration that matters here, with a data directory that goes with the test. */
function configOf(http: Partial<Config['http']> = {}): Config {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'lanledger-token-'));
  onTestFinished(() => rmSync(dataDirectory, { recursive: true, force: true }));
  const tls = { certificateFile: '', keyFile: '' };
  const usual = { host: '192.168.1.5', port: 8777, auth: 'token', hostNames: [], tls };
  const capture = { interfaces: [] };
  const config = { dataDirectory, capture, http: { ...usual, ...http } };
  return { ...config, log: { level: 'info', format: 'text' } } as unknown as Config;
}

/** A configuration whose daemon has started once. */
function startedConfig(http: Partial<Config['http']> = {}): Config {
  const config = configOf(http);
  openTokens({ path: tokensPath(config), log, clock: systemClock });
  return config;
}

/** What `work` writes to standard output. */
function outputOf(work: () => void): string {
  let text = '';
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((piece) => {
    text += String(piece);
    return true;
  });
  try {
    work();
  } finally {
    spy.mockRestore();
  }
  return text;
}

const tokenOf = (config: Config, name: string) =>
  listTokens(tokensPath(config), log).find((token) => token.name === name)!.token;

test('list names the tokens and shows none', () => {
  const config = startedConfig();
  outputOf(() => makeToken(config, 'excel', 'read'));
  const text = outputOf(() => showTokens(config));
  expect(text).toMatch(/│ admin +│ write +│ 20\d\d-\d\d-\d\dT[\d:.]+Z │/);
  expect(text).toMatch(/│ excel +│ read +│/);
  for (const name of ['admin', 'excel']) expect(text).not.toContain(tokenOf(config, name));
});

test('add and rotate print the token alone, revoke says what it did', () => {
  const config = startedConfig();
  const added = outputOf(() => makeToken(config, 'excel', 'read'));
  expect(added).toBe(`${tokenOf(config, 'excel')}\n`);
  const renewed = outputOf(() => renewToken(config, 'excel'));
  expect(renewed).toBe(`${tokenOf(config, 'excel')}\n`);
  expect(renewed).not.toBe(added);
  expect(outputOf(() => removeToken(config, 'excel'))).toBe(
    'The token "excel" gives no access any more.\n',
  );
  expect(listTokens(tokensPath(config), log).map(({ name }) => name)).toEqual(['admin']);
});

test('link prints one for each token with scope write, or for the one named', () => {
  const config = startedConfig();
  outputOf(() => makeToken(config, 'second', 'write'));
  outputOf(() => makeToken(config, 'excel', 'read'));
  const linkOf = (name: string) => `http://192.168.1.5:8777/?token=${tokenOf(config, name)}\n`;
  expect(outputOf(() => showLinks(config))).toBe(linkOf('admin') + linkOf('second'));
  expect(outputOf(() => showLinks(config, 'excel'))).toBe(linkOf('excel'));
  expect(() => showLinks(config, 'x')).toThrow(
    'There is no token "x": there are admin, second, excel.',
  );
});

test('where access needs no token, the link has none', () => {
  const config = configOf({ auth: 'none', host: '::1' });
  expect(outputOf(() => showLinks(config))).toBe('http://[::1]:8777/\n');
  expect(localToken(config)).toBeUndefined();
});

test('the command line asks the daemon with the first token of scope write', () => {
  const config = startedConfig();
  expect(localToken(config)).toBe(tokenOf(config, 'admin'));
  outputOf(() => removeToken(config, 'admin'));
  expect(() => localToken(config)).toThrow(
    'There is no token with scope write: make one with "lanledger token add NAME --scope write".',
  );
  expect(() => localToken(configOf())).toThrow(/^There are no access tokens at /);
});

const address = (text: string, internal = false) =>
  ({
    address: text,
    family: text.includes(':') ? 'IPv6' : 'IPv4',
    internal,
  }) as NetworkInterfaceInfo;

test.each([
  ['private before public', { eth0: [address('203.0.113.9')], eth1: [address('10.0.0.1')] }, '10.0.0.1'],
  ['IPv4 before IPv6', { eth0: [address('fd00::1'), address('172.16.0.1')] }, '172.16.0.1'],
  ['no containers', { docker0: [address('172.17.0.1')], 'br-0123456789ab': [address('172.18.0.1')], eth0: [address('192.168.1.5')] }, '192.168.1.5'],
  ['the metered one', { eth0: [address('192.168.0.2')], 'br-lan': [address('192.168.1.1')] }, '192.168.1.1'],
  ['a tunnel that is metered', { eth0: [address('203.0.113.9')], tun0: [address('10.8.0.1')] }, '10.8.0.1'],
  ['IPv6 where there is nothing else', { lo: [address('127.0.0.1', true)], eth0: [address('fe80::1'), address('2001:db8::1')] }, '2001:db8::1'],
  ['loopback at last', { lo: [address('127.0.0.1', true)] }, '127.0.0.1'],
])('the address of a link: %s', (_name, interfaces, expected) => {
  expect(lanAddress(['br-lan', 'tun0'], interfaces)).toBe(expected);
}); // prettier-ignore

test('the URL follows the configuration', () => {
  const tls = { certificateFile: 'a.crt', keyFile: 'a.key' };
  expect(serverUrl(configOf({ host: '192.0.2.1', tls }))).toBe('https://192.0.2.1:8777');
  expect(serverUrl(configOf({ host: '127.0.0.1', port: 0 }), 4_321)).toBe('http://127.0.0.1:4321');
  for (const host of ['*', '0.0.0.0', '::']) {
    const url = serverUrl(configOf({ host }));
    expect(url).toContain(lanAddress([]));
  }
});
