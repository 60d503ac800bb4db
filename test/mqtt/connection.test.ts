import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePort, mosquittoBroker, mosquittoMissing } from '../support/broker.ts';
import { openCable } from '../support/cable.ts';
import { watchBroker } from '../support/watcher.ts';
import { laptop, sampleReport } from '../support/sample-report.ts';
import { laptopTopic, lastTopic, later, named, publisherFor, withName } from './publication.ts';

const password = 'correct horse';
const badCredentials =
  'it refuses the user name or password; check mqtt.username and mqtt.password';

describe.skipIf(mosquittoMissing !== undefined)('with Mosquitto', () => {
  test('a wrong password is one line in the log and is tried until it is right', async () => {
    const account = { username: 'ledger', password: 'another' };
    const broker = later(await mosquittoBroker({ account }));
    await broker.start();
    const cable = later(await openCable(broker.port));
    const config = { username: 'ledger', password };
    const { publisher, lines } = publisherFor(cable.port, { config });
    await publisher.start();
    publisher.publish();
    await cable.connection(4);
    const name = `127.0.0.1:${cable.port}`;
    expect(lines).toEqual([
      `warn: The MQTT broker at ${name} cannot be reached: ${badCredentials}. Trying again until it works.`,
    ]);
    expect(publisher.state()).toMatchObject({
      broker: name,
      embedded: false,
      connected: false,
      trouble: badCredentials,
    });
    account.password = password;
    await broker.reload();
    const watcher = later(await watchBroker(broker.port, account));
    await watcher.until('lanledger/status', 'online');
    expect(lines.at(-1)).toBe(`info: Connected to the MQTT broker at ${name} (MQTT 5).`);
    expect(lines.join('\n')).not.toContain(password);
    expect(publisher.state()).toEqual({
      broker: name,
      embedded: false,
      connected: true,
      protocol: '5',
      since: expect.closeTo(Date.now(), -4) as number,
    });
  });

  test('a refused password is tried less often than a broker that is not there', async () => {
    const broker = later(await mosquittoBroker({ account: { username: 'ledger', password } }));
    await broker.start();
    const cable = later(await openCable(broker.port));
    const { publisher, log } = publisherFor(cable.port, {
      config: { username: 'ledger', password: 'wrong' },
      timing: { firstRefusedRetryMs: 3_600_000, longestRefusedRetryMs: 3_600_000 },
    });
    await publisher.start();
    await log.until(badCredentials);
    let isAgain = false;
    void cable.connection(2).then(() => (isAgain = true));
    const other = publisherFor(await freePort());
    await other.publisher.start();
    await other.log.until('nothing listens there');
    const watcher = later(await watchBroker(broker.port, { username: 'ledger', password }));
    await watcher.publish('marker', 'end');
    await watcher.until('marker', 'end');
    expect(isAgain).toBe(false);
  });

  test('a password file is read at each attempt', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'password-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const passwordFile = join(directory, 'password');
    const broker = later(await mosquittoBroker({ account: { username: 'ledger', password } }));
    await broker.start();
    const { publisher, log, lines } = publisherFor(broker.port, {
      config: { username: 'ledger', password: 'old', passwordFile },
    });
    await publisher.start();
    await log.until(`mqtt.passwordFile (${passwordFile}) cannot be read: there is no such file`);
    writeFileSync(passwordFile, 'wrong\n');
    await log.until(badCredentials);
    writeFileSync(passwordFile, `${password}\n`);
    await log.until('Connected');
    expect(lines.join('\n')).not.toContain(password);
  });

  test('a connection whose bytes get lost is given up and made again', async () => {
    const broker = later(await mosquittoBroker());
    await broker.start();
    const cable = later(await openCable(broker.port));
    const watcher = later(await watchBroker(broker.port));
    const timing = { keepaliveSeconds: 1 };
    const { publisher, show, log, lines } = publisherFor(cable.port, { timing });
    await publisher.start();
    publisher.publish();
    await watcher.until(lastTopic, () => true);
    cable.swallow();
    show(withName('In the dark'));
    await log.until('was lost');
    await watcher.until(laptopTopic, named('In the dark'));
    await watcher.until('lanledger/status', 'online');
    expect(lines[1]).toBe(
      `warn: The MQTT broker at 127.0.0.1:${cable.port} was lost: it does not answer. Trying again until it works.`,
    );
  });

  test('an offline of an old connection that comes late is corrected', async () => {
    const broker = later(await mosquittoBroker());
    await broker.start();
    const leftOver = await connectAsync(`mqtt://127.0.0.1:${broker.port}`, {
      clientId: 'lanledger-elsewhere',
      reconnectPeriod: 0,
      will: { topic: 'lanledger/status', payload: Buffer.from('offline'), qos: 1, retain: true },
    });
    const watcher = later(await watchBroker(broker.port));
    const { publisher } = publisherFor(broker.port);
    await publisher.start();
    publisher.publish();
    await watcher.until(lastTopic, () => true);
    leftOver.stream.destroy();
    await watcher.count('lanledger/status', 3);
    expect(
      watcher.messages
        .filter(({ topic }) => topic === 'lanledger/status')
        .map(({ payload }) => payload),
    ).toEqual(['online', 'offline', 'online']);
  });

  test('a short outage is not shown as offline with MQTT 5', async () => {
    const broker = later(await mosquittoBroker());
    await broker.start();
    const cable = later(await openCable(broker.port));
    const watcher = later(await watchBroker(broker.port));
    const { publisher, show } = publisherFor(cable.port, { timing: { willDelaySeconds: 60 } });
    await publisher.start();
    publisher.publish();
    await watcher.until(lastTopic, () => true);
    cable.cut();
    show(withName('Back again'));
    cable.mend();
    await watcher.until(laptopTopic, named('Back again'));
    await publisher.stop();
    const states = await watcher.count('lanledger/status', 3);
    expect(states.map(({ payload }) => payload)).toEqual(['online', 'online', 'offline']);
  });

  test('a message that the broker refuses holds up nothing and is one line in the log', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'acl-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const aclFile = join(directory, 'acl');
    const rights = [
      'topic read #',
      'topic write lanledger/status',
      'topic write lanledger/device/#',
    ];
    writeFileSync(aclFile, `${rights.join('\n')}\n`, { mode: 0o600 });
    const broker = later(await mosquittoBroker({ lines: [`acl_file ${aclFile}`] }));
    await broker.start();
    const watcher = later(await watchBroker(broker.port));
    const { publisher, lines } = publisherFor(broker.port);
    await publisher.start();
    publisher.publish();
    await watcher.until(lastTopic, () => true);
    await publisher.stop();
    expect(lines.slice(1)).toEqual([
      'warn: The MQTT broker does not take everything: it refuses lanledger/info (Publish error: Not authorized); check its access list.',
    ]);
  });

  test('what is larger than the broker takes is left out', async () => {
    const broker = later(await mosquittoBroker({ lines: ['max_packet_size 2000'] }));
    await broker.start();
    const watcher = later(await watchBroker(broker.port));
    const { publisher, show, lines } = publisherFor(broker.port);
    await publisher.start();
    show(
      sampleReport({ devices: Array.from({ length: 20 }, (_, i) => ({ ...laptop, id: `d${i}` })) }),
    );
    await watcher.until('lanledger/device/d19', () => true);
    await watcher.until('lanledger/network', () => true);
    await publisher.stop();
    expect(watcher.messages.map(({ topic }) => topic)).not.toContain('lanledger/devices');
    expect(lines[1]).toBe(
      'warn: The MQTT broker does not take everything: the message for lanledger/devices is too large; raise its limit for packets.',
    );
  });
});

