import { EventEmitter, once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { connectAsync } from 'mqtt';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import type { Log } from '../../src/base/log.ts';
import type { Report } from '../../src/model/report.ts';
import { createPublisher, type PublisherOptions } from '../../src/mqtt/publisher.ts';
import {
  embeddedBroker,
  freePort,
  mosquittoBroker,
  mosquittoMissing,
  openCable,
  watchBroker,
  type TestBroker,
} from '../support/broker.ts';
import { laptop, router, sampleReport } from '../support/sample-report.ts';

const password = 'correct horse';
const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** Ends the part after the test, before the parts it depends on. */
function later<Part extends { stop(): Promise<void> } | { close(): Promise<void> }>(
  part: Part,
): Part {
  cleanups.push(() => ('stop' in part ? part.stop() : part.close()));
  return part;
}

interface RecordedLog extends Log {
  lines: string[];
  /** Resolves when a line that contains the text is there. */
  until(text: string): Promise<void>;
}

function recordLog(): RecordedLog {
  const lines: string[] = [];
  const recorder = new EventEmitter();
  const write = (level: string) => (sentence: string, about?: object) => {
    lines.push(`${level}: ${sentence}${about === undefined ? '' : ` ${JSON.stringify(about)}`}`);
    recorder.emit('line');
  };
  return {
    lines,
    async until(text) {
      while (!lines.some((line) => line.includes(text))) await once(recorder, 'line');
    },
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
}

const timing = { firstRetryMs: 5, longestRetryMs: 20, acknowledgeMs: 30_000, stopMs: 3_000 };

function publisherFor(
  port: number,
  changes: Partial<PublisherOptions['config']> = {},
  timingChanges: Partial<typeof timing> = {},
) {
  const log = recordLog();
  const now = { report: sampleReport() };
  const publisher = later(
    createPublisher({
      config: {
        url: `mqtt://127.0.0.1:${port}`,
        username: '',
        password: '',
        baseTopic: 'lanledger',
        intervalSeconds: 10,
        embeddedPort: 0,
        ...changes,
      },
      clientId: 'lanledger-test',
      report: () => now.report,
      log,
      clock: systemClock,
      timing: { ...timing, ...timingChanges },
    }),
  );
  const show = (report: Report): void => {
    now.report = report;
    publisher.publish();
  };
  return { publisher, show, log, lines: log.lines };
}

const laptopTopic = 'lanledger/device/020000000101';
const allTopics = [
  'lanledger/device/020000000101',
  'lanledger/device/aabbccddeeff',
  'lanledger/device/ip:2001:db8::1',
  'lanledger/devices',
  'lanledger/network',
  'lanledger/status',
];

const withName = (name: string): Report =>
  sampleReport({ devices: [{ ...laptop, name }, ...sampleReport().devices.slice(1)] });
const named = (name: string) => (payload: string) =>
  payload !== '' && (JSON.parse(payload) as { name: string }).name === name;

if (mosquittoMissing !== undefined) {
  console.warn(`The MQTT tests with Mosquitto are skipped: ${mosquittoMissing}.`);
}

const kinds: [name: string, create: () => Promise<TestBroker>][] = [['aedes', embeddedBroker]];
if (mosquittoMissing === undefined) kinds.push(['Mosquitto', () => mosquittoBroker()]);

describe.each(kinds)('with %s', (_name, create) => {
  test('every state is there for whoever comes later', async () => {
    const broker = later(await create());
    await broker.start();
    const { publisher, lines } = publisherFor(broker.port);
    await publisher.start();
    publisher.publish();
    const early = later(await watchBroker(broker.port));
    await early.until('lanledger/device/ip:2001:db8::1', () => true);

    const late = later(await watchBroker(broker.port));
    await late.until(laptopTopic, named('Laptop'));
    await late.publish('marker', 'end');
    await late.until('marker', 'end');
    const seen = late.messages.filter(({ topic }) => topic !== 'marker');
    expect(seen.map(({ topic }) => topic).toSorted()).toEqual(allTopics);
    expect(seen.every(({ retained }) => retained)).toBe(true);
    expect(seen.find(({ topic }) => topic === 'lanledger/status')?.payload).toBe('online');
    expect(lines).toEqual([`info: Connected to the MQTT broker at 127.0.0.1:${broker.port}.`]);
  });

  test('only what has changed is sent', async () => {
    const broker = later(await create());
    await broker.start();
    const watcher = later(await watchBroker(broker.port));
    const { publisher, show } = publisherFor(broker.port);
    await publisher.start();
    publisher.publish();
    await watcher.until('lanledger/device/ip:2001:db8::1', () => true);
    const before = watcher.messages.length;
    publisher.publish();
    show(sampleReport({ at: sampleReport().at + 1000 }));
    show(withName('Renamed'));
    await watcher.until(laptopTopic, named('Renamed'));
    expect(watcher.messages.slice(before).map(({ topic }) => topic)).toEqual([
      'lanledger/devices',
      laptopTopic,
    ]);
  });

  test('the topic of a device that is gone is cleared', async () => {
    const broker = later(await create());
    await broker.start();
    const watcher = later(await watchBroker(broker.port));
    const { publisher, show } = publisherFor(broker.port);
    await publisher.start();
    publisher.publish();
    await watcher.until(laptopTopic, named('Laptop'));
    show(sampleReport({ devices: [router] }));
    await watcher.until(laptopTopic, '');
    await watcher.until('lanledger/device/ip:2001:db8::1', '');

    const late = later(await watchBroker(broker.port));
    await late.until('lanledger/device/aabbccddeeff', () => true);
    await late.publish('marker', 'end');
    await late.until('marker', 'end');
    expect(late.messages.map(({ topic }) => topic).toSorted()).toEqual([
      'lanledger/device/aabbccddeeff',
      'lanledger/devices',
      'lanledger/network',
      'lanledger/status',
      'marker',
    ]);
  });

  test('a cut connection shows as offline, and comes back by itself', async () => {
    const broker = later(await create());
    await broker.start();
    const cable = later(await openCable(broker.port));
    const watcher = later(await watchBroker(broker.port));
    const { publisher, show, lines } = publisherFor(cable.port);
    await publisher.start();
    publisher.publish();
    await watcher.until('lanledger/status', 'online');
    await watcher.until(laptopTopic, named('Laptop'));
    cable.cut();
    await watcher.until('lanledger/status', 'offline');
    show(withName('Changed meanwhile'));
    await cable.connection(5);
    cable.mend();
    await watcher.until('lanledger/status', 'online');
    await watcher.until(laptopTopic, named('Changed meanwhile'));
    cable.cut();
    await watcher.until('lanledger/status', 'offline');
    await cable.connection(8);
    const name = `127.0.0.1:${cable.port}`;
    expect(lines).toEqual([
      `info: Connected to the MQTT broker at ${name}.`,
      `warn: The MQTT broker at ${name} was lost: it closed the connection. Trying again until it works.`,
      `info: Connected to the MQTT broker at ${name}.`,
      `warn: The MQTT broker at ${name} was lost: it closed the connection. Trying again until it works.`,
    ]);
  });

  test('a broker that is not there yet is waited for, with one line in the log', async () => {
    const broker = later(await create());
    const { publisher, show, log, lines } = publisherFor(broker.port);
    await publisher.start();
    publisher.publish();
    show(withName('Newest'));
    await log.until('nothing listens there');
    await broker.start();
    const watcher = later(await watchBroker(broker.port));
    await watcher.until('lanledger/status', 'online');
    await watcher.until(laptopTopic, named('Newest'));
    const name = `127.0.0.1:${broker.port}`;
    expect(lines).toEqual([
      `warn: The MQTT broker at ${name} cannot be reached: nothing listens there. Trying again until it works.`,
      `info: Connected to the MQTT broker at ${name}.`,
    ]);
  });

  test('a broker that forgot everything gets everything again', async () => {
    const broker = later(await create());
    await broker.start();
    const { publisher, show } = publisherFor(broker.port);
    await publisher.start();
    publisher.publish();
    const before = later(await watchBroker(broker.port));
    await before.until('lanledger/device/ip:2001:db8::1', () => true);
    await before.close();
    await broker.stop();
    show(withName('While it was down'));
    await broker.start();
    const after = later(await watchBroker(broker.port));
    await after.until(laptopTopic, named('While it was down'));
    await after.until('lanledger/device/ip:2001:db8::1', () => true);
    expect([...new Set(after.messages.map(({ topic }) => topic))].toSorted()).toEqual(allTopics);
  });

  test('a clean stop delivers the last states, says offline once and ends', async () => {
    const broker = later(await create());
    await broker.start();
    const watcher = later(await watchBroker(broker.port));
    const { publisher, show } = publisherFor(broker.port);
    await publisher.start();
    publisher.publish();
    await watcher.until('lanledger/status', 'online');
    const many = Array.from({ length: 60 }, (_, i) => ({ ...laptop, id: `device${i}` }));
    show(sampleReport({ devices: [...many, { ...laptop, name: 'Last words' }] }));
    await publisher.stop();
    await publisher.stop();
    publisher.publish();
    await watcher.until(laptopTopic, named('Last words'));
    await watcher.until('lanledger/status', 'offline');
    await watcher.publish('marker', 'end');
    await watcher.until('marker', 'end');
    expect(watcher.messages.slice(-2).map(({ topic }) => topic)).toEqual([
      'lanledger/status',
      'marker',
    ]);
    expect(watcher.messages.filter(({ payload }) => payload === 'offline')).toHaveLength(1);
  });

  test('the will of a connection left over does not override the new online', async () => {
    const broker = later(await create());
    await broker.start();
    const leftOver = await connectAsync(`mqtt://127.0.0.1:${broker.port}`, {
      clientId: 'lanledger-test',
      reconnectPeriod: 0,
      will: { topic: 'lanledger/status', payload: Buffer.from('offline'), qos: 1, retain: true },
    });
    const watcher = later(await watchBroker(broker.port));
    const closed = new Promise((resolve) => leftOver.once('close', () => resolve(undefined)));
    const { publisher } = publisherFor(broker.port);
    await publisher.start();
    await closed;
    await watcher.until('lanledger/status', 'online');
    await publisher.stop();
    await watcher.until('lanledger/status', 'offline');
    expect(watcher.messages.map(({ payload }) => payload)).toEqual([
      'offline',
      'online',
      'offline',
    ]);
  });
});

test.skipIf(mosquittoMissing !== undefined)(
  'a wrong password is one line in the log and is tried until it is right',
  async () => {
    const account = { username: 'ledger', password: 'another' };
    const broker = later(await mosquittoBroker(account));
    await broker.start();
    const cable = later(await openCable(broker.port));
    const { publisher, lines } = publisherFor(cable.port, { username: 'ledger', password });
    await publisher.start();
    publisher.publish();
    await cable.connection(4);
    const name = `127.0.0.1:${cable.port}`;
    expect(lines).toEqual([
      `warn: The MQTT broker at ${name} cannot be reached: it refuses the user name or password; check mqtt.username and mqtt.password. Trying again until it works.`,
    ]);
    await broker.stop();
    account.password = password;
    await broker.start();
    const watcher = await connectAsync(`mqtt://127.0.0.1:${broker.port}`, account);
    onTestFinished(() => watcher.endAsync(true));
    const message = new Promise((resolve) => {
      watcher.once('message', (topic, payload) => resolve([topic, payload.toString()]));
    });
    await watcher.subscribeAsync('lanledger/status');
    expect(await message).toEqual(['lanledger/status', 'online']);
    expect(lines.at(-1)).toBe(`info: Connected to the MQTT broker at ${name}.`);
    expect(lines.join('\n')).not.toContain(password);
  },
);

/** A server that answers CONNECT with CONNACK, and hangs up at the first message instead of acknowledging it. */
async function rudeBroker(hangUp: boolean) {
  const heard: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      const type = bytes.readUInt8(0) >> 4;
      heard.push(type === 1 ? 'CONNECT' : 'PUBLISH');
      if (type === 1) socket.write(Buffer.from([0x20, 2, 0, 0]));
      else if (hangUp) socket.destroy();
      server.emit('heard');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    heard,
    server,
    async stop() {
      server.close();
      await once(server, 'close');
    },
  };
}

describe('without a good broker', () => {
  test('a connection lost with messages unacknowledged is made again, every time', async () => {
    const broker = later(await rudeBroker(true));
    const { publisher } = publisherFor(broker.port);
    await publisher.start();
    publisher.publish();
    while (broker.heard.filter((it) => it === 'CONNECT').length < 5) {
      await once(broker.server, 'heard');
    }
    await publisher.stop();
  });

  test('one that acknowledges nothing is given up, and cannot hold up the stop', async () => {
    const broker = later(await rudeBroker(false));
    const short = { acknowledgeMs: 50, stopMs: 50 };
    const { publisher, lines } = publisherFor(broker.port, {}, short);
    await publisher.start();
    publisher.publish();
    while (broker.heard.filter((it) => it === 'CONNECT').length < 3) {
      await once(broker.server, 'heard');
    }
    await publisher.stop();
    expect(lines).toContain(
      `warn: The MQTT broker at 127.0.0.1:${broker.port} was lost: it acknowledges nothing. Trying again until it works.`,
    );
  });

  test('a stop between two attempts ends them', async () => {
    const { publisher, lines } = publisherFor(await freePort());
    await publisher.start();
    publisher.publish();
    await publisher.stop();
    expect(lines).toEqual([]);
  });

  test('a stop while it waits for the next attempt is the last of it', async () => {
    const [broker, other] = [later(await rudeBroker(true)), later(await rudeBroker(true))];
    const first = publisherFor(broker.port);
    await first.publisher.start();
    await first.log.until('was lost');
    await first.publisher.stop();
    const heard = broker.heard.length;

    const second = publisherFor(other.port);
    await second.publisher.start();
    while (other.heard.length < 16) await once(other.server, 'heard');
    expect(broker.heard).toHaveLength(heard);
  });

  test('something that speaks no MQTT is no more than a line in the log', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { publisher, lines } = publisherFor((server.address() as AddressInfo).port);
    await publisher.start();
    for (let i = 0; i < 4; i++) await once(server, 'connection');
    await publisher.stop();
    expect(lines.filter((line) => line.startsWith('warn'))).toHaveLength(1);
  });
});

