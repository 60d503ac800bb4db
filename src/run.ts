import { EventEmitter, once } from 'node:events';
import { isatty } from 'node:tty';
import { createApp, type App } from './app.ts';
import { systemClock } from './base/clock.ts';
import { AppError } from './base/errors.ts';
import { createLog, type ProcessLog } from './base/log.ts';
import type { LoadedConfig } from './config/load.ts';
import type { HouseholdOptions } from './demo/household.ts';
import { openServiceManager, type ServiceManager } from './service/service-manager.ts';

const STOP_TIMEOUT_MS = 1900;
const asRoot =
  'LanLedger runs as root and needs much less: its systemd service and its images start it as a user of its own that may only capture.';
/** For the answer to the command that asks for a restart. */
const ANSWER_MS = 200;

export interface RunOptions {
  /** Reads the configuration: at the start, at SIGHUP and at each restart. */
  load: () => Promise<LoadedConfig>;
  /** Meters this made-up household and no network. */
  demo?: HouseholdOptions;
  /** Is told the HTTP port at each start. */
  serving?: (port: number) => void;
  /** Calls `restart` when something else than a user wants one, and says why; returns what ends that. */
  watch?: (restart: (why: string) => void) => () => void;
}

/**
 * Runs the daemon until SIGTERM, SIGINT or the end of its terminal; any other SIGHUP reads the configuration again. Rejects
 * with an `AppError` where it cannot start.
 */
export async function run({ load, demo, serving, watch }: RunOptions): Promise<void> {
  // From the first moment, and for good: an impatient second signal must not cut the last checkpoint short.
  const hadTerminal = isatty(0);
  const life: Life = { isRunning: false, isStopping: false, demo, serving, watch };
  const stopSignal = new Promise<string>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, resolve);
    process.on('SIGHUP', () => {
      // A terminal that was closed is none any more.
      if (hadTerminal && !isatty(0)) resolve('the end of its terminal');
      else void reload(life, load);
    });
  });
  void endInTime(stopSignal, life);
  let loaded = await load();
  let before: LoadedConfig | undefined;
  while (!life.isStopping) {
    try {
      await runOnce(loaded, stopSignal, life);
      if (life.isStopping) break;
      before = loaded;
      loaded = await load();
    } catch (error) {
      // A restart that fails must not end a daemon that ran.
      if (!(error instanceof AppError) || before === undefined) throw error;
      life.log?.error(`${error.message} LanLedger goes on with the configuration before.`);
      [loaded, before] = [before, undefined];
    }
  }
}

/** The daemon over all its restarts. */
interface Life {
  demo: RunOptions['demo'];
  serving: RunOptions['serving'];
  watch: RunOptions['watch'];
  app?: App | undefined;
  log?: ProcessLog;
  service?: ServiceManager;
  /** The interfaces of the last start. */
  metered?: readonly string[];
  /** It meters. */
  isRunning: boolean;
  isStopping: boolean;
}

/** Runs until it is stopped, or somebody asks for a restart. */
async function runOnce(
  loaded: LoadedConfig,
  stopSignal: Promise<string>,
  life: Life,
): Promise<void> {
  const log = createLog(loaded.config.log.level, loaded.config.log.format);
  life.log = log;
  for (const note of loaded.notes) log.info(note);
  const requests = new EventEmitter();
  const restart = once(requests, 'restart');
  const restarting = () => void setTimeout(() => requests.emit('restart'), ANSWER_MS);
  const service = await serviceOf(life, log);
  const { demo, metered, serving } = life;
  const app = createApp(loaded, log, { restart: restarting, demo, metered, service, serving });
  life.metered = await app.start();
  if (process.getuid?.() === 0 && demo === undefined) log.info(asRoot);
  life.app = app;
  life.isRunning = true;
  if (!life.isStopping) service.ready();
  let why = 'Somebody asked for a restart';
  const unwatch = life.watch?.((reason) => {
    why = reason;
    restarting();
  });
  await Promise.race([stopSignal, restart]);
  unwatch?.();
  if (!life.isStopping) {
    log.info(`${why}: restarting.`);
    service.reloading();
  }
  life.app = undefined;
  await app.stop();
  life.isRunning = false;
  if (life.isStopping) log.info('Stopped.');
}

/** The same one over all restarts. */
async function serviceOf(life: Life, log: ProcessLog): Promise<ServiceManager> {
  const { env: environment } = process;
  life.service ??= await openServiceManager({ environment, clock: systemClock, log });
  return life.service;
}

/** A part that hangs, or a start that waits for something, must not keep the process from ending. */
async function endInTime(stopSignal: Promise<string>, life: Life): Promise<void> {
  const name = await stopSignal;
  life.isStopping = true;
  life.service?.stopping();
  life.log?.info(`Stopping after ${name}: writing the last checkpoint.`);
  setTimeout(() => {
    // Before it runs nothing has been metered.
    if (life.isRunning) life.log?.error('A part did not stop in time.');
    process.exit(life.isRunning ? 1 : 0);
  }, STOP_TIMEOUT_MS).unref();
}

async function reload({ app, log, service }: Life, load: RunOptions['load']): Promise<void> {
  if (app === undefined) {
    log?.warn('LanLedger is still starting: send SIGHUP again.');
    return;
  }
  service?.reloading();
  try {
    app.reload(await load());
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    log?.error(`${error.message} The configuration stays as it was.`);
  } finally {
    service?.ready();
  }
}
