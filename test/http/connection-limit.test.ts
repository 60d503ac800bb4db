import { EventEmitter } from 'node:events';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { limitConnections } from '../../src/http/connection-limit.ts';

function limitedServer(most: number) {
  const server = new EventEmitter();
  limitConnections(server, most);
  return (remoteAddress: string) => {
    const socket = Object.defineProperty(new Socket(), 'remoteAddress', { value: remoteAddress });
    server.emit('connection', socket);
    return socket;
  };
}

test('all addresses of a /64 are one client', () => {
  const connect = limitedServer(2);
  const addresses = ['2001:db8::1', '2001:db8::2:0:0:1', '2001:db8::3', '2001:db8:0:1::1'];
  expect(addresses.map((address) => connect(address).destroyed)).toEqual([
    false,
    false,
    true,
    false,
  ]);
});

test('an IPv4 address is a client, however it is written', () => {
  const connect = limitedServer(1);
  const addresses = ['192.0.2.1', '::ffff:192.0.2.1', '192.0.2.2', '::ffff:192.0.2.3'];
  expect(addresses.map((address) => connect(address).destroyed)).toEqual([
    false,
    true,
    false,
    false,
  ]);
});

test('a connection that ends makes room for one, and one that was refused does not', async () => {
  const connect = limitedServer(1);
  const first = connect('192.0.2.1');
  const refused = connect('192.0.2.1');
  expect(refused.destroyed).toBe(true);
  await EventEmitter.once(refused, 'close');
  expect(connect('192.0.2.1').destroyed).toBe(true);
  const closed = EventEmitter.once(first, 'close');
  first.destroy();
  await closed;
  expect(connect('192.0.2.1').destroyed).toBe(false);
});
