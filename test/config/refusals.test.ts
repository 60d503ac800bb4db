import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { fileOf, load, refusal } from './sources.ts';

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

  test('a file in another encoding than UTF-8', async () => {
    const file = fileOf('');
    writeFileSync(file, Buffer.from('mqtt: { username: J\u00fcrgen }\n', 'latin1'));
    expect(await refusal(loadConfig({ file, environment: {}, commandLine: {} }))).toBe(
      `${file} is not in UTF-8: save it in that encoding, or use plain letters only.`,
    );
  });

  test('several documents', async () => {
    const sentence = / holds more than one document: remove the lines "---" in it\.$/;
    expect(await refusal(load('log: { level: info }\n---\nhttp: { port: 80 }\n'))).toMatch(
      sentence,
    );
  });

  test('a file as data directory', async () => {
    const file = fileOf('');
    const sentence = `is "${file}", which is a file: use the folder of the ledger.`;
    expect(await refusal(load(`dataDirectory: ${file}\n`))).toBe(`dataDirectory ${sentence}`);
    const variable = 'LANLEDGER_DATA_DIRECTORY';
    expect(await refusal(load('', { [variable]: file }))).toBe(`${variable} ${sentence}`);
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
    // Its last half looks like that of an IPv4-mapped 127.0.0.1.
    [{ mqtt: { embedded: { host: '2001:db8::ffff:7f00:1' } } }, elsewhere('2001:db8::ffff:7f00:1')],
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
    expect((await load('', {}, commandLine)).config).toMatchObject(commandLine);
  });
});
