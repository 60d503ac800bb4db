import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
    });
  });

  test('a broker that refuses large messages gets the others, and the log says what to do', async () => {
    const broker = later(await mosquittoBroker({ lines: ['message_size_limit 300'] }));
    await broker.start();
    const { publisher, log, lines } = publisherFor(broker.port);
    await publisher.start();
    publisher.publish();
    await log.until('(MQTT 3.1.1)');
    const watcher = later(await watchBroker(broker.port));
    await watcher.publish('lanledger/request/health', '');
    await watcher.until('lanledger/response/health', (answer) => answer.includes('"ok"'));
    await watcher.until('lanledger/limits', '[]');
    const name = `127.0.0.1:${broker.port}`;
    expect(lines).toEqual([
      `info: Connected to the MQTT broker at ${name} (MQTT 5).`,
      `warn: The MQTT broker at ${name} was lost: it refuses a message that is too large; raise its message_size_limit. Trying again until it works.`,
      `info: Connected to the MQTT broker at ${name} (MQTT 3.1.1).`,
    ]);
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
