import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ledgerPath } from '../src/config/config.ts';
import { loadConfig } from '../src/config/load.ts';
import { runWhitestatImport, type ImportOptions } from '../src/import-command.ts';
import { openStore } from '../src/store/store.ts';
import { checkpoint, device, temporaryDirectory, usage } from './store/ledger.ts';
import { writeWhitestat } from './support/whitestat-database.ts';

const mac = '02:00:00:00:01:01';

function newFile(): string {
  const path = join(temporaryDirectory(), 'WhiteStat.db');
  const day = '2026-11-01';
  writeWhitestat(path, {
    rows: [
      { day, ip: '192.168.1.20', mac, kb: [2048, 1] },
      { day, ip: '198.51.100.1', mac: '02:00:5e:00:00:01', kb: [0.5, 1024], local: 0 },
      ...[1, 2, 3, 4, 5, 6].map((number) => ({
        day: `${number}\u001b[2J`,
        ip: `192.168.1.${number}`,
        mac,
        kb: [1, 1] as [number, number],
      })),
    ],
    deviceNames: { [mac]: 'Laptop' },
  });
  return path;
}

async function newConfig() {
  const commandLine = {
    dataDirectory: join(temporaryDirectory(), 'data'),
    timeZone: 'UTC',
    store: { keepPeersDays: 0 },
  };
  return (await loadConfig({ file: undefined, environment: {}, commandLine })).config;
}
type Config = Awaited<ReturnType<typeof newConfig>>;

/** What the command prints. */
function output(file: string, config: Config, options: ImportOptions = {}): string {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    runWhitestatImport(file, config, options);
    return write.mock.calls.map(([part]) => String(part)).join('');
  } finally {
    write.mockRestore();
  }
}

const brought = `
  Devices      1, 1 of them new
  Device days  1, 2026-11-01 to 2026-11-01
  Usage        2.1 MB down, 1.02 kB up (2,097,152 and 1,024 bytes)
  Addresses    1, those of each day; 1.05 MB down, 512 B up (1,048,576 and 512 bytes)
  Names        1 of devices, 0 of remote addresses
  Unchanged    0 device days, and the addresses of 0 days: earlier imports brought them
Left out:
  rows with a date that is none: 6
    1?[2JT00:00:00.000 192.168.1.1 02:00:00:00:01:01 1?[2JT10:07:01.000 1 1 1
    2?[2JT00:00:00.000 192.168.1.2 02:00:00:00:01:01 2?[2JT10:07:01.000 1 1 1
    3?[2JT00:00:00.000 192.168.1.3 02:00:00:00:01:01 3?[2JT10:07:01.000 1 1 1
    4?[2JT00:00:00.000 192.168.1.4 02:00:00:00:01:01 4?[2JT10:07:01.000 1 1 1
    5?[2JT00:00:00.000 192.168.1.5 02:00:00:00:01:01 5?[2JT10:07:01.000 1 1 1
    ...
`;

test('tells people what it brought, and nothing steers their terminal', async () => {
  const [file, config] = [newFile(), await newConfig()];
  expect(output(file, config)).toBe(`This is what ${file} brought:${brought}`);
});

test('tells programs the same', async () => {
  const [file, config] = [newFile(), await newConfig()];
  const answer = JSON.parse(output(file, config, { json: true })) as Record<string, unknown>;
  expect(answer).toMatchObject({
    file,
    dryRun: false,
    from: '2026-11-01',
    to: '2026-11-01',
    devices: { count: 1, new: 1 },
    deviceDays: 1,
    download: 2_097_152,
    upload: 1024,
    peers: { days: 1, addressDays: 1, download: 1_048_576, upload: 512 },
    names: { devices: 1, addresses: 0 },
    unchanged: { deviceDays: 0, peerDays: 0 },
    changed: [],
    leftOut: [{ count: 6, what: 'rows with a date that is none' }],
  });
  const again = JSON.parse(output(file, config, { json: true })) as Record<string, unknown>;
  expect(again).toMatchObject({ from: null, to: null, unchanged: { deviceDays: 1, peerDays: 1 } });
});

test('a dry run without a ledger says the same and makes none', async () => {
  const [file, config] = [newFile(), await newConfig()];
  expect(output(file, config, { dryRun: true })).toBe(
    `This is what ${file} would bring; nothing was changed:${brought}`,
  );
  expect(existsSync(config.dataDirectory)).toBe(false);
});

test('a dry run changes nothing, not even beside a running daemon', async () => {
  const [file, config] = [newFile(), await newConfig()];
  const path = ledgerPath(config);
  const daemon = openStore(path);
  onTestFinished(() => daemon.close());
  const known = device('020000000101', { mac, names: { user: 'Mine' } });
  const day = { device: known.id, day: 20261101, usage: usage(1) };
  daemon.checkpoint(checkpoint({ devices: [known], days: [day] }));
  const files = () =>
    readdirSync(dirname(path)).map((name) => {
      const { size, mtimeMs } = statSync(join(dirname(path), name));
      return { name, size, mtimeMs };
    });
  const before = files();
  const text = output(file, config, { dryRun: true });
  expect(text).toContain(
    'days of devices that LanLedger has metered itself (--with-metered-days adds them): 1',
  );
  expect(text).toContain('Mine: 2026-11-01');
  expect(files()).toEqual(before);
  expect(daemon.devices()).toEqual([known]);

  expect(() => output(file, config)).toThrow(
    expect.objectContaining({
      code: 'STORE_BUSY',
      message: expect.stringContaining('stop it first') as string,
    }),
  );
});

test('a file that is damaged brings nothing', async () => {
  const [file, config] = [newFile(), await newConfig()];
  writeFileSync(file, readFileSync(file).subarray(0, 4096 * 3));
  expect(() => output(file, config)).toThrow(`${file} is damaged`);
  const ledger = ledgerPath(config);
  if (!existsSync(ledger)) return;
  const store = openStore(ledger);
  onTestFinished(() => store.close());
  expect(store.devices()).toEqual([]);
});
