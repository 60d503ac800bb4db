import { once } from 'node:events';
import { request as sendRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { Request } from 'express';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createLive } from '../../src/http/routes/live.ts';
import type { LedgerEvent } from '../../src/model/event.ts';
import type { Report } from '../../src/model/report.ts';
import { laptop, router, sampleReport } from '../support/sample-report.ts';
import { checkAnswer, checkSchema, startRoutes } from './routes.ts';

const path = '/api/v1/live';

/** The sample's rates: the laptop's are 1000.6 and 99.4. */
const sampleRates = {
  at: '2026-11-20T09:00:00.000Z',
  network: { download: 1001, upload: 99 },
  devices: { '020000000101': { download: 1001, upload: 99 } },
};
const ratesText = `event: rates\ndata: ${JSON.stringify(sampleRates)}\n\n`;

async function startLive(
  report: () => Report = () => sampleReport(),
  mayStillRead: (request: Request) => boolean = () => true,
) {
  const live = createLive({ report, mayStillRead });
  const routes = await startRoutes({ handlers: { live: live.handler } });
  onTestFinished(() => live.stop());
  return { live, ...routes };
}

/** A client that takes what it is asked for, no more. */
interface Client {
  answer: IncomingMessage;
  /** So many characters, or undefined where the stream ends earlier. */
  take: (length: number) => Promise<string | undefined>;
  /** Everything up to and with that text; throws where the stream ends earlier. */
  takeTo: (end: string) => Promise<string>;
  leave: () => void;
}

async function watch(port: number, headers = {}): Promise<Client> {
  const request = sendRequest({ host: '127.0.0.1', port, path, headers, agent: false });
  request.end();
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  answer.setEncoding('utf8');
  const pieces = answer[Symbol.asyncIterator]() as AsyncIterator<string>;
  let text = '';
  async function take(length: number) {
    while (text.length < length) {
      const piece = await pieces.next();
      if (piece.done === true) return undefined;
      text += piece.value;
    }
    const taken = text.slice(0, length);
    text = text.slice(length);
    return taken;
  }
  return {
    answer,
    take,
    async takeTo(end) {
      while (!text.includes(end)) {
        const more = await take(text.length + 1);
        if (more === undefined) throw new Error('The stream ended.');
        text = more + text;
      }
      return (await take(text.indexOf(end) + end.length)) ?? '';
    },
    leave: () => request.destroy(),
  };
}

/** A client that is past the beginning of the stream. */
async function watchOn(port: number, headers = {}): Promise<Client> {
  const client = await watch(port, headers);
  const beginning = `retry: 3000\n\n${ratesText}`;
  expect(await client.take(beginning.length)).toBe(beginning);
  return client;
}

test('the stream begins with the rates of the moment', async () => {
  const { live, port } = await startLive();
  expect(live.watched()).toBe(false);
  const client = await watchOn(port);
  expect(live.watched()).toBe(true);
  const { statusCode, headers } = client.answer;
  expect(statusCode).toBe(200);
  expect(headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  });
  checkSchema('LiveRates', sampleRates);
});

test('each tick tells all clients of the devices that have traffic', async () => {
  const { live, port } = await startLive();
  const clients = [await watchOn(port), await watchOn(port)];
  const idle = { ...laptop, rate: { download: 0.4, upload: 0 } };
  const uploading = { ...router, rate: { download: 0, upload: 0.5 } };
  const report = sampleReport({ devices: [idle, uploading] });
  live.tick({ ...report, network: { ...report.network, rate: { download: 0.4, upload: 0.5 } } });
  const expected =
    'event: rates\ndata: {"at":"2026-11-20T09:00:00.000Z","network":{"download":0,"upload":1},' +
    '"devices":{"aabbccddeeff":{"download":0,"upload":1}}}\n\n';
  for (const client of clients) expect(await client.take(expected.length)).toBe(expected);
});

const renamed: LedgerEvent = {
  id: 7,
  at: Date.UTC(2026, 10, 20, 9, 0, 1),
  type: 'device-changed',
  device: laptop.id,
  message: 'Laptop\nis called "Büro" from now on.',
  acknowledged: true,
};

test('an event is told at once, under its id', async () => {
  const { live, port } = await startLive();
  const client = await watchOn(port);
  live.tell(renamed);
  const event = {
    id: 7,
    at: '2026-11-20T09:00:01.000Z',
    type: 'device-changed',
    device: laptop.id,
    group: null,
    limit: null,
    message: 'Laptop\nis called "Büro" from now on.',
    acknowledged: true,
  };
  checkSchema('Event', event);
  const expected = `id: 7\nevent: event\ndata: ${JSON.stringify(event)}\n\n`;
  expect(await client.take(expected.length)).toBe(expected);
  expect(expected.split('\n')).toHaveLength(5);
});

