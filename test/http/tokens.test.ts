import { execFile } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import type { Token } from '../../src/http/token-file.ts';
import {
  addToken,
  listTokens,
  openTokens,
  revokeToken,
  rotateToken,
} from '../../src/http/tokens.ts';
import { compile } from '../support/compiled.ts';
import { tokensOptions } from './access-server.ts';

const isRoot = process.getuid?.() === 0;
const nobody = 65_534;
const secret = /^[\w-]{43}$/;

/** The options, with the first token made. */
function opened() {
  const options = tokensOptions();
  const tokens = openTokens(options);
  return { ...options, options, tokens };
}

function contentOf(path: string): { tokens: Token[] } {
  return JSON.parse(readFileSync(path, 'utf8')) as { tokens: Token[] };
}

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
const damaged = (path: string) =>
  `The access tokens ${path} are damaged: put a backup in their place, or delete the file and restart LanLedger, which then makes a new token.`;
const absent = (path: string) =>
  `There are no access tokens at ${path}: start or restart LanLedger, which makes the first, or name its data directory.`;

test('the first start makes one token that only its owner may read', () => {
  const { path, tokens, lines } = opened();
  const content = contentOf(path);
  expect(content).toEqual({
    tokens: [
      {
        name: 'admin',
        scope: 'write',
        token: expect.stringMatching(secret) as string,
        createdAt: '2026-11-20T10:00:00.000Z',
      },
    ],
  });
  expect(modeOf(path)).toBe('600');
  expect(readdirSync(dirname(path))).toEqual(['tokens.json']);
  const [admin] = content.tokens as [Token];
  expect(tokens.find(admin.token)).toEqual({ name: 'admin', scope: 'write' });
  expect(tokens.forLogin()).toBe(admin.token);
  for (const other of ['', 'x', admin.token.slice(1), `${admin.token} `]) {
    expect(tokens.find(other)).toBeUndefined();
  }
  expect(lines).toEqual([]);
});

test('a second start keeps the tokens', () => {
  const { path, options } = opened();
  const before = readFileSync(path, 'utf8');
  openTokens(options);
  expect(readFileSync(path, 'utf8')).toBe(before);
});

test('tokens are added, made anew and revoked', () => {
  const { path, log, options, clock } = opened();
  const [admin] = listTokens(path, log) as [Token];
  clock.pass(60_000);
  const added = addToken(options, { name: 'power-bi_1', scope: 'read' });
  expect(added).toEqual({
    name: 'power-bi_1',
    scope: 'read',
    token: expect.stringMatching(secret) as string,
    createdAt: '2026-11-20T10:01:00.000Z',
  });
  expect(listTokens(path, log)).toEqual([admin, added]);
  const renewed = rotateToken(options, 'admin');
  expect(renewed).toMatchObject({ name: 'admin', scope: 'write' });
  expect(renewed.token).not.toBe(admin.token);
  expect(listTokens(path, log)).toEqual([renewed, added]);
  revokeToken(options, 'admin');
  expect(listTokens(path, log)).toEqual([added]);
  expect(modeOf(path)).toBe('600');
});

test.each(['', 'A', 'a b', 'ü', '../x', 'a'.repeat(33), 'a\n'])('%j is no name', (name) => {
  const { options } = opened();
  expect(() => addToken(options, { name, scope: 'read' })).toThrow(
    `"${name}" is no name for a token: use 1 to 32 of a-z, 0-9, - and _.`,
  );
});

test('a name that is taken, and one that is not there', () => {
  const { options } = opened();
  expect(() => addToken(options, { name: 'admin', scope: 'read' })).toThrow(
    expect.objectContaining({
      code: 'NAME_TAKEN',
      message:
        'There is a token "admin" already: choose another name, or make it anew with "lanledger token rotate admin".',
    }),
  );
  for (const change of [revokeToken, rotateToken]) {
    expect(() => change(options, 'x')).toThrow(
      expect.objectContaining({
        code: 'REQUEST_INVALID',
        message: 'There is no token "x": there are admin.',
      }),
    );
  }
});

test('the command line makes no first token', () => {
  const options = tokensOptions();
  const { path, log } = options;
  for (const work of [
    () => listTokens(path, log),
    () => addToken(options, { name: 'a', scope: 'read' }),
    () => revokeToken(options, 'a'),
    () => rotateToken(options, 'a'),
  ]) {
    expect(work).toThrow(absent(path));
  }
  expect(readdirSync(dirname(path))).toEqual([]);
});

test.each([
  ['nothing', ''],
  ['half', '{"tokens":[{"name":"adm'],
  ['no list', '{"tokens":{}}'],
  ['a short token', '{"tokens":[{"name":"a","scope":"read","token":"short","createdAt":""}]}'],
  ['a scope', `{"tokens":[{"name":"a","scope":"all","token":"${'x'.repeat(43)}","createdAt":""}]}`],
  ['a name twice', JSON.stringify({ tokens: Array.from({ length: 2 }, () => ({ name: 'a', scope: 'read', token: 'x'.repeat(43), createdAt: '' })) })],
])('a damaged file stops the start and stays as it is: %s', (_name, text) => {
  const options = tokensOptions();
  writeFileSync(options.path, text, { mode: 0o600 });
  const error = expect.objectContaining({ code: 'FILE_FORMAT', message: damaged(options.path) });
  expect(() => openTokens(options)).toThrow(error);
  expect(() => addToken(options, { name: 'b', scope: 'read' })).toThrow(error);
  expect(readFileSync(options.path, 'utf8')).toBe(text);
  expect(readdirSync(dirname(options.path))).toEqual(['tokens.json']);
}); // prettier-ignore

