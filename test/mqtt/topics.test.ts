import { describe, expect, test } from 'vitest';
import { createTopics } from '../../src/mqtt/topics.ts';

describe('topics', () => {
  test('stand below the base topic', () => {
    const topics = createTopics('home/ledger');
    expect(topics.status).toBe('home/ledger/status');
    expect(topics.devices).toBe('home/ledger/devices');
    expect(topics.network).toBe('home/ledger/network');
    expect(topics.device('020000000101')).toBe('home/ledger/device/020000000101');
    expect(topics.device('ip:2001:db8::1')).toBe('home/ledger/device/ip:2001:db8::1');
    expect(topics.group('g1')).toBe('home/ledger/group/g1');
    expect(topics.limits).toBe('home/ledger/limits');
    expect(topics.members).toEqual(['home/ledger/device/+', 'home/ledger/group/+']);
    expect(['device/a', 'group/g1', 'devices', 'limits'].map((end) => topics.isMember(`home/ledger/${end}`))).toEqual([true, true, false, false]); // prettier-ignore
  });

  test('of requests and answers', () => {
    const topics = createTopics('home/ledger');
    expect(topics.requests).toBe('home/ledger/request/#');
    expect(topics.command('home/ledger/request/device/rename')).toBe('device/rename');
    expect(topics.command('home/ledger/request')).toBeUndefined();
    expect(topics.command('home/ledger/response/x')).toBeUndefined();
    expect(topics.response('device/rename')).toBe('home/ledger/response/device/rename');
  });

  test.each([
    ['elsewhere', true],
    ['home/ledgers/x', true],
    ['home/ledger/response/x', true],
    ['home/ledger/response', false],
    ['home/ledger', false],
    ['home/ledger/status', false],
    ['home/ledger/request/x', false],
    ['', false],
    ['a/+', false],
    ['#', false],
    ['$SYS/x', false],
    ['a\u0000', false],
    ['x'.repeat(1025), false],
  ])('an answer to %j may be sent: %s', (topic, may) => {
    expect(createTopics('home/ledger').mayAnswerTo(topic)).toBe(may);
  });

  test.each(['a/b', '+', 'x#', 'a\u0000b', 'a\nb', '\ud800', ''])(
    'there is none for the device id %j',
    (id) => expect(createTopics('lanledger').device(id)).toBeUndefined(),
  );

  test.each([
    ['', 'it may not be empty'],
    ['a+b', 'it may not contain +, # or control characters'],
    ['a/#', 'it may not contain +, # or control characters'],
    ['a\u0000b', 'it may not contain +, # or control characters'],
    ['/a', 'it may not start or end with a slash'],
    ['a/', 'it may not start or end with a slash'],
    ['$SYS', 'topics that start with $ belong to the broker'],
    ['a'.repeat(201), 'it may have at most 200 characters'],
  ])('refuse the base topic %j', (baseTopic, reason) => {
    expect(() => createTopics(baseTopic)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: `mqtt.baseTopic is ${JSON.stringify(baseTopic)}, but ${reason}; use a name such as lanledger.`,
      }),
    );
  });
});
