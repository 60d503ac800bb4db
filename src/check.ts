import { existsSync } from 'node:fs';
import { AppError, messageOf } from './base/errors.ts';
import type { Log } from './base/log.ts';
import { hardwareForwarded, interfaceFaults } from './capture/interface-faults.ts';
import { chooseInterfaces } from './capture/interfaces.ts';
import { openLiveSource } from './capture/open.ts';
import { ledgerPath, tokensPath, type Config } from './config/config.ts';
import type { LoadedConfig } from './config/load.ts';
import { examine, verdictOf, type Finding, type Verdict } from './finding.ts';
import { tlsOptions } from './http/tls.ts';
import { readTokens } from './http/token-file.ts';
import {
  cardSize,
  checkDataDirectory,
  checkLedger,
  checkSpace,
  checkWear,
  ledgerDays,
} from './ledger-check.ts';
import { print, printTable } from './ledger-output.ts';
import { checkClock, checkMemory, checkNode, checkTimeZone } from './machine-check.ts';
import { parseBrokerUrl } from './mqtt/broker-address.ts';
import { checkTls, isEncrypted, readTls } from './mqtt/tls.ts';
import { checkPort } from './port-check.ts';
import { inspectLedger, type LedgerInspection } from './store/inspection.ts';
import { Calendar } from './usage/calendar.ts';

/** Characters of a line where nobody tells how many fit. */
const USUAL_WIDTH = 120;
/** Of the table, besides the sentences. */
const OTHER_COLUMNS = 30;
const MIN_WIDTH = 40;

/** Tries everything the daemon needs and prints what it finds; false where something does not work. Nothing is changed. */
export async function check(loaded: LoadedConfig, { json = false } = {}): Promise<boolean> {
  const findings = await examineAll(loaded);
  const isReady = findings.every(({ level }) => level !== 'fail');
  if (json) print({ ready: isReady, findings });
  else {
    printFindings(findings);
    process.stdout.write(
      isReady ? 'LanLedger can run here.\n' : 'LanLedger cannot run here yet.\n',
    );
  }
  return isReady;
}

function printFindings(findings: readonly Finding[]): void {
  const width = Math.max(MIN_WIDTH, (process.stdout.columns ?? USUAL_WIDTH) - OTHER_COLUMNS);
  printTable(
    ['', 'What', 'How it is'],
    findings.map(({ level, subject, sentence }) => [
      level === 'fail' ? 'FAIL' : level,
      subject,
      wrap(sentence, width),
    ]),
  );
}

/** Breaks lines between words. */
function wrap(sentence: string, width: number): string {
  const lines = [''];
  for (const word of sentence.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines.join('\n');
}

async function examineAll(loaded: LoadedConfig): Promise<Finding[]> {
  const { config } = loaded;
  const findings = [
    await examine('Node', () => checkNode()),
    await examine('Capture', () => checkCapture(config)),
    await examine('Memory', () => checkMemory(config, config.capture.interfaces.length)),
    await examine('Time zone', () => checkTimeZone(loaded)),
  ];
  findings.push(...(await examineLedger(config)));
  findings.push(...(await examineOutputs(config)));
  return findings;
}

async function examineLedger(config: Config): Promise<Finding[]> {
  const path = ledgerPath(config);
  const { timeZone, dataDirectory, store } = config;
  const now = Date.now();
  let found: LedgerInspection | undefined;
  const findings = [await examine('Data directory', () => checkDataDirectory(config))];
  if (existsSync(path)) {
    const finding = await examine('Ledger', () => {
      found = inspectLedger(path);
      return checkLedger(path, found);
    });
    findings.push(finding);
  }
  const { bytes = 0, firstDay, checkpointAt, writes } = found ?? {};
  const days = ledgerDays(firstDay, new Calendar(timeZone).day(now));
  return [
    await examine('Clock', () => checkClock({ now, timeZone, checkpointAt })),
    ...findings,
    await examine('Disk space', () => checkSpace(config, { bytes, days })),
    await examine('Disk wear', () =>
      checkWear(store.checkpointSeconds, writes, cardSize(dataDirectory)),
    ),
  ];
}

async function examineOutputs(config: Config): Promise<Finding[]> {
  const { http, mqtt } = config;
  const ledgerLock = `${ledgerPath(config)}.lock`;
  const findings = [
    await examine('HTTP port', () => checkPort({ ...http, key: 'http.port', ledgerLock })),
  ];
  if (http.auth === 'token') {
    findings.push(await examine('Access tokens', () => checkTokens(tokensPath(config))));
  }
  if (http.tls.certificateFile !== '') {
    findings.push(await examine('HTTP certificate', () => checkCertificate(http.tls)));
  }
  if (mqtt.url === '') {
    const key = 'mqtt.embedded.port';
    findings.push(
      await examine('MQTT port', () => checkPort({ ...mqtt.embedded, key, ledgerLock })),
    );
  } else {
    findings.push(await examine('MQTT broker', () => checkBroker(mqtt)));
  }
  return findings;
}

async function checkCapture(config: Config): Promise<Verdict> {
  const { log, sentences } = collectLog();
  const interfaces = chooseInterfaces(config.capture.interfaces, log);
  const source = await openLiveSource({ ...config.capture, interfaces }, log);
  try {
    await source.start(() => {});
  } finally {
    await source.stop();
  }
  const works = `${config.capture.driver} works on ${interfaces.join(', ')}.`;
  const hidden = hardwareForwarded() ?? 0;
  return verdictOf([works, ...sentences].join(' '), [
    ...interfaces.flatMap(interfaceFaults),
    ...(hidden === 0
      ? []
      : [
          `The network card forwards ${hidden} connections by itself, where nothing can be metered: switch hardware flow offloading off.`,
        ]),
  ]);
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
