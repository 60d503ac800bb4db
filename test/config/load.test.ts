import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ledgerPath } from '../../src/config/config.ts';
import { loadConfig, type ConfigPart } from '../../src/config/load.ts';

/** A configuration file that goes with the test. */
function fileOf(yaml: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'lanledger-config-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, 'lanledger.yaml');
  writeFileSync(file, yaml);
  return file;
}

function load(
  yaml: string,
  environment: Record<string, string> = {},
  commandLine: ConfigPart = {},
) {
  return loadConfig({ file: fileOf(yaml), environment, commandLine });
}

/** The sentence with which a configuration is refused. */
function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    expect(error).toMatchObject({ name: 'AppError', code: 'CONFIG_INVALID' });
    return (error as Error).message;
  }
  throw new Error('it was accepted');
}

test('an empty file gives the defaults', () => {
  const isRoot = process.getuid?.() === 0;
  const config = load('');
  expect(config).toEqual({
    dataDirectory: isRoot ? '/var/lib/lanledger' : `${homedir()}/.local/share/lanledger`,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    capture: {
      driver: 'af-packet',
      interfaces: [],
      promiscuous: true,
      filter: '',
      ringMebibytes: 32,
    },
    networks: { local: [] },
    devices: { offlineAfterSeconds: 300 },
    store: {
      checkpointSeconds: 30,
      keepHoursDays: 90,
      keepDaysDays: 0,
      keepPeersDays: 90,
      peersPerDevice: 100,
    },
    mqtt: {
      url: '',
      username: '',
      password: '',
      baseTopic: 'lanledger',
      intervalSeconds: 10,
      embeddedPort: 1883,
    },
    http: { host: '127.0.0.1', port: 8777 },
    log: { level: 'info', format: 'text' },
  });
  expect(load('# nothing but a comment\n')).toEqual(config);
});

test('a key without a value is as good as absent', () => {
  const config = load('timeZone: UTC\nhttp:\n#  port: 80\nmqtt: { url: , embeddedPort: 1884 }\n');
  expect(config.http).toEqual({ host: '127.0.0.1', port: 8777 });
  expect(config.mqtt).toMatchObject({ url: '', embeddedPort: 1884 });
});

test('one configuration does not leak into the next', () => {
  load('', {}, { networks: { local: ['192.0.2.0/24'] } }).capture.interfaces.push('eth9');
  const next = load('');
  expect([next.networks.local, next.capture.interfaces]).toEqual([[], []]);
});

test('the ledger lies in the data directory', () => {
  expect(ledgerPath(load('dataDirectory: /srv/ledger'))).toBe('/srv/ledger/lanledger.db');
});

describe('precedence', () => {
  test('command line over environment over file over default, key by key', () => {
    const yaml = `
      dataDirectory: /from/file
      timeZone: Europe/Berlin
      http: { host: 0.0.0.0, port: 1000 }
      capture: { interfaces: [eth0], ringMebibytes: 8 }`;
    const environment = {
      LANLEDGER_DATA_DIRECTORY: '/from/environment',
      LANLEDGER_TIME_ZONE: 'Asia/Tokyo',
      LANLEDGER_HTTP_PORT: '2000',
      LANLEDGER_CAPTURE_INTERFACES: 'eth1',
    };
    const commandLine = { dataDirectory: '/from/line', capture: { interfaces: ['eth2'] } };
    const config = load(yaml, environment, commandLine);
    expect(config).toMatchObject({
      dataDirectory: '/from/line',
      timeZone: 'Asia/Tokyo',
      http: { host: '0.0.0.0', port: 2000 },
      capture: { interfaces: ['eth2'], ringMebibytes: 8, driver: 'af-packet' },
      log: { level: 'info' },
    });
  });

  test('a list is replaced, not joined', () => {
    const config = load('networks: { local: [192.0.2.0/24] }', {
      LANLEDGER_NETWORKS_LOCAL: '2001:db8::/48',
    });
    expect(config.networks.local).toEqual(['2001:db8::/48']);
  });
});

