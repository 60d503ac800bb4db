import type { Socket } from 'node:net';
import { expect } from 'vitest';
import type { DescribedOperation } from '../support/openapi-document.ts';
import { HTTP_PORT, type Victim } from './attack.ts';
import type { Answer, Question } from './door.ts';

/** Where operations can be tried out, because it exists. */
const EXAMPLES: Record<string, unknown> = {
  device: '020000000101',
  address: '198.51.100.10',
  into: '020000000102',
  name: 'Intruder',
  level: 'info',
  command: 'checkpoint',
};

/** A valid request for an operation. */
export function exampleOf({ path, method, requestBody }: DescribedOperation): Question {
  const target = path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => String(EXAMPLES[name]));
  if (requestBody === undefined) return { method: method.toUpperCase(), path: target };
  const body = JSON.stringify(
    {
      '/api/v1/devices/{device}': { name: EXAMPLES['name'] },
      '/api/v1/devices/{device}/merge': { into: EXAMPLES['into'] },
      '/api/v1/peers/{address}': { name: EXAMPLES['name'] },
      '/api/v1/log-level': { level: EXAMPLES['level'] },
      '/api/v1/commands': { command: EXAMPLES['command'] },
      '/json/hostname': { ip: '192.168.1.101', name: EXAMPLES['name'] },
    }[path],
  );
  const headers = { 'content-type': 'application/json' };
  return { method: method.toUpperCase(), path: target, headers, body };
}

export function withHeaders(question: Question, headers: Record<string, string>): Question {
  return { ...question, headers: { ...question.headers, ...headers } };
}

export function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}

/** Asks each of these and compares the statuses, told by operation. */
export async function expectStatus(
  status: number,
  asked: readonly { name: string; answer: Promise<Answer> }[],
): Promise<void> {
  const statuses = await Promise.all(
    asked.map(async ({ name, answer }) => [name, (await answer).status] as const),
  );
  expect(Object.fromEntries(statuses)).toEqual(
    Object.fromEntries(asked.map(({ name }) => [name, status])),
  );
}

/** Names of devices and remote addresses, levels and merges: what writes could have changed. */
export async function stateOf({ read }: Victim): Promise<unknown> {
  const { devices } = await read<{ devices: { id: string; name: string; hidden: boolean }[] }>(
    '/api/v1/devices',
  );
  const { events } = await read<{ events: { type: string }[] }>('/api/v1/events');
  return {
    devices: devices.map(({ id, name, hidden }) => ({ id, name, hidden })).toSorted(byId),
    events: events.map(({ type }) => type).filter((type) => /changed|merged|forgotten/.test(type)),
  };
}

function byId(left: { id: string }, right: { id: string }): number {
  return left.id < right.id ? -1 : 1;
}

/** The devices of the examples have had traffic. */
export async function devicesAreThere(victim: Victim): Promise<void> {
  await expect
    .poll(async () => JSON.stringify(await stateOf(victim)), { timeout: 20_000 })
    .toMatch(/020000000101.*020000000102/);
}

/** Sends these bytes and takes what comes until the daemon closes, or for two seconds. */
export async function raw({ inside }: Victim, text: string): Promise<string> {
  const socket = inside.connect({ host: '127.0.0.1', port: HTTP_PORT });
  socket.end(Buffer.from(text, 'latin1'));
  return textOf(socket);
}

export function textOf(socket: Socket): Promise<string> {
  return new Promise((settle) => {
    let text = '';
    const timer = setTimeout(() => socket.destroy(), 2000);
    socket.setEncoding('utf8');
    socket.on('data', (piece: string) => (text += piece));
    socket.on('error', () => {});
    socket.once('close', () => {
      clearTimeout(timer);
      settle(text);
    });
  });
}

export function statusOf(text: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]);
}
