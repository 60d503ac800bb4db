import { EventEmitter, once } from 'node:events';
import { createApp, type App } from './app.ts';
import { AppError } from './base/errors.ts';
import { createLog, type ProcessLog } from './base/log.ts';
import { loadConfig, type ConfigSources } from './config/load.ts';

const STOP_TIMEOUT_MS = 1900;
/** For the answer to the command that asks for a restart. */
const ANSWER_MS = 200;

/**
 * Runs the daemon until SIGTERM or SIGINT; SIGHUP reads the configuration again. Rejects with an `AppError` where it cannot
 * start.
 */
export async function run(sources: ConfigSources): Promise<void> {
  // From the first moment, and for good: an impatient second signal must not cut the last checkpoint short.
  const stopSignal = new Promise<string>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, resolve);
  });
  const life: Life = { isRunning: false };
  void endInTime(stopSignal, life);
  let next: Next = 'restart';
  while (next === 'restart') next = await runOnce(sources, stopSignal, life);
}

/** What is wanted after the daemon has stopped. */
type Next = 'stop' | 'restart';

interface Life {
  log?: ProcessLog;
  /** It meters. */
  isRunning: boolean;
}

async function runOnce(
  sources: ConfigSources,
  stopSignal: Promise<string>,
  life: Life,
): Promise<Next> {
  const loaded = await loadConfig(sources);
  const log = createLog(loaded.config.log.level, loaded.config.log.format);
  life.log = log;
  for (const note of loaded.notes) log.info(note);
  const requests = new EventEmitter();
  const restartRequest = once(requests, 'restart');
  const app = createApp(loaded, log, () => {
    setTimeout(() => void requestRestart(sources, requests, log), ANSWER_MS);
  });
  const onHangUp = () => void reload(app, sources, log);
  process.on('SIGHUP', onHangUp);
  await app.start();
  life.isRunning = true;
  const next = await Promise.race([
    stopSignal.then((): Next => 'stop'),
    restartRequest.then((): Next => 'restart'),
  ]);
  await app.stop();
  process.off('SIGHUP', onHangUp);
  if (next === 'stop') log.info('Stopped.');
  return next;
}

/** A configuration that would not start must not end a daemon that runs. */
async function requestRestart(
  sources: ConfigSources,
  requests: EventEmitter,
  log: ProcessLog,
): Promise<void> {
  try {
    await loadConfig(sources);
    log.info('Restarting, as somebody asked for.');
    requests.emit('restart');
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    log.error(`${error.message} LanLedger goes on as it is and does not restart.`);
  }
}

/** A part that hangs, or a start that waits for something, must not keep the process from ending. */
async function endInTime(stopSignal: Promise<string>, life: Life): Promise<void> {
  const name = await stopSignal;
  life.log?.info(`Stopping after ${name}: writing the last checkpoint.`);
  setTimeout(() => {
    // Before it runs nothing has been metered.
    if (life.isRunning) life.log?.error('A part did not stop in time.');
    process.exit(life.isRunning ? 1 : 0);
  }, STOP_TIMEOUT_MS).unref();
}

async function reload(app: App, sources: ConfigSources, log: ProcessLog): Promise<void> {
  try {
    app.reload(await loadConfig(sources));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    log.error(`${error.message} The configuration stays as it was.`);
  }
}