describe('the built-in broker', () => {
  test('serves the states on loopback', async () => {
    const { publisher, lines } = publisherFor(0, { url: '' });
    await publisher.start();
    const port = publisher.embeddedPort() as number;
    publisher.publish();
    const watcher = later(await watchBroker(port));
    await watcher.until('lanledger/status', 'online');
    await watcher.until(laptopTopic, named('Laptop'));
    const silent = connect(port, '127.0.0.1');
    await once(silent, 'connect');
    const closed = once(silent, 'close');
    await publisher.stop();
    await closed;
    expect(publisher.embeddedPort()).toBeUndefined();
    const refused = connect(port, '127.0.0.1');
    expect((await once(refused, 'error'))[0]).toMatchObject({ code: 'ECONNREFUSED' });
    expect(lines).toEqual([
      `info: The built-in MQTT broker serves this machine at mqtt://127.0.0.1:${port}; mqtt.url chooses another.`,
      `info: Connected to the MQTT broker at 127.0.0.1:${port}.`,
    ]);
  });

  test('says what to do where the port is taken', async () => {
    const broker = later(await embeddedBroker());
    await broker.start();
    const { port } = broker;
    const { publisher } = publisherFor(0, { url: '', embeddedPort: port });
    await expect(publisher.start()).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: `Port ${port} on 127.0.0.1 is taken, probably by another MQTT broker: set mqtt.url to that broker (mqtt://127.0.0.1:${port}), or mqtt.embeddedPort to a free port.`,
    });
  });
});
