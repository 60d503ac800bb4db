import { setTimeout as delay } from 'node:timers/promises';
import type { Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { mosquittoMissing } from '../support/broker.ts';
import { hostileJson, hostileTexts } from '../support/hostile-values.ts';
import { operationsOf } from '../support/openapi-document.ts';
import { ATTACK_MS, residentMebibytes, type Victim, withstand } from './attack.ts';
import { describeLab } from './metering.ts';
import { labBroker, MQTT_PORT, mqttThrough, retainedAt } from './mosquitto.ts';
import { lanGateway } from './topologies.ts';

if (mosquittoMissing !== undefined) {
  process.stderr.write(`\n*** SKIPPED hostile MQTT at Mosquitto: ${mosquittoMissing} ***\n`);
}

describeLab('hostile MQTT', lanGateway, (home) => {
  test(
    'hostile requests at the built-in broker are answered, and harm nothing',
    { timeout: ATTACK_MS },
    () => withstand(home(), sendHostileRequests, { mqtt: { intervalSeconds: 1 } }),
  );

  test.skipIf(mosquittoMissing !== undefined)(
    'hostile requests at Mosquitto are answered, and harm nothing',
    { timeout: ATTACK_MS },
    async () => {
      const broker = labBroker(home().gateway.namespace);
      onTestFinished(() => broker.close());
      await broker.start();
      const url = `mqtt://127.0.0.1:${MQTT_PORT}`;
      await withstand(home(), sendHostileRequests, { mqtt: { url, intervalSeconds: 1 } });
    },
  );

  test(
    'a flood of connections at the built-in broker neither stops it nor the daemon',
    { timeout: ATTACK_MS },
    () =>
      withstand(
        home(),
        async (victim) => {
          const { ask, inside, pid } = victim;
          const target = { host: '127.0.0.1', port: MQTT_PORT };
          const before = residentMebibytes(pid);
          const sockets: Socket[] = [];
          onTestFinished(() => {
            for (const socket of sockets) socket.destroy();
          });
          const beginnings = [
            Buffer.alloc(0),
            Buffer.from([0x10]),
            Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]),
            Buffer.from([0x30, 0x80]),
            Buffer.alloc(1000, 0xff),
            Buffer.from('GET / HTTP/1.1\r\n\r\n'),
            // CONNECT of MQTT 3.1.1 without a client id, keep alive 0.
            Buffer.from([0x10, 12, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 0, 0, 0]),
          ];
          for (let round = 0; round < 3; round++) {
            for (let index = 0; index < 500; index++) {
              const socket = inside.connect(target);
              socket.on('error', () => {});
              socket.resume();
              socket.write(beginnings[index % beginnings.length] ?? '');
              sockets.push(socket);
            }
            expect((await ask({ method: 'GET', path: '/health' })).status).toBe(200);
            await delay(1000);
          }
          for (const socket of sockets) socket.destroy();
          const reachable = async () =>
            (await retainedAt(inside, target, { filter: 'lanledger/status' })).get(
              'lanledger/status',
            );
          await expect.poll(reachable, { timeout: 15_000, interval: 500 }).toBe('online');
          const { broker } = await victim.read<{ broker: object }>('/api/v1/health');
          expect(broker).toMatchObject({ connected: true, embedded: true });
          expect(residentMebibytes(pid) - before).toBeLessThan(64);
        },
        { mqtt: { intervalSeconds: 1 } },
      ),
  );
});

const binary = [
  Buffer.alloc(0),
  Buffer.from([0]),
  Buffer.from([0xff, 0xfe]),
  Buffer.from([0xc3, 0x28]),
  Buffer.alloc(65_536, 0x20),
  Buffer.alloc(65_537, 0x20),
  Buffer.alloc(250_000, 0x7b),
];

/** On the topic of every command, and of none. */
async function sendHostileRequests(victim: Victim): Promise<void> {
  const { document, inside, pid } = victim;
  const before = residentMebibytes(pid);
  const target = { host: '127.0.0.1', port: MQTT_PORT };
  const commands = new Set([
    ...operationsOf(document).flatMap((operation) => operation['x-command'] ?? []),
    'device/rename',
    'device/hide',
    'usage',
    '__proto__',
    'constructor',
    'a/b/c/d',
    'x'.repeat(200),
  ]);
  const payloads = [
    ...hostileJson,
    ...hostileTexts.filter((_text, index) => index % 4 === 0),
    ...hostileTexts.map((text) =>
      JSON.stringify({ device: text, name: text, into: [text], [text]: 1, transaction: text }),
    ),
    '{"transaction":{"a":[]},"device":{}}',
    ...binary,
  ];
  const client = await mqttThrough(inside, target);
  onTestFinished(() => client.endAsync(true));
  let answers = 0;
  const faults: string[] = [];
  client.on('message', (topic, payload) => {
    if (!topic.startsWith('lanledger/response/')) return;
    answers += 1;
    const { status, error } = JSON.parse(payload.toString()) as {
      status: string;
      error?: { code: string };
    };
    if (status === 'error' && error?.code === 'INTERNAL') faults.push(topic);
  });
  await client.subscribeAsync('lanledger/#', { qos: 1 });
  let sent = 0;
  for (const command of commands) {
    for (const payload of payloads) {
      await client.publishAsync(`lanledger/request/${command}`, payload, { qos: 1 });
      sent += 1;
    }
  }
  // As the daemon works them off in order, this is the last.
  await client.publishAsync('lanledger/request/health', '{"transaction":"the last"}', { qos: 1 });
  await new Promise<void>((resolve) => {
    client.on('message', (topic, payload) => {
      if (topic === 'lanledger/response/health' && payload.includes('the last')) resolve();
    });
    const again = setInterval(() => {
      void client.publishAsync('lanledger/request/health', '{"transaction":"the last"}');
    }, 1000);
    onTestFinished(() => clearInterval(again));
  });
  process.stderr.write(`  ${sent} hostile MQTT requests, ${answers} answers\n`);
  expect(faults).toEqual([]);
  expect(answers).toBeGreaterThan(sent / 2);
  // Nobody else writes the daemon's states.
  const retained = await retainedAt(inside, target, { filter: 'lanledger/#' });
  expect(retained.get('lanledger/status')).toBe('online');
  expect(residentMebibytes(pid) - before).toBeLessThan(96);
}
