import { expect, test } from 'vitest';
import { parseBrokerUrl } from '../../src/mqtt/broker-address.ts';

const parse = (url: string, username = '', password = '') =>
  parseBrokerUrl({ url, username, password });

test.each([
  ['mqtt://192.168.1.5', { protocol: 'mqtt', host: '192.168.1.5', port: 1883, path: '/' }],
  ['tcp://broker:1884', { protocol: 'mqtt', host: 'broker', port: 1884, path: '/' }],
  ['mqtts://broker', { protocol: 'mqtts', host: 'broker', port: 8883, path: '/' }],
  ['ssl://broker', { protocol: 'mqtts', host: 'broker', port: 8883, path: '/' }],
  ['tls://broker', { protocol: 'mqtts', host: 'broker', port: 8883, path: '/' }],
  ['wss://broker/mqtt', { protocol: 'wss', host: 'broker', port: 443, path: '/mqtt' }],
  ['ws://broker:9001', { protocol: 'ws', host: 'broker', port: 9001, path: '/' }],
])('%s', (url, parts) => expect(parse(url)).toMatchObject(parts));

test('an IPv6 address', () => {
  expect(parse('mqtt://[2001:db8::5]:1885')).toEqual({
    name: '[2001:db8::5]:1885',
    protocol: 'mqtt',
    host: '2001:db8::5',
    port: 1885,
    path: '/',
  });
});

test('an account in the URL is used, its own keys win, and the name shows neither', () => {
  const inUrl = 'mqtt://me:p%40ss@broker?clientId=other';
  expect(parse(inUrl)).toMatchObject({ username: 'me', password: 'p@ss', name: 'broker:1883' });
  expect(parse(inUrl, 'you', 'word')).toMatchObject({ username: 'you', password: 'word' });
});

test.each([
  '',
  'broker',
  'broker:1883',
  'http://broker',
  'mqtt://',
  'mqtt://a:%zz@b',
  'mqtt://b:99999',
])('%j is refused without repeating it', (url) => {
  expect(() => parse(url)).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message:
        'mqtt.url is not the address of an MQTT broker; write it like mqtt://192.168.1.5:1883.',
    }),
  );
});

test('a password without a user name is refused', () => {
  expect(() => parse('mqtt://broker', '', 'secret')).toThrow(
    'mqtt.password is set without a user name; set mqtt.username too, or neither.',
  );
});