describe('the environment', () => {
  test.each([
    ['LANLEDGER_HTTP_PORT', '0', { http: { port: 0 } }],
    ['LANLEDGER_CAPTURE_PROMISCUOUS', 'false', { capture: { promiscuous: false } }],
    ['LANLEDGER_CAPTURE_RING_MEBIBYTES', '64', { capture: { ringMebibytes: 64 } }],
    [
      'LANLEDGER_CAPTURE_INTERFACES',
      ' eth0, wlan0 ,',
      { capture: { interfaces: ['eth0', 'wlan0'] } },
    ],
    ['LANLEDGER_HTTP_PORT', '', { http: { port: 8777 } }],
    ['LANLEDGER_DEVICES_OFFLINE_AFTER_SECONDS', '60', { devices: { offlineAfterSeconds: 60 } }],
    ['LANLEDGER_STORE_KEEP_HOURS_DAYS', '7', { store: { keepHoursDays: 7 } }],
    ['LANLEDGER_MQTT_URL', 'mqtts://broker:8884', { mqtt: { url: 'mqtts://broker:8884' } }],
    ['LANLEDGER_MQTT_PASSWORD', '0123', { mqtt: { password: '0123' } }],
    ['LANLEDGER_MQTT_BASE_TOPIC', 'home/ledger', { mqtt: { baseTopic: 'home/ledger' } }],
    ['LANLEDGER_LOG_LEVEL', 'debug', { log: { level: 'debug' } }],
  ])('%s=%s', (name, text, expected) => {
    expect(load('', { [name]: text })).toMatchObject(expected);
  });

  test.each([
    [{ LANLEDGER_HTTP_PORT: '80a' }, 'http.port is "80a": it must be of type integer.'],
    [
      { LANLEDGER_HTTP_PROT: '80' },
      'There is no environment variable LANLEDGER_HTTP_PROT: use one of LANLEDGER_HTTP_HOST, LANLEDGER_HTTP_PORT.',
    ],
    [{ LANLEDGER_HTTP_PORT: '65536' }, 'http.port is 65536: it must be <= 65535.'],
    [
      { LANLEDGER_CAPTURE_PROMISCUOUS: 'yes' },
      'capture.promiscuous is "yes": it must be of type boolean.',
    ],
    [{ LANLEDGER_LOG_LEVEL: 'loud' }, 'log.level is "loud": use one of debug, info, warn, error.'],
  ])('%j is refused', (environment, sentence) => {
    expect(refusal(() => load('', environment))).toBe(sentence);
  });
});

describe('a mistake is named by key, value and fix', () => {
  test.each([
    [
      'htp: { port: 80 }',
      'Unknown key htp: remove it, or use one of dataDirectory, timeZone, capture, networks, devices, store, mqtt, http, log.',
    ],
    ['http: { prot: 80 }', 'Unknown key http.prot: remove it, or use one of host, port.'],
    ['http: { port: 70000 }', 'http.port is 70000: it must be <= 65535.'],
    ['http: { port: -1 }', 'http.port is -1: it must be >= 0.'],
    ['http: { port: 80.5 }', 'http.port is 80.5: it must be of type integer.'],
    ['http: 8777', 'http is 8777: it must be of type object.'],
    ['store: { checkpointSeconds: 0 }', 'store.checkpointSeconds is 0: it must be >= 1.'],
    ['capture: { driver: pcap }', 'capture.driver is "pcap": use one of af-packet, libpcap.'],
    ['capture: { interfaces: eth0 }', 'capture.interfaces is "eth0": it must be of type array.'],
    ['capture: { interfaces: [7] }', 'capture.interfaces.0 is 7: it must be of type string.'],
    [
      'timeZone: Mars/Base',
      'timeZone is "Mars/Base", which is no time zone: use a name such as Europe/Berlin or UTC.',
    ],
    [
      'networks: { local: [192.0.2.0/24, 192.0.2.0/33] }',
      'networks.local holds "192.0.2.0/33", which is no prefix: use a form such as 192.0.2.0/24 or 2001:db8::/48.',
    ],
  ])('%s', (yaml, sentence) => {
    expect(refusal(() => load(yaml))).toBe(sentence);
  });

  test('a file that is not YAML, or not keys and values', () => {
    const broken = fileOf('http: { port: 80\n');
    const config = (file: string) => () => loadConfig({ file, environment: {}, commandLine: {} });
    expect(refusal(config(broken))).toMatch(
      /^\/.*lanledger.yaml is not valid YAML: [^\n]+ at line \d+, column \d+\.$/,
    );
    const list = fileOf('- eth0\n');
    expect(refusal(config(list))).toBe(
      `${list} must hold keys and values, such as "http: { port: 8777 }".`,
    );
  });

  test('a file that is not there', () => {
    const file = '/nonexistent/lanledger.yaml';
    expect(() => loadConfig({ file, environment: {}, commandLine: {} })).toThrow(
      expect.objectContaining({
        code: 'CONFIG_UNREADABLE',
        message: `The configuration ${file} cannot be read (ENOENT: no such file or directory, open '${file}'): check the path and its permissions.`,
      }),
    );
  });

  test('a password is not repeated', () => {
    expect(refusal(() => load('mqtt: { password: 24681357 }'))).not.toContain('24681357');
  });
});

test.each(['', 'mqtt://b', 'mqtts://b:8883', 'ws://b', 'wss://b/mqtt', 'tcp://b', 'ssl://b'])(
  'a broker may be %j',
  (url) => {
    expect(load('', { LANLEDGER_MQTT_URL: url }).mqtt.url).toBe(url);
  },
);
