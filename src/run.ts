import { createApp, type App } from './app.ts';
import { AppError } from './base/errors.ts';
import { createLog, type ProcessLog } from './base/log.ts';
import { loadConfig, type ConfigSources } from './config/load.ts';

const STOP_TIMEOUT_MS = 1900;

/**
 * Runs the daemon until SIGTERM or SIGINT; SIGHUP reads the configuration again. Rejects with an `AppError` where it cannot
 * start.
 */
export async function run(sources: ConfigSources): Promise<void> {
  const loaded = await loadConfig(sources);
  const log = createLog(loaded.config.log.level, loaded.config.log.format);
  for (const note of loaded.notes) log.info(note);
  // From the first moment, and for good: an impatient second signal must not cut the last checkpoint short.
  const stopSignal = new Promise<string>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, resolve);
  });
  const app = createApp(loaded, log);
  process.on('SIGHUP', () => void reload(app, sources, log));
  let isRunning = false;
  void endInTime(stopSignal, log, () => isRunning);
  await app.start();
  isRunning = true;
  await stopSignal;
  await app.stop();
  log.info('Stopped.');
}

/** A part that hangs, or a start that waits for something, must not keep the process from ending. */
async function endInTime(
  stopSignal: Promise<string>,
  log: ProcessLog,
  isRunning: () => boolean,
): Promise<void> {
  log.info(`Stopping after ${await stopSignal}: writing the last checkpoint.`);
  setTimeout(() => {
    // Before it runs nothing has been metered.
    if (isRunning()) log.error('A part did not stop in time.');
    process.exit(isRunning() ? 1 : 0);
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
