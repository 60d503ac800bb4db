import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { systemClock } from './base/clock.ts';
import { AppError, messageOf } from './base/errors.ts';
import { createLog } from './base/log.ts';
import { ledgerPath } from './config/config.ts';
import { loadConfig, type ConfigSources } from './config/load.ts';
import {
  createHousehold,
  HOME_IPV6,
  hostsOf,
  leasesOf,
  type HouseholdOptions,
} from './demo/household.ts';
import { pastOf } from './demo/past.ts';
import { siteNames } from './demo/sites.ts';
import { addDays } from './model/checkpoint.ts';
import { run } from './run.ts';
import { openStore } from './store/store.ts';
import { Calendar } from './usage/calendar.ts';
import { vendorOf } from './vendors.ts';

export interface DemoCommand {
  /** An empty folder to keep everything in; undefined: a temporary one. */
  data?: string;
  port: number;
  days: number;
  devices: number;
  seed: number;
}

/** Runs the daemon on a household that is made up: its past in the ledger, its present as frames. */
export async function runDemo(command: DemoCommand): Promise<void> {
  const { data } = command;
  const directory = data === undefined ? temporaryFolder() : emptyFolder(resolve(data));
  if (data === undefined) {
    process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
  }
  // Until the daemon runs, which takes its time to write the last checkpoint.
  const leave = () => process.exit(0);
  process.once('SIGINT', leave).once('SIGTERM', leave);
  const sources = configure(directory, command);
  const household = await fill(sources, command);
  process.off('SIGINT', leave).off('SIGTERM', leave);
  let isPortKnown = command.port !== 0;
  // Other commands have to find it on any port, and a restart must not leave that port.
  const serving = (port: number) => {
    if (!isPortKnown) configure(directory, { ...command, port });
    isPortKnown = true;
  };
  try {
    await run({ load: () => loadConfig(sources), demo: household, serving });
  } catch (error) {
    throw inWordsOfDemo(error, command);
  }
}

/** The advice to set `http.port` is of no use: the demo has no configuration but its own. */
function inWordsOfDemo(error: unknown, { port }: DemoCommand): unknown {
  if (!(error instanceof AppError) || !error.code.startsWith('PORT_')) return error;
  const { code, cause } = error;
  const what =
    code === 'PORT_IN_USE' ? 'is taken by another program' : `cannot be used (${messageOf(cause)})`;
  const sentence = `Port ${port} ${what}: choose another with --port, or any that is free with --port 0.`;
  return new AppError(code, sentence, { cause: error });
}

function temporaryFolder(): string {
  const directory = tmpdir();
  try {
    return mkdtempSync(join(directory, 'lanledger-demo-'));
  } catch (error) {
    throw unusable(directory, error);
  }
}

/** Makes the folder where it is missing. Nothing that somebody else needs may be written over. */
function emptyFolder(directory: string): string {
  let names: string[];
  try {
    // Not recursive: in some places Node tries that for ever.
    if (!existsSync(directory)) mkdirSync(directory);
    names = readdirSync(directory);
  } catch (error) {
    throw unusable(directory, error);
  }
  if (names.length === 0) return directory;
  const sentence = `${directory} is not empty, and the demo would spoil what is there: choose an empty folder.`;
  throw new AppError('STORE_UNWRITABLE', sentence);
}

function unusable(directory: string, error: unknown): AppError {
  const sentence = `${directory} cannot be used (${messageOf(error)}): choose another folder with --data.`;
  return new AppError('STORE_UNWRITABLE', sentence, { cause: error });
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw unusable(dirname(path), error);
  }
}

/** Writes the configuration and what it refers to: every other command finds the demo with `--config`. */
function configure(directory: string, { port }: DemoCommand): ConfigSources {
  const path = (name: string) => join(directory, name);
  const config = {
    dataDirectory: directory,
    http: { host: '127.0.0.1', port, auth: 'none' },
    mqtt: { embedded: { port: 0 } },
    networks: { local: [HOME_IPV6] },
    names: {
      hostsFile: path('hosts'),
      leaseFiles: [path('dnsmasq.leases')],
      reverseDns: 'off',
    },
  };
  // YAML takes JSON.
  write(path('lanledger.yaml'), `${JSON.stringify(config, undefined, 2)}\n`);
  return {
    file: path('lanledger.yaml'),
    environment: { TZ: process.env['TZ'] },
    commandLine: {},
  };
}

async function fill(
  sources: ConfigSources,
  { days, devices, seed }: DemoCommand,
): Promise<HouseholdOptions> {
  const { config } = await loadConfig(sources);
  const log = createLog(config.log.level, config.log.format);
  const calendar = new Calendar(config.timeZone);
  const now = systemClock.now();
  const today = calendar.day(now);
  const options = {
    seed,
    devices,
    days: Array.from({ length: days }, (_, index) => addDays(today, index + 1 - days)),
  };
  const household = createHousehold(options);
  write(config.names.hostsFile, lines([...hostsOf(household), ...siteNames()]));
  write(config.names.leaseFiles[0] ?? '', lines(leasesOf(household)));
  const store = openStore(ledgerPath(config));
  try {
    log.info(
      `Making up a household: ${devices} devices, ${days} days, seed ${seed}. ` +
        `Other commands find it with --config ${sources.file}.`,
    );
    for (const page of pastOf({ household, calendar, now, vendorOf })) {
      store.checkpoint(page);
      await setImmediate();
    }
  } finally {
    store.close();
  }
  return options;
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}
