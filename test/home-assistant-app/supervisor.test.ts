import { expect, onTestFinished, test } from 'vitest';
import { AppError } from '../../src/base/errors.ts';
import { createSupervisor } from '../../src/supervisor.ts';
import { fail, mosquitto, startSupervisor, supervisorToken } from './fake-supervisor.ts';

async function start(token = supervisorToken, timeoutMs = 5_000) {
  const fake = await startSupervisor();
  onTestFinished(() => fake.stop());
  return { fake, supervisor: createSupervisor({ url: fake.url, token, timeoutMs }) };
}

async function troubleOf(asked: Promise<unknown>): Promise<[string, string]> {
  const error: unknown = await asked.then(
    () => expect.unreachable('it has answered'),
    (thrown: unknown) => thrown,
  );
  return error instanceof AppError ? [error.code, error.message] : ['', String(error)];
}

test('the port of ingress and the broker come from the Supervisor', async () => {
  const { fake, supervisor } = await start();
  fake.mqtt = mosquitto;
  expect(await supervisor.ingressPort()).toBe(62_345);
  expect(await supervisor.broker()).toMatchObject({
    host: 'core-mosquitto',
    port: 1883,
    username: 'addons',
    password: 'ohX7aeShei0u',
    ssl: false,
  });
});

test('a Home Assistant without a broker is no trouble', async () => {
  const { supervisor } = await start();
  expect(await supervisor.broker()).toBeUndefined();
});

test('another 400 is not taken for a missing broker', async () => {
  const { fake, supervisor } = await start();
  fake.answer = (_request, response) =>
    fail(response, 'System is not ready with state: initialize');
  expect(await troubleOf(supervisor.broker())).toEqual([
    'SUPERVISOR_REFUSED',
    "Home Assistant's Supervisor answered 400 (System is not ready with state: initialize).",
  ]);
});

test.each([401, 403])('a wrong token is refused: %i', async (status) => {
  const { fake, supervisor } = await start('wrong');
  if (status === 401) fake.answer = (_request, response) => void response.writeHead(401).end();
  const expected = [
    'SUPERVISOR_REFUSED',
    `Home Assistant's Supervisor refuses access (${status}).`,
  ];
  expect(await troubleOf(supervisor.ingressPort())).toEqual(expected);
  expect(await troubleOf(supervisor.broker())).toEqual(expected);
});

test.each([
  ['no JSON', '<html>'],
  ['no port', '{"result":"ok","data":{}}'],
  ['port 0', '{"result":"ok","data":{"ingress_port":0}}'],
  ['a port in quotes', '{"result":"ok","data":{"ingress_port":"62345"}}'],
  ['null', 'null'],
])('an answer that makes no sense is not believed: %s', async (_name, body) => {
  const { fake, supervisor } = await start();
  fake.answer = (_request, response) => void response.writeHead(200).end(body);
  const [code, sentence] = await troubleOf(supervisor.ingressPort());
  expect(code).toBe('SUPERVISOR_REFUSED');
  expect(sentence).toMatch(
    /^Home Assistant's Supervisor gave an answer that makes no sense \(.+\)\.$/,
  );
});

test('a broker with a strange host or password is not believed, and the sentence has no password', async () => {
  const { fake, supervisor } = await start();
  for (const wrong of [{ host: '' }, { port: 70_000 }, { password: 17 }, { ssl: 'no' }]) {
    fake.mqtt = { ...mosquitto, ...wrong };
    const [code, sentence] = await troubleOf(supervisor.broker());
    expect(code).toBe('SUPERVISOR_REFUSED');
    expect(sentence).not.toContain(mosquitto.password);
  }
});

test('a Supervisor that is silent, hangs up, or is not there does not answer', async () => {
  const { fake, supervisor } = await start(supervisorToken, 50);
  const sentences: string[] = [];
  for (const answer of [() => {}, ((request) => request.socket.destroy()) as typeof fake.answer]) {
    fake.answer = answer;
    sentences.push((await troubleOf(supervisor.broker())).join(': '));
  }
  fake.stop();
  sentences.push((await troubleOf(supervisor.ingressPort())).join(': '));
  const beginning = "SUPERVISOR_UNREACHABLE: Home Assistant's Supervisor does not answer (";
  expect(sentences.map((each) => each.startsWith(beginning))).toEqual([true, true, true]);
  expect(sentences[0]).toContain('timeout');
  expect(sentences[1]).toContain('other side closed');
});

test('it is not followed to another address', async () => {
  const { fake, supervisor } = await start();
  fake.answer = (_request, response) =>
    void response.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end();
  expect((await troubleOf(supervisor.ingressPort()))[0]).toBe('SUPERVISOR_UNREACHABLE');
});
