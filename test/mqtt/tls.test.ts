import { copyFileSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:tls';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createAuthority, type Authority, type IssuedFiles } from '../support/authority.ts';
import { mosquittoBroker, mosquittoMissing, webSocketBroker } from '../support/broker.ts';
import { later, plainConfig, publisherFor } from './publication.ts';

let authority: Authority;
let stranger: Authority;
let local: IssuedFiles;

beforeAll(() => {
  authority = createAuthority();
  stranger = createAuthority();
  local = authority.issue('local', { hosts: 'IP:127.0.0.1,DNS:broker.home' });
});

afterAll(async () => {
  await authority.close();
  await stranger.close();
});

const linesFor = ({ certificateFile, keyFile }: IssuedFiles) => [
  `certfile ${certificateFile}`,
  `keyfile ${keyFile}`,
];

/** A publisher that connects with TLS; `changes` are to `mqtt.tls`, by default with the right authority. */
function securePublisher(
  port: number,
  changes: Partial<typeof plainConfig.tls> = {},
  protocol = 'mqtts',
) {
  return publisherFor(port, {
    config: {
      url: `${protocol}://127.0.0.1:${port}`,
      tls: { ...plainConfig.tls, caFile: authority.caFile, ...changes },
    },
  });
}

describe.skipIf(mosquittoMissing !== undefined)('with Mosquitto', () => {
  test('an authority of our own, and the name in the certificate', async () => {
    const broker = later(await mosquittoBroker({ lines: linesFor(local) }));
    await broker.start();
    const byAddress = securePublisher(broker.port);
    await byAddress.publisher.start();
    await byAddress.log.until('Connected');
    await byAddress.publisher.stop();
    const byName = securePublisher(broker.port, { serverName: 'broker.home' });
    await byName.publisher.start();
    await byName.log.until('Connected');
  });

  test('an authority that is not known, then verify: false', async () => {
    const broker = later(await mosquittoBroker({ lines: linesFor(local) }));
    await broker.start();
    for (const caFile of ['', stranger.caFile]) {
      const { publisher, log } = securePublisher(broker.port, { caFile });
      await publisher.start();
      await log.until(
        'cannot be reached: its certificate is from an authority that this machine does not know; set mqtt.tls.caFile to the certificate of that authority.',
      );
      await publisher.stop();
    }
    const trusting = securePublisher(broker.port, { caFile: stranger.caFile, verify: false });
    await trusting.publisher.start();
    await trusting.log.until('Connected');
    expect(trusting.lines[0]).toBe(
      'warn: mqtt.tls.verify is false: anybody on the way to the MQTT broker can read along.',
    );
  });

  test('a certificate for another name is refused', async () => {
    const elsewhere = authority.issue('elsewhere', { hosts: 'DNS:elsewhere.home' });
    const broker = later(await mosquittoBroker({ lines: linesFor(elsewhere) }));
    await broker.start();
    const { publisher, log } = securePublisher(broker.port);
    await publisher.start();
    await log.until(
      'its certificate is for another name; use that name in mqtt.url, or set mqtt.tls.serverName to it.',
    );
    const other = securePublisher(broker.port, { serverName: '192.0.2.7' });
    await other.publisher.start();
    await other.log.until('its certificate is for another name');
  });

  test('an expired certificate is refused, and a renewed one works', async () => {
    const expired = authority.issue('expired', { hosts: 'IP:127.0.0.1', days: -1 });
    const broker = later(await mosquittoBroker({ lines: linesFor(expired) }));
    await broker.start();
    const { publisher, log } = securePublisher(broker.port);
    await publisher.start();
    await log.until('its certificate has expired; renew it, or mend the clock of this machine.');
    expect(publisher.state().trouble).toContain('has expired');
    copyFileSync(local.keyFile, expired.keyFile);
    copyFileSync(local.certificateFile, expired.certificateFile);
    await broker.reload();
    await log.until('Connected');
    expect(publisher.state().trouble).toBeUndefined();
  });

  test('a broker that wants a certificate gets it, as soon as it is there', async () => {
    const lines = [...linesFor(local), `cafile ${authority.caFile}`, 'require_certificate true'];
    const broker = later(await mosquittoBroker({ lines }));
    await broker.start();
    const without = securePublisher(broker.port);
    await without.publisher.start();
    await without.log.until(
      'it wants a certificate from its clients; set mqtt.tls.certificateFile and mqtt.tls.keyFile.',
    );
    await without.publisher.stop();

    const own = authority.issue('lanledger', { hosts: 'DNS:lanledger' });
    const certificate = readFileSync(own.certificateFile);
    unlinkSync(own.certificateFile);
    const { publisher, log } = securePublisher(broker.port, own);
    await publisher.start();
    await log.until(
      `mqtt.tls.certificateFile (${own.certificateFile}) cannot be read: there is no such file.`,
    );
    copyFileSync(local.certificateFile, own.certificateFile);
    await log.until(
      'the files of mqtt.tls.certificateFile and mqtt.tls.keyFile do not belong together.',
    );
    writeFileSync(own.certificateFile, 'no certificate');
    await log.until('the files of mqtt.tls.certificateFile and mqtt.tls.keyFile cannot be used');
    writeFileSync(own.certificateFile, certificate);
    await log.until('Connected');
    await publisher.stop();

    const foreign = stranger.issue('lanledger', { hosts: 'DNS:lanledger' });
    const distrusted = securePublisher(broker.port, foreign);
    await distrusted.publisher.start();
    await distrusted.log.until('it does not trust the certificate in mqtt.tls.certificateFile.');
  });

  test('a file that holds no authority is named', async () => {
    const caFile = local.keyFile;
    const { publisher, log } = securePublisher(1, { caFile });
    await publisher.start();
    await log.until(`mqtt.tls.caFile (${caFile}) holds no certificate in PEM.`);
  });

  test('TLS towards a port without it', async () => {
    const broker = later(await mosquittoBroker());
    await broker.start();
    const { publisher, log } = securePublisher(broker.port);
    await publisher.start();
    await log.until('cannot be reached');
    expect(log.lines[0]).toMatch(
      /it does not speak TLS there|it closed the connection|it does not answer/,
    );
  });
});

test('WebSockets, with and without TLS', async () => {
  const plain = later(await webSocketBroker());
  await plain.start();
  const first = publisherFor(plain.port, { config: { url: `ws://127.0.0.1:${plain.port}/mqtt` } });
  await first.publisher.start();
  await first.log.until('Connected');
  await first.publisher.stop();

  const broker = later(await webSocketBroker(local));
  await broker.start();
  const wrong = securePublisher(broker.port, { caFile: stranger.caFile }, 'wss');
  await wrong.publisher.start();
  await wrong.log.until('its certificate is from an authority that this machine does not know');
  await wrong.publisher.stop();
  const right = securePublisher(broker.port, { serverName: 'broker.home' }, 'wss');
  await right.publisher.start();
  await right.log.until('Connected');
});

test('TLS older than 1.2 is refused', async () => {
  const server = createServer({
    cert: readFileSync(local.certificateFile),
    key: readFileSync(local.keyFile),
    maxVersion: 'TLSv1.1',
    minVersion: 'TLSv1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  }).listen(0, '127.0.0.1');
  server.on('tlsClientError', () => {});
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { publisher, log } = securePublisher((server.address() as AddressInfo).port);
  await publisher.start();
  await log.until('it offers only TLS older than 1.2.');
});
