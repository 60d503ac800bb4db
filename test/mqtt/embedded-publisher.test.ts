import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { aedesBroker } from '../support/broker.ts';
import { watchBroker } from '../support/watcher.ts';
import { expectSound, laptopTopic, lastTopic, later, named, publisherFor } from './publication.ts';

import { client, type Embedded, open, portOf, socketTo } from './embedded-broker.ts';

async function publication(embedded: Partial<Embedded> = {}) {
  const parts = publisherFor(0, { config: { embedded: { ...open, ...embedded } } });
  await parts.publisher.start();
  parts.publisher.publish();
  return { ...parts, port: portOf(parts.publisher.state().broker) };
}

describe('a publisher with a broker of its own', () => {
  test('serves the states on loopback', async () => {
    const { publisher, lines, port } = await publication();
    const watcher = later(await watchBroker(port));
    await watcher.until('lanledger/status', 'online');
    await watcher.until(laptopTopic, named('Laptop'));
    await watcher.until(lastTopic, () => true);
    expectSound(watcher.messages);
    expect(publisher.state()).toMatchObject({
      broker: `127.0.0.1:${port}`,
      embedded: true,
      connected: true,
      protocol: '3.1.1',
    });
    const silent = await socketTo(port);
    const closed = once(silent, 'close');
    await publisher.stop();
    await closed;
    const refused = connect(port, '127.0.0.1');
    expect((await once(refused, 'error'))[0]).toMatchObject({ code: 'ECONNREFUSED' });
    expect(lines).toEqual([
      `info: The built-in MQTT broker serves at mqtt://127.0.0.1:${port}; mqtt.url chooses another.`,
      `info: Connected to the MQTT broker at 127.0.0.1:${port} (MQTT 3.1.1).`,
    ]);
  });

  test('says that it is gone to all who listen, busy as they are, before it ends their connections', async () => {
    const { publisher, port, log } = await publication();
    await log.until('Connected');
    // In a process of their own: what they acknowledge arrives while the broker is about to close.
    const program = join(import.meta.dirname, 'listeners.js');
    const listeners = fork(program, [`mqtt://127.0.0.1:${port}`, '20']);
    onTestFinished(() => void listeners.kill());
    expect(await once(listeners, 'message')).toEqual(['subscribed', undefined]);
    const heard = once(listeners, 'message');
    publisher.publish();
    await publisher.stop();
    expect(await heard).toEqual([20, undefined]);
  });

  test('answers requests', async () => {
    const { port } = await publication();
    const watcher = later(await watchBroker(port));
    await watcher.until('lanledger/status', 'online');
    await watcher.publish('lanledger/request/health', '{"transaction":1}');
    expect(JSON.parse(await watcher.until('lanledger/response/health', () => true))).toMatchObject({
      status: 'ok',
      transaction: 1,
    });
  });

  test('asks others for the account, and not itself', async () => {
    const account = { username: 'home', password: 'correct horse' };
    const { port, log, lines } = await publication(account);
    await log.until('Connected');
    const watcher = later(await watchBroker(port, account));
    await watcher.until('lanledger/status', 'online');
    const wrong = [
      {},
      { username: 'home', password: 'wrong' },
      { username: '$lanledger', password: 'correct horse' },
    ];
    await Promise.all(
      wrong.map((other) => expect(client(port, other)).rejects.toMatchObject({ code: 5 })),
    );
    expect(lines.join('\n')).not.toContain(account.password);
  });

  test('says what to do where the port is taken', async () => {
    const other = later(await aedesBroker());
    await other.start();
    const { port } = other;
    const { publisher } = publisherFor(0, { config: { embedded: { ...open, port } } });
    await expect(publisher.start()).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: `Port ${port} on 127.0.0.1 is taken, probably by another MQTT broker: set mqtt.url to that broker (mqtt://127.0.0.1:${port}), or mqtt.embedded.port to a free port.`,
    });
  });
});
