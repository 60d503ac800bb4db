import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { AppError, messageOf, systemCodeOf } from './base/errors.ts';
import type { Log } from './base/log.ts';
import { chooseInterfaces } from './capture/interfaces.ts';
import { openLiveSource } from './capture/open.ts';
import { ledgerPath, type Config } from './config/config.ts';
import { openStore } from './store/store.ts';

/** Tries everything the daemon needs and prints one line each; false where something needs mending. */
export async function check(config: Config): Promise<boolean> {
  const results = [
    await attempt('Capture', () => checkCapture(config)),
    await attempt('Data directory', () => checkStore(config)),
    await attempt('HTTP port', () => checkPort(config.http.host, config.http.port, 'http.port')),
  ];
  if (config.mqtt.url === '') {
    const { host, port } = config.mqtt.embedded;
    results.push(await attempt('MQTT port', () => checkPort(host, port, 'mqtt.embedded.port')));
  }
  const isReady = results.every(Boolean);
  process.stdout.write(isReady ? 'LanLedger can run here.\n' : 'LanLedger cannot run here yet.\n');
  return isReady;
}

async function attempt(subject: string, work: () => Promise<string> | string): Promise<boolean> {
  try {
    process.stdout.write(`ok    ${subject}: ${await work()}\n`);
    return true;
  } catch (error) {
    process.stdout.write(`FAIL  ${subject}: ${messageOf(error)}\n`);
    return false;
  }
}

async function checkCapture(config: Config): Promise<string> {
  const sentences: string[] = [];
  const note = (sentence: string) => void sentences.push(sentence);
  const log: Log = { debug: () => {}, info: note, warn: note, error: note };
  const interfaces = chooseInterfaces(config.capture.interfaces, log);
  const source = await openLiveSource({ ...config.capture, interfaces }, log);
  try {
    await source.start(() => {});
  } finally {
    await source.stop();
  }
  return [`${config.capture.driver} works on ${interfaces.join(', ')}.`, ...sentences].join(' ');
}

function checkStore(config: Config): string {
  const path = ledgerPath(config);
  const isNew = !existsSync(path);
  try {
    openStore(path).close();
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'STORE_BUSY') throw error;
    return `${path} is in use by a running LanLedger.`;
  }
  return isNew ? `${path} was created.` : `${path} can be written.`;
}

async function checkPort(host: string, port: number, key: string): Promise<string> {
  const where = host === '*' ? '' : `${host} `;
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(host === '*' ? {} : { host }) }, resolve);
  }).catch((error: unknown) => {
    const reason =
      systemCodeOf(error) === 'EADDRINUSE' ? 'is taken by another program' : messageOf(error);
    throw new AppError('PORT_IN_USE', `${where}port ${port} ${reason}: set ${key} to a free port.`);
  });
  await new Promise((resolve) => server.close(resolve));
  return `${where}port ${port} is free.`;
}
