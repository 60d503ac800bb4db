import { once } from 'node:events';
import { request as sendRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Response } from 'express';
import { expect, onTestFinished, test, vi } from 'vitest';
import { exchange } from './exchange.ts';
import { startRoutes } from './routes.ts';

/** Answers of heavy operations, which end when the test says so. */
async function startHeavy() {
  const begun: { path: string; response: Response }[] = [];
  const hold = ({ request, response }: { request: { path: string }; response: Response }) =>
    void begun.push({ path: request.path, response });
  const handlers = {
    showUsage: hold,
    listPeers: hold,
    whiteStatHistory: hold,
    runCommand: hold,
    listDevices: ({ response }: { response: Response }) => void response.json({}),
  };
  const { port } = await startRoutes({ handlers });
  return {
    port,
    begun,
    begunCount: (count: number) => vi.waitFor(() => expect(begun).toHaveLength(count), 20_000),
    finish: (index: number) => begun[index]?.response.json({ index }),
  };
}

function open(port: number, path: string): ClientRequest {
  const request = sendRequest({ host: '127.0.0.1', port, path, agent: false });
  request.on('error', () => {});
  request.end();
  return request;
}

async function answerTo(request: ClientRequest): Promise<{ status: number; text: string }> {
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, text: (await buffer(answer)).toString() };
}

/** The request is with the server once a later one is answered. */
async function arrived(port: number): Promise<void> {
  expect((await exchange(port, '/api/v1/devices')).status).toBe(200);
}

const busy = {
  type: 'about:blank',
  title: 'Service Unavailable',
  status: 503,
  detail:
    'Other large queries are under way: try again in a few seconds, or ask for fewer days at once.',
};

test('heavy queries run one after another, in the order in which they came; others do not wait', async () => {
  const { port, begun, begunCount, finish } = await startHeavy();
  const paths = ['/api/v1/usage', '/api/v1/peers', '/json/history'];
  const answers = [];
  for (const path of paths) {
    answers.push(answerTo(open(port, path)));
    await arrived(port);
  }
  for (const index of paths.keys()) {
    await begunCount(index + 1);
    await arrived(port);
    expect(begun.map((one) => one.path)).toEqual(paths.slice(0, index + 1));
    finish(index);
    expect(await answers[index]).toEqual({ status: 200, text: JSON.stringify({ index }) });
  }
});

test('a client that leaves gives up its turn, and its place in the queue', async () => {
  const { port, begun, begunCount, finish } = await startHeavy();
  const first = open(port, '/api/v1/usage');
  await begunCount(1);
  const second = open(port, '/api/v1/usage');
  await arrived(port);
  const third = open(port, '/api/v1/peers');
  await arrived(port);
  begun[0]?.response.write('half');
  const left = new Promise((resolve) => second.once('close', resolve));
  second.destroy();
  await left;
  await arrived(port);
  first.destroy();
  await begunCount(2);
  expect(begun[1]?.path).toBe('/api/v1/peers');
  const answer = answerTo(third);
  finish(1);
  expect(await answer).toEqual({ status: 200, text: '{"index":1}' });
});

test('the ninth that would wait is told to come back', async () => {
  const { port, begun, begunCount, finish } = await startHeavy();
  const answers = [];
  for (let count = 0; count < 9; count++) {
    answers.push(answerTo(open(port, '/api/v1/peers')));
    await arrived(port);
  }
  const answer = await exchange(port, '/json/history');
  expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '5' }, body: busy });
  expect(begun).toHaveLength(1);
  for (let index = 0; index < 9; index++) {
    await begunCount(index + 1);
    finish(index);
    expect((await answers[index])?.status).toBe(200);
  }
});

test('nobody waits for more than two seconds', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { port, begun, finish } = await startHeavy();
  const first = open(port, '/api/v1/peers');
  await arrived(port);
  const second = open(port, '/api/v1/peers');
  await arrived(port);
  vi.advanceTimersByTime(1_999);
  const answer = answerTo(second);
  vi.advanceTimersByTime(1);
  expect(await answer).toEqual({ status: 503, text: JSON.stringify(busy) });
  const kept = answerTo(first);
  finish(0);
  expect((await kept).status).toBe(200);
  expect(begun).toHaveLength(1);
});

test('a client that reads for more than five seconds lets the next one begin', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { port, begun, finish } = await startHeavy();
  const slow = open(port, '/api/v1/usage');
  await arrived(port);
  vi.advanceTimersByTime(4_999);
  const others = ['/api/v1/peers', '/json/history'].map((path) => answerTo(open(port, path)));
  await arrived(port);
  expect(begun).toHaveLength(1);
  vi.advanceTimersByTime(1);
  await arrived(port);
  expect(begun).toHaveLength(2);
  // Its end is nobody's turn.
  const kept = answerTo(slow);
  finish(0);
  expect((await kept).status).toBe(200);
  await arrived(port);
  expect(begun).toHaveLength(2);
  finish(1);
  expect((await Promise.race(others)).status).toBe(200);
  await arrived(port);
  finish(2);
  await Promise.all(others);
});

test('a heavy command by another way waits, too; a light one does not', async () => {
  const { port, begun, begunCount, finish } = await startHeavy();
  const run = (command: string) =>
    exchange(port, '/api/v1/commands', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ command }),
    });
  const first = answerTo(open(port, '/api/v1/usage'));
  await begunCount(1);
  const heavy = [run('peers'), run('usage')];
  await arrived(port);
  const light = run('health');
  await begunCount(2);
  finish(1);
  expect((await light).body).toEqual({ index: 1 });
  expect(begun).toHaveLength(2);
  finish(0);
  await first;
  for (const index of heavy.keys()) {
    await begunCount(3 + index);
    finish(2 + index);
  }
  expect((await Promise.all(heavy)).map(({ status }) => status)).toEqual([200, 200]);
});
