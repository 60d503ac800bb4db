import { expect, test } from 'vitest';
import { decodeArp } from '../../src/decode/arp.ts';
import { arpMessage, bytesOf, viewOf, zeros } from '../support/sighting-messages.ts';

const phone = 'da:a1:19:3c:5e:07';

function decode(bytes: Uint8Array) {
  return decodeArp(viewOf(bytes), 0, bytes.length);
}

test.each([
  ['request', 1],
  ['reply', 2],
])('learns the sender of a %s', (_, operation) => {
  expect(decode(arpMessage(operation, phone, '192.168.1.57'))).toEqual({
    mac: phone,
    ip: '192.168.1.57',
  });
});

test('learns from a gratuitous request, whose target is the sender', () => {
  expect(decode(arpMessage(1, phone, '192.168.1.57', '192.168.1.57'))).toEqual({
    mac: phone,
    ip: '192.168.1.57',
  });
});

test('ignores the padding of a short frame', () => {
  const padded = bytesOf(arpMessage(1, phone, '192.168.1.57'), zeros(18));
  expect(decode(padded)).toEqual({ mac: phone, ip: '192.168.1.57' });
});

test('learns nothing from a probe', () => {
  expect(decode(arpMessage(1, phone, '0.0.0.0', '192.168.1.57'))).toBeUndefined();
});

test.each(['0.1.2.3', '127.0.0.1', '224.0.0.251', '240.0.0.1', '255.255.255.255'])(
  'refuses the address %s',
  (ip) => {
    expect(decode(arpMessage(2, phone, ip))).toBeUndefined();
  },
);

test.each(['00:00:5e:00:53:01', '02:42:00:00:00:00'])('accepts the MAC address %s', (mac) => {
  expect(decode(arpMessage(2, mac, '192.168.1.57'))).toEqual({ mac, ip: '192.168.1.57' });
});

test.each(['00:00:00:00:00:00', '01:00:5e:00:00:fb', 'ff:ff:ff:ff:ff:ff'])(
  'refuses the MAC address %s',
  (mac) => {
    expect(decode(arpMessage(2, mac, '192.168.1.57'))).toBeUndefined();
  },
);

test.each([
  ['hardware type', 1],
  ['protocol type', 2],
  ['hardware address length', 4],
  ['protocol address length', 5],
  ['operation', 7],
])('ignores another %s', (_, at) => {
  const message = arpMessage(1, phone, '192.168.1.57');
  message[at] = 9;
  expect(decode(message)).toBeUndefined();
});

test('ignores a cut message', () => {
  const message = arpMessage(1, phone, '192.168.1.57');
  for (let length = 0; length < 28; length++) {
    expect(decode(message.slice(0, length))).toBeUndefined();
  }
});