/** A server that reads MQTT packets by their first byte and answers what is given for each kind. */
async function scriptedBroker(answer: (type: number, version: number) => Buffer | 'hang up' | '') {
  const heard: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      const type = bytes.readUInt8(0) >> 4;
      const version = type === 1 ? bytes.readUInt8(bytes.indexOf('MQTT') + 4) : 0;
      heard.push(type === 1 ? `CONNECT ${version}` : `${type}`);
      const reply = answer(type, version);
      if (reply === 'hang up') socket.destroy();
      else if (reply !== '') socket.write(reply);
      server.emit('heard');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    heard,
    connects: () => heard.filter((it) => it.startsWith('CONNECT')),
    server,
    async stop() {
      server.close();
      await once(server, 'close');
    },
  };
}

const accepted = (version: number) =>
  Buffer.from(version === 5 ? [0x20, 3, 0, 0, 0] : [0x20, 2, 0, 0]);
/** Accepts a connection, and hangs up at the first message instead of acknowledging it. */
const rude = (type: number, version: number) => (type === 1 ? accepted(version) : 'hang up');
/** Accepts a connection and says nothing more. */
const mute = (type: number, version: number) => (type === 1 ? accepted(version) : '');

describe('without a good broker', () => {
  test('a connection lost with messages unacknowledged is made again, every time', async () => {
    const broker = later(await scriptedBroker(rude));
    const { publisher } = publisherFor(broker.port);
    await publisher.start();
    publisher.publish();
    while (broker.connects().length < 5) await once(broker.server, 'heard');
    await publisher.stop();
  });

  test('one that acknowledges nothing is given up, and cannot hold up the stop', async () => {
    const broker = later(await scriptedBroker(mute));
    const timing = { acknowledgeMs: 50, stopMs: 50 };
    const { publisher, lines } = publisherFor(broker.port, { timing });
    await publisher.start();
    publisher.publish();
    while (broker.connects().length < 3) await once(broker.server, 'heard');
    await publisher.stop();
    expect(lines).toContain(
      `warn: The MQTT broker at 127.0.0.1:${broker.port} was lost: it acknowledges nothing. Trying again until it works.`,
    );
  });

  test('one that says nothing at all is given up', async () => {
    const broker = later(await scriptedBroker(() => ''));
    const { publisher, log } = publisherFor(broker.port, { timing: { connectMs: 30 } });
    await publisher.start();
    await log.until('cannot be reached: it does not answer');
    while (broker.connects().length < 3) await once(broker.server, 'heard');
    expect([...new Set(broker.connects())]).toEqual(['CONNECT 5']);
  });

  /** Refuses MQTT 5 in its way, and loses the first connection that works. */
  function oldBroker(refusal: Buffer | 'hang up') {
    let losses = 1;
    return scriptedBroker((type, version) => {
      if (version === 5) return refusal;
      if (type === 1) return accepted(version);
      losses -= 1;
      return losses >= 0 ? 'hang up' : '';
    });
  }

  test.each<[string, Buffer | 'hang up', string[]]>([
    [
      'refused in words of MQTT 5, 3.1.1 is spoken from then on',
      Buffer.from([0x20, 3, 0, 132, 0]),
      ['CONNECT 5', 'CONNECT 4', 'CONNECT 4'],
    ],
    [
      'refused in words of MQTT 3.1.1, that is spoken from then on',
      Buffer.from([0x20, 2, 0, 1]),
      ['CONNECT 5', 'CONNECT 4', 'CONNECT 4'],
    ],
    [
      'answered by hanging up, 3.1.1 is tried each time',
      'hang up',
      ['CONNECT 5', 'CONNECT 4', 'CONNECT 5', 'CONNECT 4'],
    ],
  ])('where MQTT 5 is %s', async (_how, refusal, connects) => {
    const broker = later(await oldBroker(refusal));
    const { publisher, lines } = publisherFor(broker.port, { timing: { stopMs: 10 } });
    await publisher.start();
    publisher.publish();
    while (broker.connects().length < connects.length) await once(broker.server, 'heard');
    expect(broker.connects()).toEqual(connects);
    expect(lines[0]).toBe(
      `info: Connected to the MQTT broker at 127.0.0.1:${broker.port} (MQTT 3.1.1).`,
    );
  });

  test('the reason of a broker that ends the connection is shown', async () => {
    const reason = Buffer.from('another one came');
    const properties = Buffer.concat([Buffer.from([0x1f, 0, reason.length]), reason]);
    const goodbye = Buffer.concat([
      Buffer.from([0xe0, properties.length + 2, 142, properties.length]),
      properties,
    ]);
    const broker = later(
      await scriptedBroker((type, version) => (type === 1 ? accepted(version) : goodbye)),
    );
    const { publisher, log } = publisherFor(broker.port);
    await publisher.start();
    await log.until(
      'was lost: another client connected with the same client id; is LanLedger running twice? ("another one came").',
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
    const [broker, other] = [later(await scriptedBroker(rude)), later(await scriptedBroker(rude))];
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

describe('a configuration that cannot work is refused at once', () => {
  test.each<[{ url?: string; password?: string; tls?: object }, string]>([
    [{ url: 'http://broker' }, 'mqtt.url is not the address'],
    [{ password: 'x' }, 'mqtt.password is set without a user name'],
    [{ tls: { caFile: '/ca.pem' } }, 'mqtt.tls is set, but mqtt.url is without TLS'],
    [
      { tls: { certificateFile: '/c.pem', keyFile: '/k.pem' } },
      'mqtt.tls is set, but mqtt.url is without TLS',
    ],
  ])('%j', (changes, sentence) => {
    const { tls = {}, ...config } = changes;
    const none = { caFile: '', certificateFile: '', keyFile: '', serverName: '', verify: true };
    expect(() => publisherFor(1, { config: { ...config, tls: { ...none, ...tls } } })).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining(sentence) as string,
      }),
    );
  });
});

test('the socket of a stopped publisher is closed', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const { publisher } = publisherFor(port);
  const connected = once(server, 'connection');
  await publisher.start();
  const [socket] = (await connected) as [Socket];
  socket.resume();
  const closed = once(socket, 'close');
  await publisher.stop();
  await closed;
});
