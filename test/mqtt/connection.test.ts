import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../support/broker.ts';
import { later, publisherFor } from './publication.ts';

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

  test('one that ends three connections early, without a word, is tried less often', async () => {
    const broker = later(await scriptedBroker(rude));
    const timing = { firstRefusedRetryMs: 3_600_000, longestRefusedRetryMs: 3_600_000 };
    const { publisher, log, lines } = publisherFor(broker.port, { timing });
    await publisher.start();
    publisher.publish();
    await log.until('was lost: it ends every connection soon; perhaps another LanLedger runs');
    expect(broker.connects()).toHaveLength(3);
    expect(lines.filter((line) => line.includes('it closed the connection'))).toHaveLength(2);
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
      'was lost: another client connected with the same client id; perhaps LanLedger is running twice ("another one came").',
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
