import { once } from 'node:events';
import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createHomeAssistantApp } from '../../src/home-assistant-app.ts';
import { createSupervisor } from '../../src/supervisor.ts';
import { mosquitto, startSupervisor, supervisorToken } from './fake-supervisor.ts';

interface Settings {
  options?: unknown;
  environment?: NodeJS.ProcessEnv;
  token?: string;
}

async function start({ options = {}, environment = {}, token = supervisorToken }: Settings = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'lanledger-app-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const optionsFile = join(directory, 'options.json');
  writeFileSync(optionsFile, typeof options === 'string' ? options : JSON.stringify(options));
  const fake = await startSupervisor();
  onTestFinished(() => fake.stop());
  const app = () =>
    createHomeAssistantApp({
      environment: { TZ: 'Europe/Berlin', DATA_STORE: directory, ...environment },
      optionsFile,
      supervisor: createSupervisor({ url: fake.url, token, timeoutMs: 1_000 }),
      everyMs: 5,
    });
  return { fake, app, directory };
}

test('without a choice of the user: the broker, the port and the time zone of Home Assistant, and no open port', async () => {
  const { fake, app, directory } = await start({ options: { interfaces: [] } });
  fake.mqtt = mosquitto;
  const { config, origins, notes } = await app().load();
  expect(config).toMatchObject({
    dataDirectory: directory,
    timeZone: 'Europe/Berlin',
    capture: { interfaces: [] },
    mqtt: { url: 'mqtt://core-mosquitto:1883', username: 'addons', password: 'ohX7aeShei0u' },
    http: {
      host: '127.0.0.1',
      port: 8777,
      auth: 'token',
      ingressPort: 62_345,
      ingressScope: 'write',
    },
  });
  expect(origins.get('mqtt.url')).toBe('Home Assistant');
  expect(notes).toEqual([]);
});

test('what the user chose on the page of the app', async () => {
  const { app } = await start({
    options: {
      interfaces: ['end0', 'eth1'],
      log_level: 'debug',
      keep_hours_days: 30,
      keep_days_days: 730,
      keep_addresses_days: 0,
      ingress_scope: 'read',
      network_access: true,
    },
  });
  expect((await app().load()).config).toMatchObject({
    capture: { interfaces: ['end0', 'eth1'] },
    log: { level: 'debug' },
    store: { keepHoursDays: 30, keepDaysDays: 730, keepPeersDays: 0 },
    http: { host: '*', ingressPort: 62_345, ingressScope: 'read' },
  });
});

test('a broker with TLS, without a user, or with an IPv6 address', async () => {
  const { fake, app } = await start();
  fake.mqtt = { host: 'fd00::5', port: 8883, ssl: true };
  expect((await app().load()).config.mqtt).toMatchObject({
    url: 'mqtts://[fd00::5]:8883',
    username: '',
    password: '',
  });
});

test('without a broker it says what to do, and leaves the usual port of a broker free', async () => {
  const { app } = await start();
  const { config, notes } = await app().load();
  expect(config.mqtt).toMatchObject({ url: '', embedded: { host: '127.0.0.1', port: 0 } });
  expect(notes).toEqual([
    'Home Assistant has no MQTT broker, so it gets no entities: install its app Mosquitto broker, which LanLedger then finds within a minute.',
  ]);
});

test('a broker of the user comes before that of Home Assistant, and gets no password of it', async () => {
  const environment = { LANLEDGER_MQTT_URL: 'mqtt://192.168.1.9', LANLEDGER_HTTP_HOST: '*' };
  const { fake, app } = await start({ environment });
  fake.mqtt = mosquitto;
  const { config, notes } = await app().load();
  expect(config.mqtt).toMatchObject({ url: 'mqtt://192.168.1.9', username: '', password: '' });
  expect(config.http.host).toBe('*');
  expect(notes).toEqual([]);
});

test('a Supervisor that refuses is a note, and LanLedger meters all the same', async () => {
  const { app } = await start({ token: 'wrong' });
  const { config, notes } = await app().load();
  expect(config.http.ingressPort).toBe(0);
  expect(config.mqtt).toMatchObject({ url: '', embedded: { port: 0 } });
  expect(notes).toEqual([
    "Home Assistant's Supervisor refuses access (403). LanLedger meters all the same and asks again every minute; restart the app if that lasts.",
  ]);
});

test('it asks again: a broker that comes, another password, and nothing else call for a restart', async () => {
  const { fake, app } = await start();
  const { load, watch } = app();
  const changes = new EventEmitter();
  const next = () => once(changes, 'change', { signal: AbortSignal.timeout(5_000) });
  const calls: string[] = [];
  const begin = () =>
    watch((what) => {
      calls.push(what);
      changes.emit('change');
    });
  expect((await load()).config.mqtt.url).toBe('');

  let asked = 0;
  const count = new EventEmitter();
  fake.answer = (_request, response) => {
    asked += 1;
    if (asked === 6) count.emit('enough');
    response.writeHead(500).end();
  };
  const enough = once(count, 'enough');
  begin();
  await enough;
  expect(calls).toEqual([]);

  fake.mqtt = mosquitto;
  const came = next();
  fake.answer = undefined;
  await came;
  expect((await load()).config.mqtt.url).toBe('mqtt://core-mosquitto:1883');

  const renewed = next();
  begin();
  fake.mqtt = { ...mosquitto, password: 'another' };
  await renewed;
  expect((await load()).config.mqtt.password).toBe('another');

  const moved = next();
  begin();
  fake.ingressPort = 62_346;
  await moved;
  expect((await load()).config.http.ingressPort).toBe(62_346);
  const newBroker = 'Home Assistant has another MQTT broker, or another password for it';
  const newPort = 'Home Assistant asks for the dashboard on another port';
  expect(calls).toEqual([newBroker, newBroker, newPort]);
});

test('what the Supervisor told stays while it is away', async () => {
  const { fake, app } = await start();
  fake.mqtt = mosquitto;
  const { load } = app();
  await load();
  fake.stop();
  const { config, notes } = await load();
  expect(config.mqtt.url).toBe('mqtt://core-mosquitto:1883');
  expect(config.http.ingressPort).toBe(62_345);
  expect(notes.join()).toMatch(/^Home Assistant's Supervisor does not answer/);
});

test.each([
  [{ log_level: 'loud' }, 'log.level is "loud": use debug, info, warn or error.'],
  [{ keep_days_days: -1 }, 'store.keepDaysDays is -1: use a whole number of at least 0.'],
])('an option that makes no sense is named: %j', async (options, sentence) => {
  const { app } = await start({ options });
  await expect(app().load()).rejects.toThrow(sentence);
});

test('an option that is not ours is passed over, and said', async () => {
  const { app } = await start({ options: { colour: 'red' } });
  expect((await app().load()).notes).toContain('The app has no option colour: it is passed over.');
});

test.each([
  ['no JSON', '{', 'CONFIG_UNREADABLE'],
  ['a list', '[]', 'CONFIG_INVALID'],
])('options that cannot be read: %s', async (_name, options, code) => {
  const { app } = await start({ options });
  expect(app).toThrow(expect.objectContaining({ code }) as Error);
});
