import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { describeConfig } from '../../src/config/describe.ts';
import { loadConfig } from '../../src/config/load.ts';
import { localPrefixesOf } from '../../src/config/whitestat-masks.ts';
import { fileOf, refusal } from './sources.ts';

/** As WhiteStat v10 writes it at its first start. */
const shipped = {
  ROLE: 'MONITOR|ANALYZER',
  DATA_STORE: '/mnt/whitestat',
  HOST_INTERFACE: 'eth0',
  MONITOR_URL: ':888',
  ANALYZER_PORT: 777,
  DBFile: 'WhiteStat.db',
  LOGFile: 'WhiteStatLog.txt',
  TRACEFile: 'WhiteStatTrace.txt',
  IdleSeconds: 30,
  UpdateDBSeconds: 300,
  MemoryLimitInMB: 250,
  EXTRA_PCAP_FILTER: '',
  LAN_SEGMENT_V4_MASKS: '0.0.0.0|10|192.168|172.16|172.17',
  LAN_SEGMENT_V6_MASKS: 'fe80|fec0|fd',
  LAN_ROUTERS_TO_SKIP: '02:00:5e:00:00:01|02:00:5e:00:00:02',
};

function newFolder(content?: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), 'lanledger-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  if (content !== undefined) writeConfig(folder, content);
  return folder;
}

function writeConfig(folder: string, content: unknown): void {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  writeFileSync(join(folder, 'WhiteStatConfig.json'), text);
}

function loadBeside(content: unknown, environment: Record<string, string> = {}, yaml = '') {
  const folder = newFolder(content);
  const commandLine = { dataDirectory: folder };
  const loading = loadConfig({ file: fileOf(yaml), environment, commandLine });
  return { path: join(folder, 'WhiteStatConfig.json'), folder, loading };
}

describe('WhiteStatConfig.json in the data directory', () => {
  test('as WhiteStat ships it: what has a meaning is taken, the rest is told', async () => {
    const { path, folder, loading } = loadBeside(shipped);
    const { config, origins, notes } = await loading;
    expect(config).toMatchObject({
      capture: { interfaces: ['eth0'], filter: '' },
      http: { port: 777 },
      networks: { local: [] },
      store: { checkpointSeconds: 30 },
    });
    expect(Object.fromEntries(origins)).toEqual({
      dataDirectory: 'command line',
      'capture.interfaces': `file ${path}`,
      'http.port': `file ${path}`,
    });
    expect(notes).toEqual([
      `MONITOR_URL in ${path} is ignored: monitor and analyzer are one process.`,
      `${path}: LanLedger takes HOST_INTERFACE as capture.interfaces, ANALYZER_PORT as http.port.`,
      `${path}: DBFile is ignored: "lanledger import whitestat ${folder}/WhiteStat.db" brings in what it holds.`,
      `${path}: LOGFile, TRACEFile are ignored: LanLedger logs to its standard error.`,
      `${path}: IdleSeconds is ignored: LanLedger needs no such setting.`,
      `${path}: UpdateDBSeconds, MemoryLimitInMB are ignored: that is how WhiteStat ships it.`,
      `${path}: LAN_SEGMENT_V4_MASKS, LAN_SEGMENT_V6_MASKS are ignored: LanLedger knows these networks.`,
      `${path}: LAN_ROUTERS_TO_SKIP is ignored: LanLedger recognises routers by itself.`,
    ]);
  });

  test('as somebody changed it', async () => {
    const { path, loading } = loadBeside({
      HOST_INTERFACE: 'eth1|wlan0',
      ANALYZER_PORT: '8080',
      UpdateDBSeconds: 60,
      MemoryLimitInMB: 400,
      EXTRA_PCAP_FILTER: 'not port 22',
      LAN_SEGMENT_V4_MASKS: '10|203.0.113|192.168|300.1',
      LAN_SEGMENT_V6_MASKS: 'fd|2001:db8:1',
      COLOUR: 'white',
      constructor: 'x',
    });
    const { config, notes } = await loading;
    expect(config).toMatchObject({
      capture: { interfaces: ['eth1', 'wlan0'], filter: '' },
      http: { port: 8080 },
      networks: { local: ['203.0.113.0/24', '2001:db8:1::/48'] },
      store: { checkpointSeconds: 60 },
      memoryLimitMegabytes: 400,
    });
    expect(notes.slice(1)).toEqual([
      `${path}: EXTRA_PCAP_FILTER is ignored: WhiteStat never applied it; set capture.filter where it is wanted.`,
      `${path}: "300.1" of LAN_SEGMENT_V4_MASKS is ignored: no address begins so.`,
      `${path}: COLOUR, constructor are ignored: nothing here goes by such a name.`,
    ]);
  });

  test('is weaker than our file and the environment', async () => {
    const { path, loading } = loadBeside(
      { HOST_INTERFACE: 'eth5', ANALYZER_PORT: 777, UpdateDBSeconds: 60 },
      { HOST_INTERFACE: 'eth7' },
      'http: { port: 80 }',
    );
    const { config, origins, notes } = await loading;
    expect([config.capture.interfaces, config.http.port]).toEqual([['eth7'], 80]);
    expect(origins.get('store.checkpointSeconds')).toBe(`file ${path}`);
    expect(notes).toEqual([
      `${path}: LanLedger takes UpdateDBSeconds as store.checkpointSeconds.`,
      `${path}: HOST_INTERFACE is ignored: capture.interfaces is set elsewhere.`,
      `${path}: ANALYZER_PORT is ignored: http.port is set elsewhere.`,
    ]);
  });

  test('shows as the source of its values', async () => {
    const { path, loading } = loadBeside({ ANALYZER_PORT: 777 });
    const rows = describeConfig(await loading);
    expect(rows.find(({ key }) => key === 'http.port')).toMatchObject({
      value: 777,
      source: `file ${path}`,
    });
  });

  test.each([
    ['no JSON', '{ "ROLE": '],
    ['no object', '[1]'],
  ])('that holds %s is passed over, and said', async (_, text) => {
    const { path, loading } = loadBeside(text);
    const { notes, origins } = await loading;
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(/ is ignored: it (?:cannot be read \(.+\)|holds no keys)\.$/);
    expect(notes[0]).toContain(path);
    expect(origins.size).toBe(1);
  });

  test('with a value that cannot be is refused by its name', async () => {
    const { path, loading } = loadBeside({ ANALYZER_PORT: 70_000 });
    expect(await refusal(loading)).toBe(
      `ANALYZER_PORT in ${path} is 70000: use a whole number from 0 to 65535.`,
    );
  });

  test('that asks for one half of WhiteStat is refused, unless the environment says otherwise', async () => {
    const { path, loading } = loadBeside({ ROLE: 'ANALYZER', MONITOR_URL: 'pi:888' });
    expect(await refusal(loading)).toBe(
      `ROLE in ${path} is "ANALYZER", but this release does both in one process: remove ROLE, or set it to MONITOR|ANALYZER.`,
    );
    const monitor = loadBeside({ MONITOR_URL: 'pi:888' });
    expect(await refusal(monitor.loading)).toContain(`MONITOR_URL in ${monitor.path} names`);
    const environment = { ROLE: 'MONITOR|ANALYZER', MONITOR_URL: ':888' };
    const both = loadBeside({ ROLE: 'ANALYZER', MONITOR_URL: 'pi:888' }, environment);
    expect((await both.loading).notes).toHaveLength(1);
  });

  test('with a byte order mark is read', async () => {
    const { loading } = loadBeside(`\uFEFF${JSON.stringify({ ANALYZER_PORT: 778 })}`);
    expect((await loading).config.http.port).toBe(778);
  });
});

