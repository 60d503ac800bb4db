import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { AppError, messageOf, systemCodeOf } from './base/errors.ts';
import type { Log } from './base/log.ts';
import { chooseInterfaces } from './capture/interfaces.ts';
import { openLiveSource } from './capture/open.ts';
import { ledgerPath, tokensPath, type Config } from './config/config.ts';
import { tlsOptions } from './http/tls.ts';
import { readTokens } from './http/token-file.ts';
import { parseBrokerUrl } from './mqtt/broker-address.ts';
import { checkTls, isEncrypted, readTls } from './mqtt/tls.ts';
import { openStore } from './store/store.ts';

/** Tries everything the daemon needs and prints one line each; false where something needs mending. */
export async function check(config: Config): Promise<boolean> {
  const results = [
    await attempt('Capture', () => checkCapture(config)),
    await attempt('Data directory', () => checkStore(config)),
    await attempt('HTTP port', () => checkPort(config.http.host, config.http.port, 'http.port')),
  ];
  const { http, mqtt } = config;
  if (http.auth === 'token') {
    results.push(await attempt('Access tokens', () => checkTokens(tokensPath(config))));
  }
  if (http.tls.certificateFile !== '') {
    results.push(await attempt('HTTP certificate', () => checkCertificate(http.tls)));
  }
  if (mqtt.url === '') {
    const { host, port } = mqtt.embedded;
    results.push(await attempt('MQTT port', () => checkPort(host, port, 'mqtt.embedded.port')));
  } else {
    results.push(await attempt('MQTT broker', () => checkBroker(mqtt)));
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
  const { log, sentences } = collectLog();
  const interfaces = chooseInterfaces(config.capture.interfaces, log);
  const source = await openLiveSource({ ...config.capture, interfaces }, log);
  try {
    await source.start(() => {});
  } finally {
    await source.stop();
  }
  return [`${config.capture.driver} works on ${interfaces.join(', ')}.`, ...sentences].join(' ');
}

/** What the parts of the daemon say meanwhile. */
function collectLog(): { log: Log; sentences: string[] } {
  const sentences: string[] = [];
  const note = (sentence: string) => void sentences.push(sentence);
  return { log: { debug: () => {}, info: note, warn: note, error: note }, sentences };
}

function checkTokens(path: string): string {
  const { log, sentences } = collectLog();
  const tokens = readTokens(path, log);
  if (tokens === undefined) return `${path} is made at the first start.`;
  return [`${path} holds ${tokens.length}.`, ...sentences].join(' ');
}

function checkCertificate(files: Config['http']['tls']): string {
  tlsOptions(files);
  return `${files.certificateFile} and ${files.keyFile} belong together.`;
}

function checkBroker(mqtt: Config['mqtt']): string {
  const broker = parseBrokerUrl(mqtt);
  checkTls(mqtt.tls, broker);
  if (!isEncrypted(broker)) return `${broker.name} was not asked.`;
  try {
    readTls(mqtt.tls);
  } catch (error) {
    // It comes as the middle of a sentence.
    throw new AppError('CONFIG_INVALID', `${messageOf(error)}.`, { cause: error });
  }
  return `${broker.name} was not asked; the files for TLS are in order.`;
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
