import { describe, expect, test } from 'vitest';
import { decodeMdns } from '../../src/decode/mdns.ts';
import {
  bytesOf,
  dnsName,
  iphoneResponse,
  ipBytes,
  mdnsMessage,
  pointer,
  record,
  recordWith,
  u16,
  viewOf,
  type MdnsFields,
} from '../support/sighting-messages.ts';

function decode(bytes: Uint8Array) {
  return decodeMdns(viewOf(bytes), 0, bytes.length);
}

function decodeMessage(fields: MdnsFields) {
  return decode(mdnsMessage(fields));
}

const tv = record(dnsName('tv.local'), 1, ipBytes('192.168.1.9'));
/** Another address of the name of the first record. */
function moreAddress(last: number): Uint8Array {
  return record(pointer(12), 1, [192, 168, 1, last]);
}

const question = bytesOf(dnsName('tv.local'), u16(255), u16(1));

test('an iPhone tells its addresses', () => {
  expect(decode(iphoneResponse)).toEqual([
    { hostname: 'Annas-iPhone', ip: '192.168.1.42' },
    { hostname: 'Annas-iPhone', ip: 'fe80::1c2f:3aff:fe4d:5e6f' },
    { hostname: 'Annas-iPhone', ip: '2001:db8:12:3400:a1b2:c3d4:e5f6:1' },
  ]);
});

test('of a cut message, what stands before the cut', () => {
  const whole = decode(iphoneResponse);
  const counts = Array.from({ length: iphoneResponse.length + 1 }, (_, length) => {
    const news = decode(iphoneResponse.slice(0, length));
    expect(news).toEqual(whole.slice(0, news.length));
    return news.length;
  });
  expect(counts.at(-1)).toBe(3);
  expect(counts.toSorted((a, b) => a - b)).toEqual(counts);
});

test('reads over questions and keeps Unicode', () => {
  const name = bytesOf('Büro 2');
  const printer = record(bytesOf(name.length, name, dnsName('LOCAL')), 1, ipBytes('10.0.0.7'));
  expect(decodeMessage({ questions: [question, question], answers: [printer] })).toEqual([
    { hostname: 'Büro 2', ip: '10.0.0.7' },
  ]);
});

test('reads answers and additional records, not authority ones', () => {
  const sections = {
    answers: [tv],
    authorities: [moreAddress(2)],
    additionals: [moreAddress(3), moreAddress(4)],
  };
  expect(decodeMessage(sections).map((host) => host.ip)).toEqual([
    '192.168.1.9',
    '192.168.1.3',
    '192.168.1.4',
  ]);
});

function answerWith(fields: { timeToLive: number; class: number }): MdnsFields {
  return { answers: [recordWith(fields, dnsName('tv.local'), 1, ipBytes('192.168.1.9'))] };
}

function mapped(ip: string): Uint8Array {
  return bytesOf(...Array<number>(10).fill(0), 255, 255, ipBytes(ip));
}

describe('learns nothing from', () => {
  test.each([
    ['a query', { flags: 0x0000, answers: [tv] }],
    ['another opcode', { flags: 0xa800, answers: [tv] }],
    ['an error', { flags: 0x8403, answers: [tv] }],
    ['a response without records', {}],
    ['a record of another class', answerWith({ timeToLive: 120, class: 0x8003 })],
    ['a goodbye', answerWith({ timeToLive: 0, class: 0x8001 })],
    ['another type', { answers: [record(dnsName('tv.local'), 16, ipBytes('192.168.1.9'))] }],
    ['an A record of 16 bytes', { answers: [record(dnsName('tv.local'), 1, ipBytes('fd00::9'))] }],
    ['an AAAA record of 4 bytes', { answers: [record(dnsName('tv.local'), 28, [10, 0, 0, 9])] }],
    ['another domain', { answers: [record(dnsName('tv.lan'), 1, ipBytes('192.168.1.9'))] }],
    ['a service', { answers: [record(dnsName('a._http.local'), 1, ipBytes('192.168.1.9'))] }],
    ['the domain itself', { answers: [record(dnsName('local'), 1, ipBytes('192.168.1.9'))] }],
    ['localhost', { answers: [record(dnsName('localhost.local'), 1, ipBytes('192.168.1.9'))] }],
    ['loopback', { answers: [record(dnsName('tv.local'), 1, ipBytes('127.0.0.1'))] }],
    ['a mapped address', { answers: [record(dnsName('tv.local'), 28, mapped('10.0.0.9'))] }],
    ['a name that points to itself', { answers: [record(pointer(12), 1, [192, 168, 1, 9])] }],
  ])('%s', (_, fields) => {
    expect(decodeMessage(fields)).toEqual([]);
  });
});

test('a record with a bad name does not hide the next', () => {
  const bad = record(pointer(0x3ff), 1, ipBytes('192.168.1.8'));
  expect(decodeMessage({ answers: [bad, tv] })).toEqual([{ hostname: 'tv', ip: '192.168.1.9' }]);
});

test('reads at most 64 questions', () => {
  const questions = Array<Uint8Array>(64).fill(question);
  expect(decodeMessage({ questions, answers: [tv] })).toHaveLength(1);
  expect(decodeMessage({ questions: [...questions, question], answers: [tv] })).toEqual([]);
});

test('a record may live for 194 days', () => {
  const answers = [
    recordWith(
      { timeToLive: 0x0100_0000, class: 1 },
      dnsName('tv.local'),
      1,
      ipBytes('192.168.1.9'),
    ),
  ];
  expect(decodeMessage({ answers })).toEqual([{ hostname: 'tv', ip: '192.168.1.9' }]);
});

test('reads at most 64 records', () => {
  const more = Array.from({ length: 100 }, (_, last) => moreAddress(last));
  expect(decodeMessage({ answers: [tv, ...more] })).toHaveLength(64);
});
