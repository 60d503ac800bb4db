import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { MqttClient, type IClientOptions } from 'mqtt';
import type { Door, Target } from './door.ts';

interface Account {
  username: string;
  password: string;
}

/** Mosquitto inside a namespace, on all its addresses; it forgets everything when it stops. */
export interface LabBroker {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** From the next start or `reload` on. */
  setPassword(password: string): void;
  /** Makes it read its password file again; who is connected stays so. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

export const MQTT_PORT = 1883;
/** The same broker, for tests that cut the other port off. */
export const SECOND_MQTT_PORT = 1884;

/** Open to all, or to the account given. */
export function labBroker(namespace: string, account?: Account): LabBroker {
  const directory = mkdtempSync(join(tmpdir(), 'lanledger-mosquitto-'));
  const configFile = join(directory, 'mosquitto.conf');
  const passwordFile = join(directory, 'passwords');
  const access =
    account === undefined
      ? ['allow_anonymous true']
      : ['allow_anonymous false', `password_file ${passwordFile}`];
  const listeners = [MQTT_PORT, SECOND_MQTT_PORT].map((port) => `listener ${port}`);
  const lines = [...listeners, 'persistence false', 'log_dest stderr', 'user root'];
  writeFileSync(configFile, `${[...lines, ...access].join('\n')}\n`);
  let running: ChildProcess | undefined;

  function setPassword(password: string): void {
    if (account === undefined) throw new Error('this broker is open to all');
    writeFileSync(passwordFile, '', { mode: 0o600 });
    const parameters = ['-b', passwordFile, account.username, password];
    execFileSync('mosquitto_passwd', parameters, { env: environment, stdio: 'pipe' });
  }

  async function stop(): Promise<void> {
    const child = running;
    running = undefined;
    if (child === undefined) return;
    const gone = once(child, 'exit');
    child.kill();
    await gone;
  }

  if (account !== undefined) setPassword(account.password);
  return {
    async start() {
      const command = ['netns', 'exec', namespace, 'mosquitto', '-c', configFile];
      const child = spawn('ip', command, { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
      running = child;
      await said(child, 'running');
    },
    stop,
    setPassword,
    async reload() {
      if (running === undefined) throw new Error('the broker does not run');
      const reloaded = said(running, 'Reloading config');
      running.kill('SIGHUP');
      await reloaded;
    },
    async close() {
      await stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const environment = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` };

/** Waits for a line of the broker's log. */
async function said(child: ChildProcess, words: string): Promise<void> {
  if (child.stderr === null) throw new Error('the broker has no log');
  const reader = createInterface({ input: child.stderr });
  await new Promise<void>((resolve, reject) => {
    const seen: string[] = [];
    reader.on('line', (line) => {
      seen.push(line);
      if (line.includes(words)) resolve();
    });
    reader.once('close', () => reject(new Error(`Mosquitto ended:\n${seen.join('\n')}`)));
  });
  reader.removeAllListeners();
  child.stderr.resume();
}

/** A client of a broker inside a namespace. */
export async function mqttThrough(
  door: Door,
  target: Target,
  options: IClientOptions = {},
): Promise<MqttClient> {
  const client = new MqttClient(() => door.connect(target), {
    protocolVersion: 4,
    reconnectPeriod: 0,
    ...options,
  });
  client.on('error', () => {});
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve());
    client.once('close', () => reject(new Error('the broker ended the connection')));
    client.once('error', reject);
  });
  return client;
}

/** The last retained message of each topic that a new subscriber gets, which is no subscriber any more. */
export async function retainedAt(
  door: Door,
  target: Target,
  { filter, ...options }: IClientOptions & { filter: string },
): Promise<Map<string, string>> {
  const client = await mqttThrough(door, target, options);
  const messages = new Map<string, string>();
  const end = 'retained-messages-are-all-there';
  const finished = new Promise<void>((resolve) => {
    client.on('message', (topic, payload, { retain }) => {
      if (topic === end) resolve();
      else if (retain) messages.set(topic, payload.toString());
    });
  });
  await client.subscribeAsync([filter, end], { qos: 1 });
  // Brokers send what is retained before what comes after the subscription.
  await client.publishAsync(end, '', { qos: 1 });
  await finished;
  await client.endAsync(true);
  return messages;
}
