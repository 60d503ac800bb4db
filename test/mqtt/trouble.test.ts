import { expect, test } from 'vitest';
import { troubleOf } from '../../src/mqtt/trouble.ts';

const withCode = (code: string | number, message = 'text') =>
  Object.assign(new Error(message), { code });

test.each([
  [withCode('ECONNREFUSED'), 'nothing listens there'],
  [withCode('ECONNREFUSED', ''), 'nothing listens there'],
  [withCode('ENOTFOUND'), 'the host name is unknown'],
  [withCode(5), 'it refuses the user name or password; check mqtt.username and mqtt.password'],
  [withCode(77, 'other refusal'), 'other refusal'],
  [withCode('EOTHER', ''), 'EOTHER'],
  [new Error('connack timeout'), 'it does not answer'],
  [new Error('Keepalive timeout'), 'it does not answer'],
  [new Error('certificate has expired'), 'certificate has expired'],
  [new Error(''), 'the connection failed'],
  ['thrown text', 'thrown text'],
])('%s', (error, sentence) => expect(troubleOf(error)).toBe(sentence));