describe("WhiteStat's own folder", () => {
  test('is the data directory where nothing else is, and that is told', async () => {
    const whitestatDirectory = newFolder({ ANALYZER_PORT: 777 });
    const home = newFolder();
    const { config, origins } = await loadAt(home, { whitestatDirectory });
    expect([config.dataDirectory, config.http.port]).toEqual([whitestatDirectory, 777]);
    expect(origins.get('dataDirectory')).toBe(`file ${whitestatDirectory}/WhiteStatConfig.json`);
  });

  test('is left alone where a data directory is given, or ours has a ledger', async () => {
    const whitestatDirectory = newFolder({ ANALYZER_PORT: 777 });
    const given = await loadAt(newFolder(), { whitestatDirectory, dataDirectory: newFolder() });
    expect(given.config.http.port).toBe(8777);
    const home = newFolder();
    writeFileSync(join(home, 'lanledger.db'), '');
    const own = await loadAt(home, { whitestatDirectory });
    expect([own.config.dataDirectory, own.config.http.port]).toEqual([home, 8777]);
  });
});

/** With `ownDirectory` as the folder where data lies if nobody says otherwise. */
function loadAt(
  ownDirectory: string,
  { whitestatDirectory, dataDirectory }: { whitestatDirectory: string; dataDirectory?: string },
) {
  mkdirSync(ownDirectory, { recursive: true });
  return loadConfig({
    file: fileOf(''),
    environment: {},
    commandLine: dataDirectory === undefined ? {} : { dataDirectory },
    directories: { own: ownDirectory, whitestat: whitestatDirectory },
  });
}

test.each([
  ['10|192.168|172.20|0.0.0.0', [], []],
  ['100.64|203.0.113.|8.8.8.8', ['100.64.0.0/16', '203.0.113.0/24', '8.8.8.8/32'], []],
  ['172', ['172.0.0.0/8'], []],
  ['fd|fe80|fec0', [], []],
  ['2001:db8|2A02:810D:1::', ['2001:db8::/32', '2a02:810d:1::/48'], []],
  ['2001:db8::/56', ['2001:db8::/56'], []],
  ['300.1|x|f|1:2:3:4:5:6:7:8:9', [], ['300.1', 'x', 'f', '1:2:3:4:5:6:7:8:9']],
  [' ', [], []],
])('the masks %s', (masks, prefixes, unreadable) => {
  expect(localPrefixesOf(masks.split('|'))).toEqual({ prefixes, unreadable });
});
