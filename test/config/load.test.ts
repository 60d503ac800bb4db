import { homedir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { ledgerPath, type Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { fileOf, load, refusal } from './sources.ts';

const isRoot = process.getuid?.() === 0;

/** What an empty file gives. */
const defaults: Config = {
  dataDirectory: isRoot ? '/var/lib/lanledger' : `${homedir()}/.local/share/lanledger`,
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  memoryLimitMegabytes: 0,
  capture: {
    driver: 'af-packet',
    interfaces: [],
    promiscuous: true,
    filter: '',
    ringMebibytes: 32,
  },
  networks: { local: [] },
  devices: { offlineAfterSeconds: 300 },
  names: { hostsFile: '/etc/hosts', leaseFiles: [], reverseDns: 'local', dnsServers: [] },
  store: {
    checkpointSeconds: 30,
    keepHoursDays: 90,
    keepDaysDays: 0,
    keepPeersDays: 90,
    keepEventsDays: 90,
    peersPerDevice: 100,
  },
  mqtt: {
    url: '',
    username: '',
    password: '',
    passwordFile: '',
    baseTopic: 'lanledger',
    intervalSeconds: 10,
    tls: { caFile: '', certificateFile: '', keyFile: '', serverName: '', verify: true },
    embedded: { host: '127.0.0.1', port: 1883, username: '', password: '' },
  },
  billing: { startDay: 1 },
  homeAssistant: {
    discovery: true,
    discoveryPrefix: 'homeassistant',
    connections: true,
    maximumDevices: 100,
    include: [],
    exclude: [],
    minimumChangeBytes: 100_000,
  },
  http: {
    host: '*',
    port: 8777,
    auth: 'token',
    hostNames: [],
    ingressPort: 0,
    ingressScope: 'write',
    tls: { certificateFile: '', keyFile: '' },
  },
  log: { level: 'info', format: 'text' },
};

async function configOf(...args: Parameters<typeof load>): Promise<Config> {
  return (await load(...args)).config;
}

test('an empty file gives the defaults', async () => {
  expect(await load('')).toEqual({ config: defaults, origins: new Map(), notes: [] });
  expect(await configOf('# nothing but a comment\n')).toEqual(defaults);
});

test('a key without a value is as good as absent', async () => {
  const config = await configOf(
    'timeZone: UTC\nhttp:\n#  port: 80\nmqtt: { url: , tls: , embedded: { port: 1884 } }\n',
  );
  expect(config.http).toEqual(defaults.http);
  expect(config.mqtt).toEqual({
    ...defaults.mqtt,
    embedded: { ...defaults.mqtt.embedded, port: 1884 },
  });
});

test('one configuration does not leak into the next', async () => {
  const local = ['192.0.2.0/24'];
  const first = await configOf('', {}, { networks: { local } });
  first.capture.interfaces.push('eth9');
  first.networks.local.push('198.51.100.0/24');
  const next = await configOf('');
  expect([next.networks.local, next.capture.interfaces, local]).toEqual([[], [], ['192.0.2.0/24']]);
});

test('the ledger lies in the data directory', async () => {
  expect(ledgerPath(await configOf('dataDirectory: /srv/ledger'))).toBe('/srv/ledger/lanledger.db');
});

describe('precedence', () => {
  const yaml = `
    dataDirectory: /from/file
    timeZone: Europe/Berlin
    http: { host: 0.0.0.0, port: 1000, tls: { keyFile: /file/key, certificateFile: /file/chain } }
    capture: { interfaces: [eth0], ringMebibytes: 8 }`;

  test('command line over environment over file over default, key by key, and each is named', async () => {
    const file = fileOf(yaml);
    const environment = {
      LANLEDGER_DATA_DIRECTORY: '/from/environment',
      LANLEDGER_TIME_ZONE: 'Asia/Tokyo',
      LANLEDGER_HTTP_PORT: '2000',
      LANLEDGER_HTTP_TLS_KEY_FILE: '/environment/key',
      LANLEDGER_CAPTURE_INTERFACES: 'eth1',
    };
    const commandLine = { dataDirectory: '/from/line', capture: { interfaces: ['eth2'] } };
    const { config, origins } = await loadConfig({ file, environment, commandLine });
    expect(config).toEqual({
      ...defaults,
      dataDirectory: '/from/line',
      timeZone: 'Asia/Tokyo',
      capture: { ...defaults.capture, interfaces: ['eth2'], ringMebibytes: 8 },
      http: {
        ...defaults.http,
        host: '0.0.0.0',
        port: 2000,
        tls: { keyFile: '/environment/key', certificateFile: '/file/chain' },
      },
    });
    expect(Object.fromEntries(origins)).toEqual({
      dataDirectory: 'command line',
      timeZone: 'environment LANLEDGER_TIME_ZONE',
      'capture.interfaces': 'command line',
      'capture.ringMebibytes': `file ${file}`,
      'http.host': `file ${file}`,
      'http.port': 'environment LANLEDGER_HTTP_PORT',
      'http.tls.certificateFile': `file ${file}`,
      'http.tls.keyFile': 'environment LANLEDGER_HTTP_TLS_KEY_FILE',
    });
  });

  test('a list is replaced, not joined', async () => {
    const config = await configOf('networks: { local: [192.0.2.0/24] }', {
      LANLEDGER_NETWORKS_LOCAL: '2001:db8::/48',
    });
    expect(config.networks.local).toEqual(['2001:db8::/48']);
  });

  test('a wrong value that another one overrides is of no matter', async () => {
    const config = await configOf('http: { port: eighty }', { LANLEDGER_HTTP_PORT: '80' });
    expect(config.http.port).toBe(80);
  });
});

describe('the environment', () => {
  test.each([
    ['LANLEDGER_HTTP_PORT', '0', { http: { port: 0 } }],
    ['LANLEDGER_HTTP_AUTH', 'none', { http: { auth: 'none' } }],
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
    ['LANLEDGER_MQTT_TLS_CA_FILE', '/etc/ca.pem', { mqtt: { tls: { caFile: '/etc/ca.pem' } } }],
    ['LANLEDGER_MQTT_TLS_VERIFY', 'false', { mqtt: { tls: { verify: false } } }],
    ['LANLEDGER_MQTT_EMBEDDED_PORT', '1884', { mqtt: { embedded: { port: 1884 } } }],
    [
      'LANLEDGER_NAMES_DNS_SERVERS',
      '192.168.1.1,192.168.1.2:5353,fd00::1,[fd00::1]:5353',
      { names: { dnsServers: ['192.168.1.1', '192.168.1.2:5353', 'fd00::1', '[fd00::1]:5353'] } },
    ],
    ['LANLEDGER_LOG_LEVEL', 'debug', { log: { level: 'debug' } }],
  ])('%s=%s', async (name, text, expected) => {
    expect(await configOf('', { [name]: text })).toMatchObject(expected);
  });

  test.each([
    [
      { LANLEDGER_HTTP_PORT: '80a' },
      'LANLEDGER_HTTP_PORT is "80a": use a whole number from 0 to 65535.',
    ],
    [
      { LANLEDGER_HTTP_PORT: '65536' },
      'LANLEDGER_HTTP_PORT is 65536: use a whole number from 0 to 65535.',
    ],
    [
      { LANLEDGER_CAPTURE_PROMISCUOUS: 'yes' },
      'LANLEDGER_CAPTURE_PROMISCUOUS is "yes": use true or false.',
    ],
    [
      { LANLEDGER_LOG_LEVEL: 'loud' },
      'LANLEDGER_LOG_LEVEL is "loud": use debug, info, warn or error.',
    ],
    [
      { LANLEDGER_TIME_ZONE: 'Mars/Base' },
      'LANLEDGER_TIME_ZONE is "Mars/Base": use a name such as Europe/Berlin or UTC.',
    ],
    [
      { LANLEDGER_NAMES_DNS_SERVERS: '192.168.1.1,router' },
      'LANLEDGER_NAMES_DNS_SERVERS holds "router": use addresses such as 192.168.1.1 or 192.168.1.1:5353.',
    ],
  ])('%j is refused', async (environment, sentence) => {
    expect(await refusal(load('', environment))).toBe(sentence);
  });

  test('what Kubernetes tells of a service of that name is nothing of ours', async () => {
    const config = await configOf('', {
      LANLEDGER_SERVICE_HOST: '10.43.0.7',
      LANLEDGER_SERVICE_PORT: '80',
      LANLEDGER_SERVICE_PORT_HTTP: '80',
      LANLEDGER_PORT: 'tcp://10.43.0.7:80',
      LANLEDGER_PORT_80_TCP: 'tcp://10.43.0.7:80',
      LANLEDGER_PORT_80_TCP_PROTO: 'tcp',
      LANLEDGER_PORT_80_TCP_PORT: '80',
      LANLEDGER_PORT_80_TCP_ADDR: '10.43.0.7',
    });
    expect(config.http.port).toBe(8777);
  });
});

describe('secrets', () => {
  test.each([
    [
      'mqtt: { password: 24681357 }',
      'mqtt.password is "********": use text, in quotes where it looks like a number.',
    ],
    [
      'mqtt: { url: "http://ann:2468@1357@broker/" }',
      'mqtt.url is "http://broker/": use an address such as mqtt://192.168.1.5:1883.',
    ],
    [
      'mqtt: mqtt://ann:24681357@broker',
      'mqtt is "mqtt://broker": put its keys below it, each indented by two blanks.',
    ],
  ])('are not repeated: %s', async (yaml, sentence) => {
    expect(await refusal(load(yaml))).toBe(sentence);
  });

  test.each([
    ['s3cret', 's3cret'],
    ['s3cret\n', 's3cret'],
    ['s3cret\r\n', 's3cret'],
    [' s3cret \n\n', ' s3cret \n'],
  ])('a password file with %j', async (content, password) => {
    const passwordFile = fileOf(content, 'password');
    const { config, origins } = await load('', { LANLEDGER_MQTT_PASSWORD_FILE: passwordFile });
    expect(config.mqtt).toMatchObject({ password, passwordFile });
    expect(Object.fromEntries(origins)).toEqual({
      'mqtt.password': `file ${passwordFile}`,
      'mqtt.passwordFile': 'environment LANLEDGER_MQTT_PASSWORD_FILE',
    });
  });

  test('a password file beside a password', async () => {
    expect(await refusal(load('mqtt: { password: a, passwordFile: /b }'))).toBe(
      'mqtt.password and mqtt.passwordFile are both set: remove one of them.',
    );
  });

  test('an empty password file', async () => {
    const passwordFile = fileOf('\n', 'password');
    expect(await refusal(load('', {}, { mqtt: { passwordFile } }))).toBe(
      `mqtt.passwordFile ${passwordFile} is empty: write the password into it.`,
    );
  });

  test('a password file that is not there', async () => {
    const loading = load('mqtt: { passwordFile: /nonexistent/password }');
    expect(await refusal(loading, 'CONFIG_UNREADABLE')).toBe(
      "mqtt.passwordFile /nonexistent/password cannot be read (ENOENT: no such file or directory, open '/nonexistent/password'): check the path and its permissions.",
    );
  });
});

test.each(['', 'mqtt://b', 'mqtts://b:8883', 'ws://b', 'wss://b/mqtt', 'tcp://b', 'ssl://b'])(
  'a broker may be %j',
  async (url) => {
    expect((await configOf('', {}, { mqtt: { url } })).mqtt.url).toBe(url);
  },
);
