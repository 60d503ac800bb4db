import { createApp } from './app.ts';
import { createLog } from './base/log.ts';
import type { Config } from './config/config.ts';

/** A part that hangs must not keep the process from ending. */
const STOP_TIMEOUT_MS = 1900;

/** Runs the daemon until SIGTERM or SIGINT. Rejects with an `AppError` where it cannot start. */
export async function run(config: Config): Promise<void> {
  const log = createLog(config.log.level, config.log.format);
  // From the first moment, and for good: an impatient second signal must not cut the last checkpoint short.
  const stopSignal = new Promise<string>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, resolve);
  });
  const app = createApp(config, log);
  await app.start();
  log.info(`Stopping after ${await stopSignal}: writing the last checkpoint.`);
  const timer = setTimeout(() => {
    log.error('A part did not stop in time.');
    process.exit(1);
  }, STOP_TIMEOUT_MS);
  await app.stop();
  clearTimeout(timer);
  log.info('Stopped.');
}