test('acknowledged events are told to all clients', async () => {
  const { live, port } = await startLive();
  const clients = [await watchOn(port), await watchOn(port)];
  live.tellAcknowledged([7, 12]);
  checkSchema('LiveAcknowledged', { events: [7, 12] });
  const expected = 'event: acknowledged\ndata: {"events":[7,12]}\n\n';
  for (const client of clients) expect(await client.take(expected.length)).toBe(expected);
});

test('nobody watches: ticks and events do nothing', async () => {
  const { live, port } = await startLive();
  live.tick(sampleReport());
  live.tell(renamed);
  live.tellAcknowledged([7]);
  await watchOn(port);
});

test('HEAD ends at once and is no client', async () => {
  const { live, ask } = await startLive();
  const { status, headers, text } = await ask(path, { method: 'HEAD' });
  expect({ status, type: headers['content-type'], text }).toEqual({
    status: 200,
    type: 'text/event-stream; charset=utf-8',
    text: '',
  });
  expect(live.watched()).toBe(false);
});

test('a quiet stream has a heartbeat, and its timer goes with the last client', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const { live, port } = await startLive();
  const [first, second] = [await watchOn(port), await watchOn(port)];
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(15_000);
  expect(await first.take(14)).toBe(': still here\n\n');
  expect(await second.take(14)).toBe(': still here\n\n');
  first.leave();
  second.leave();
  await vi.waitFor(() => expect(live.watched()).toBe(false), 20_000);
  expect(vi.getTimerCount()).toBe(0);
});

test('the heartbeat ends the streams of those who may not read any more', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  let isRevoked = false;
  const { live, port } = await startLive(undefined, ({ headers }) => {
    return !(isRevoked && headers.authorization === 'Bearer revoked');
  });
  const stays = await watchOn(port);
  const goes = await watchOn(port, { Authorization: 'Bearer revoked' });
  vi.advanceTimersByTime(15_000);
  expect(await goes.take(14)).toBe(': still here\n\n');
  isRevoked = true;
  vi.advanceTimersByTime(15_000);
  expect(await goes.take(1)).toBeUndefined();
  expect(await stays.take(28)).toBe(': still here\n\n: still here\n\n');
  expect(live.watched()).toBe(true);
});

test('beyond 32 clients the next one is told why it cannot come in', async () => {
  const { live, port, ask } = await startLive();
  const clients = await Promise.all(Array.from({ length: 32 }, () => watchOn(port)));
  const answer = await ask(path);
  checkAnswer(path, answer);
  expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '30' } });
  expect(answer.body).toEqual({
    type: 'about:blank',
    title: 'Service Unavailable',
    status: 503,
    detail:
      '32 programs watch the live stream already, which is the most: close a dashboard that is open elsewhere, or try again later.',
  });
  for (const client of clients) client.leave();
  await vi.waitFor(() => expect(live.watched()).toBe(false), 20_000);
  await watchOn(port);
});

/** Rates of a home with every device busy: some 200 KB a tick. */
const busyReport = sampleReport({
  devices: Array.from({ length: 4_096 }, (_, i) => ({
    ...laptop,
    id: (0x020000000000 + i).toString(16).padStart(12, '0'),
  })),
});

test('a client that does not read is cut off', async () => {
  const { live, port } = await startLive();
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await vi.waitFor(() => expect(live.watched()).toBe(true), 20_000);
  socket.pause();
  for (let ticks = 0; live.watched(); ticks++) {
    expect(ticks).toBeLessThan(200);
    live.tick(busyReport);
    await setImmediate();
  }
});

test('a burst does not cut off a client that reads', async () => {
  const { live, port } = await startLive();
  const client = await watchOn(port);
  live.tick(busyReport);
  for (let id = 1; id <= 1_000; id++) live.tell({ ...renamed, id });
  live.tell({ ...renamed, id: 1_000_001 });
  const text = await client.takeTo('id: 1000001\n');
  expect(text.match(/^event: event$/gm)).toHaveLength(1_000);
  live.tick(sampleReport());
  expect(live.watched()).toBe(true);
});

test('a client that left before its turn is not kept', async () => {
  const live = createLive({ report: () => sampleReport(), mayStillRead: () => true });
  let passOn = () => {};
  const handled = new Promise<void>((resolve) => (passOn = resolve));
  const { port } = await startRoutes({
    handlers: { live: live.handler },
    before: (_request, response, next) => {
      response.once('close', () => {
        next();
        passOn();
      });
      socket.destroy();
    },
  });
  const socket = connect(port, '127.0.0.1');
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await handled;
  expect(live.watched()).toBe(false);
});

test('a stop ends all streams', async () => {
  const { live, port } = await startLive();
  const client = await watchOn(port);
  live.stop();
  expect(await client.take(1)).toBeUndefined();
  expect(live.watched()).toBe(false);
  live.tick(sampleReport());
  live.tell(renamed);
});

test('a fault is 500, and leaves no client behind', async () => {
  const { live, ask, log } = await startLive(() => {
    throw new Error('no report');
  });
  expect((await ask(path)).status).toBe(500);
  expect(live.watched()).toBe(false);
  expect(log).toEqual(['GET /api/v1/live failed: no report']);
});