test('a file that others can read is warned of and mended', () => {
  const { path, options, lines } = opened();
  chmodSync(path, 0o644);
  openTokens(options);
  expect(lines).toEqual([
    `Other users of this machine could read the access tokens ${path} (mode 644). Only its owner can now; make new tokens with "lanledger token rotate".`,
  ]);
  expect(modeOf(path)).toBe('600');
  openTokens(options);
  expect(lines).toHaveLength(1);
});

test('a directory is made for its owner; where that cannot be, there is a sentence', () => {
  const options = tokensOptions();
  const directory = dirname(options.path);
  openTokens({ ...options, path: join(directory, 'a/b/tokens.json') });
  expect(modeOf(join(directory, 'a/b'))).toBe('700');
  const path = '/sys/lanledger/tokens.json';
  expect(() => openTokens({ ...options, path })).toThrow(
    expect.objectContaining({
      code: 'STORE_UNWRITABLE',
      message: expect.stringMatching(
        /^The access tokens \/sys\/lanledger\/tokens\.json cannot be written \(E\w+: .*\): let the user that runs LanLedger write to \/sys\/lanledger, and see that its disk is not full\.$/,
      ) as string,
    }),
  );
});

test('a file that cannot be read is a sentence', () => {
  const options = tokensOptions();
  const path = dirname(options.path);
  expect(() => openTokens({ ...options, path })).toThrow(
    expect.objectContaining({
      code: 'FILE_UNREADABLE',
      message: `The access tokens ${path} cannot be read (EISDIR: illegal operation on a directory, read): run this as root or as the user that LanLedger runs as.`,
    }),
  );
});

test.runIf(isRoot)('root who changes the tokens leaves them readable for their owner', () => {
  const { path, options, log } = opened();
  chownSync(dirname(path), nobody, nobody);
  chownSync(path, nobody, nobody);
  addToken(options, { name: 'by-root', scope: 'read' });
  expect(statSync(path)).toMatchObject({ uid: nobody, gid: nobody });
  expect(modeOf(path)).toBe('600');
  rmSync(path);
  openTokens(options);
  expect(statSync(path)).toMatchObject({ uid: nobody, gid: nobody });
  expect(listTokens(path, log)).toHaveLength(1);
});

test('a token that another process added works at once, one that it revoked ends within a second', () => {
  const { options, tokens, clock, lines } = opened();
  const added = addToken(options, { name: 'new', scope: 'read' });
  expect(tokens.find(added.token)).toEqual({ name: 'new', scope: 'read' });
  expect(lines).toEqual(['The access tokens have changed.']);
  revokeToken(options, 'new');
  expect(tokens.find(added.token)).toEqual({ name: 'new', scope: 'read' });
  clock.pass(1_000);
  expect(tokens.find(added.token)).toBeUndefined();
});

test('a file that is damaged or gone meanwhile changes nothing, is told once, and may come back', () => {
  const { path, log, tokens, clock, lines } = opened();
  const [{ token }] = listTokens(path, log) as [Token];
  const look = () => {
    clock.pass(1_000);
    return tokens.find(token)?.name;
  };
  const aside = `${path}.aside`;
  renameSync(path, aside);
  expect([look(), look()]).toEqual(['admin', 'admin']);
  writeFileSync(path, `{"tokens": "${token}`);
  expect([look(), look()]).toEqual(['admin', 'admin']);
  renameSync(aside, path);
  expect([look(), look()]).toEqual(['admin', 'admin']);
  const until = 'Until then, the tokens before are accepted.';
  expect(lines.filter((line) => !line.startsWith('Other users'))).toEqual([
    `${absent(path)} ${until}`,
    `${damaged(path)} ${until}`,
    'The access tokens have changed.',
  ]);
  expect(lines.join()).not.toContain(token);
});

test('a lock that a dead process left behind is no obstacle', () => {
  const { path, options } = opened();
  const lock = `${path}.lock`;
  for (const seconds of [-11, 3_600]) {
    writeFileSync(lock, '');
    const at = new Date(Date.now() + seconds * 1_000);
    utimesSync(lock, at, at);
    addToken(options, { name: `a${Math.abs(seconds)}`, scope: 'read' });
  }
  expect(readdirSync(dirname(path))).toEqual(['tokens.json']);
});

test('processes that change the tokens at the same time lose nothing', async () => {
  const { path, log } = opened();
  const directory = mkdtempSync(join(tmpdir(), 'lanledger-compiled-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const module = compile('src/http/tokens.ts', directory);
  const add = (name: string) =>
    promisify(execFile)(process.execPath, ['test/http/token-adder.js', module, path, name, '15']);
  await Promise.all([add('a'), add('b'), add('c')]);
  const names = listTokens(path, log).map(({ name }) => name);
  const expected = ['a', 'b', 'c'].flatMap((name) =>
    Array.from({ length: 15 }, (_, index) => `${name}-${index + 1}`),
  );
  expect(names.toSorted()).toEqual(['admin', ...expected].toSorted());
  expect(readdirSync(dirname(path))).toEqual(['tokens.json']);
}, 30_000);
