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
});

describe('a mistake is named by key, value and fix', () => {
  const topic =
    'use a topic such as home/ledger, without + and #, without / at its ends and without $ at its start.';
  const hostName = 'use host names such as ledger.example.org.';
  test.each([
    ['http: { port: 70000 }', 'http.port is 70000: use a whole number from 0 to 65535.'],
    ['http: { port: -1 }', 'http.port is -1: use a whole number from 0 to 65535.'],
    ['http: { port: 80.5 }', 'http.port is 80.5: use a whole number from 0 to 65535.'],
    ['http: { port: { x: 1 } }', 'http.port is {"x":1}: use a whole number from 0 to 65535.'],
    ['store: { keepDaysDays: -1 }', 'store.keepDaysDays is -1: use a whole number of at least 0.'],
    ['http: 8777', 'http is 8777: put its keys below it, each indented by two blanks.'],
    ['mqtt: { tls: [] }', 'mqtt.tls is []: put its keys below it, each indented by two blanks.'],
    ['http: { host: "" }', 'http.host is "": use an address such as 127.0.0.1, or * for all.'],
    ['http: { auth: basic }', 'http.auth is "basic": use token or none.'],
    ['http: { hostNames: [a.b, "http://c"] }', `http.hostNames holds "http://c": ${hostName}`],
    ['http: { hostNames: ["a:80"] }', `http.hostNames holds "a:80": ${hostName}`],
    ['http: { hostNames: [a..b] }', `http.hostNames holds "a..b": ${hostName}`],
    ['names: { reverseDns: true }', 'names.reverseDns is true: use off, local or all.'],
    ['capture: { driver: pcap }', 'capture.driver is "pcap": use af-packet or libpcap.'],
    ['capture: { filter: 80 }', 'capture.filter is 80: use text, in quotes where it looks like a number.'], // prettier-ignore
    [
      'capture: { interfaces: eth0 }',
      'capture.interfaces is "eth0": use a list, such as ["eth0"].',
    ],
    [
      'capture: { interfaces: [eth0, 7] }',
      'capture.interfaces holds 7: use names of interfaces, such as eth1.',
    ],
    ['timeZone: Mars/Base', 'timeZone is "Mars/Base": use a name such as Europe/Berlin or UTC.'],
    [
      'networks: { local: [192.0.2.0/24, 192.0.2.0/33] }',
      'networks.local holds "192.0.2.0/33": use prefixes such as 192.0.2.0/24 or 2001:db8::/48.',
    ],
    [
      'names: { dnsServers: ["192.168.1.1:0"] }',
      'names.dnsServers holds "192.168.1.1:0": use addresses such as 192.168.1.1 or 192.168.1.1:5353.',
    ],
    ['mqtt: { url: broker }', 'mqtt.url is "broker": use an address such as mqtt://192.168.1.5:1883.'], // prettier-ignore
    ['mqtt: { baseTopic: "" }', `mqtt.baseTopic is "": ${topic}`],
    ['mqtt: { baseTopic: a/+ }', `mqtt.baseTopic is "a/+": ${topic}`],
    ['mqtt: { baseTopic: "a#" }', `mqtt.baseTopic is "a#": ${topic}`],
    ['mqtt: { baseTopic: /a }', `mqtt.baseTopic is "/a": ${topic}`],
    ['mqtt: { baseTopic: a/ }', `mqtt.baseTopic is "a/": ${topic}`],
    ['mqtt: { baseTopic: $a }', `mqtt.baseTopic is "$a": ${topic}`],
    ['mqtt: { baseTopic: "a\\0b" }', `mqtt.baseTopic is "a\\u0000b": ${topic}`],
  ])('%s', async (yaml, sentence) => {
    expect(await refusal(load(yaml))).toBe(sentence);
  });

  test('a file that is not there', async () => {
    const file = '/nonexistent/lanledger.yaml';
    const loading = loadConfig({ file, environment: {}, commandLine: {} });
    expect(await refusal(loading, 'CONFIG_UNREADABLE')).toBe(
      `The configuration ${file} cannot be read (ENOENT: no such file or directory, open '${file}'): check the path and its permissions.`,
    );
  });

  test.each(['- eth0\n', 'eth0\n'])('a file without keys: %j', async (content) => {
    const file = fileOf(content);
    expect(await refusal(loadConfig({ file, environment: {}, commandLine: {} }))).toBe(
      `${file} must hold keys and values, such as "http: { port: 8777 }".`,
    );
  });

  test.each([
    ['http: { port: 80\n', /^\/.*lanledger.yaml is not valid YAML: [^\n]+ at line 2, column 1\.$/],
    [
      'log: { level: info }\nlog: { level: warn }\n',
      /is not valid YAML: Map keys must be unique at line 2, column 1\.$/,
    ],
    [
      'mqtt: { password: !secret mqtt }\n',
      /is not valid YAML: Unresolved tag: !secret at line 1, column 19\.$/,
    ],
    ['http: *nothing\n', /is not valid YAML: Unresolved alias .*nothing/],
  ])('a file that is no YAML: %j', async (content, sentence) => {
    expect(await refusal(load(content))).toMatch(sentence);
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

describe('keys that belong together', () => {
  const elsewhere = (host: string) =>
    `mqtt.embedded.host is "${host}", which other machines can reach: set mqtt.embedded.username and a ` +
    'mqtt.embedded.password of at least 8 characters, or leave it at 127.0.0.1.';
  const together =
    'mqtt.embedded.username and mqtt.embedded.password go together: set both, or neither.';
  test.each([
    [
      { http: { tls: { keyFile: '/key' } } },
      'http.tls.keyFile is set without http.tls.certificateFile: set both, or neither for no certificate.',
    ],
    [
      { http: { tls: { certificateFile: '/chain' } } },
      'http.tls.certificateFile is set without http.tls.keyFile: set both, or neither for no certificate.',
    ],
    [
      { mqtt: { tls: { certificateFile: '/chain' } } },
      'mqtt.tls.certificateFile is set without mqtt.tls.keyFile: set both, or neither for no certificate.',
    ],
    [{ mqtt: { embedded: { host: '0.0.0.0' } } }, elsewhere('0.0.0.0')],
    [{ mqtt: { embedded: { host: '::', password: '12345678' } } }, elsewhere('::')],
    [
      { mqtt: { embedded: { host: '192.168.1.2', username: 'ann', password: '1234567' } } },
      elsewhere('192.168.1.2'),
    ],
    [{ mqtt: { embedded: { host: 'pi.local' } } }, elsewhere('pi.local')],
    [{ mqtt: { embedded: { username: 'ann' } } }, together],
    [{ mqtt: { embedded: { password: '1234567' } } }, together],
  ])('%j is refused', async (commandLine, sentence) => {
    expect(await refusal(load('', {}, commandLine))).toBe(sentence);
  });

  test.each([
    { mqtt: { embedded: { host: '0.0.0.0', username: 'ann', password: '12345678' } } },
    { mqtt: { embedded: { host: '127.1.2.3' } } },
    { mqtt: { embedded: { host: '::1' } } },
    { mqtt: { embedded: { host: 'localhost', username: 'ann', password: 'x' } } },
    { mqtt: { url: 'mqtt://broker', embedded: { host: '0.0.0.0' } } },
    { mqtt: { tls: { caFile: '/ca', certificateFile: '/chain', keyFile: '/key' } } },
    { http: { hostNames: ['ledger', 'ledger.example.org', '_x-1.home'] } },
  ])('%j is accepted', async (commandLine) => {
    expect(await configOf('', {}, commandLine)).toMatchObject(commandLine);
  });
});

test.each(['', 'mqtt://b', 'mqtts://b:8883', 'ws://b', 'wss://b/mqtt', 'tcp://b', 'ssl://b'])(
  'a broker may be %j',
  async (url) => {
    expect((await configOf('', {}, { mqtt: { url } })).mqtt.url).toBe(url);
  },
);
