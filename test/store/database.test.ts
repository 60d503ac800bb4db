import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { openSqlite } from '../../src/store/sqlite.ts';
import { describe, expect, test } from 'vitest';
import { openStore } from '../../src/store/store.ts';
import { checkpoint, device, ledgerPath, newStore, temporaryDirectory, usage } from './ledger.ts';

const day = 20261120;

/** Changes a closed ledger with plain SQL. */
function tamper(path: string, sql: string): void {
  const file = openSqlite(path);
  file.exec(sql);
  file.close();
}

function closedLedger(): string {
  const path = ledgerPath();
  openStore(path).close();
  return path;
}

function permissions(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

describe('a new ledger', () => {
  test('is for its owner only', () => {
    const path = ledgerPath();
    newStore(path).checkpoint(checkpoint({}));
    expect(permissions(dirname(path))).toBe('700');
    const files = [path, `${path}-wal`, `${path}-shm`, `${path}.lock`];
    expect(files.map(permissions)).toEqual(['600', '600', '600', '600']);
  });

  test.skipIf(process.getuid?.() !== 0)(
    'that root makes belongs to whom the folder belongs',
    () => {
      const path = ledgerPath();
      const folder = dirname(path);
      mkdirSync(folder, { recursive: true });
      chownSync(folder, 8777, 8778);
      newStore(path).checkpoint(checkpoint({}));
      const names = readdirSync(folder);
      expect(names).toContain('ledger.sqlite.lock');
      expect(names).toContain('ledger.sqlite-wal');
      for (const name of names) {
        const { uid, gid } = statSync(join(folder, name));
        expect([name, uid, gid]).toEqual([name, 8777, 8778]);
      }
    },
  );

  test('has version, application id and write-ahead log', () => {
    const path = ledgerPath();
    newStore(path);
    const file = openSqlite(path, { readonly: true });
    const pragmas = ['user_version', 'application_id', 'journal_mode', 'integrity_check'];
    expect(pragmas.map((name) => file.pragma(name, { simple: true }))).toEqual([
      6,
      0x4c414e4c,
      'wal',
      'ok',
    ]);
    file.close();
  });

  test('may begin as an empty file', () => {
    const path = join(temporaryDirectory(), 'ledger.sqlite');
    writeFileSync(path, '');
    newStore(path).checkpoint(checkpoint({ at: 5 }));
    expect(newStore(ledgerPath()).lastCheckpointAt()).toBeUndefined();
  });

  test('is one file again after closing, and closing twice is harmless', () => {
    const path = ledgerPath();
    const store = openStore(path);
    store.checkpoint(checkpoint({ days: [{ device: 'a', day, usage: usage(1) }] }));
    expect(store.sizeBytes()).toBe(statSync(path).size + statSync(`${path}-wal`).size);
    store.close();
    store.close();
    expect([existsSync(`${path}-wal`), existsSync(`${path}-shm`)]).toEqual([false, false]);
  });
});

describe('a file is refused', () => {
  test('that a newer LanLedger has written', () => {
    const path = closedLedger();
    tamper(path, 'PRAGMA user_version = 7');
    const refusal = { code: 'STORE_FORMAT', message: expect.stringContaining('newer LanLedger') };
    expect(() => openStore(path)).toThrow(expect.objectContaining(refusal));
    expect(() => openStore(path, { readonly: true })).toThrow(expect.objectContaining(refusal));
  });

  test('that is the database of another program, and left as it was', () => {
    const path = join(temporaryDirectory(), 'other.sqlite');
    tamper(path, 'CREATE TABLE DailyUsage (IP TEXT); PRAGMA user_version = 1');
    const before = readFileSync(path);
    expect(() => openStore(path)).toThrow(
      expect.objectContaining({
        code: 'STORE_FORMAT',
        message: expect.stringContaining('belongs to another program'),
      }),
    );
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('that is no database', () => {
    const path = join(temporaryDirectory(), 'ledger.sqlite');
    writeFileSync(path, 'holiday pictures '.repeat(1000));
    expect(() => openStore(path)).toThrow(
      expect.objectContaining({
        code: 'STORE_FORMAT',
        message: expect.stringContaining('move it away'),
      }),
    );
  });

  test('that is damaged', () => {
    const path = closedLedger();
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0xa5, 100));
    expect(() => openStore(path)).toThrow(expect.objectContaining({ code: 'STORE_FORMAT' }));
  });

  test('that is a folder', () => {
    const path = join(temporaryDirectory(), 'ledger.sqlite');
    mkdirSync(path);
    expect(() => openStore(path)).toThrow(expect.objectContaining({ code: 'STORE_UNWRITABLE' }));
  });

  test('whose folder cannot be made', () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'data'), '');
    expect(() => openStore(join(directory, 'data', 'ledger.sqlite'))).toThrow(
      expect.objectContaining({ code: 'STORE_UNWRITABLE' }),
    );
  });
});

describe('two at once', () => {
  test('a second writer is refused, and may come after the first', () => {
    const path = ledgerPath();
    const first = openStore(path);
    const busy = expect.objectContaining({
      code: 'STORE_BUSY',
      message: expect.stringContaining('Another LanLedger already writes'),
    });
    expect(() => openStore(path)).toThrow(busy);
    // The refusal must not have freed the first one's lock.
    expect(() => openStore(path)).toThrow(busy);
    first.checkpoint(checkpoint({ at: 3 }));
    first.close();
    expect(newStore(path).lastCheckpointAt()).toBe(3);
  });

  test('readers see what is written meanwhile, and cannot write', () => {
    const path = ledgerPath();
    const store = newStore(path);
    store.checkpoint(checkpoint({ devices: [device('a')] }));
    const reader = openStore(path, { readonly: true });
    expect(reader.devices()).toEqual([device('a')]);
    store.checkpoint(checkpoint({ days: [{ device: 'a', day, usage: usage(1) }] }));
    expect(reader.totals(day).get('a')?.today).toEqual(usage(1));
    expect('checkpoint' in reader).toBe(false);
    reader.close();
  });

  test('a reader needs no daemon, but a ledger', () => {
    const path = closedLedger();
    const reader = openStore(path, { readonly: true });
    expect(reader.devices()).toEqual([]);
    reader.close();
    newStore(path);
    expect(() => openStore(`${path}.nowhere`, { readonly: true })).toThrow(
      expect.objectContaining({ code: 'FILE_UNREADABLE' }),
    );
  });

  test('a reader does not migrate', () => {
    const path = closedLedger();
    tamper(path, 'PRAGMA user_version = 0');
    expect(() => openStore(path, { readonly: true })).toThrow('start the daemon once');
  });
});
