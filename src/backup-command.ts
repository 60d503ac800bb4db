import prettyBytes from 'pretty-bytes';
import { AppError } from './base/errors.ts';
import { ledgerPath, type Config } from './config/config.ts';
import { backUp } from './store/backup.ts';

const PROGRESS_MS = 5000;

/** `lanledger backup`: copies the ledger, whether the daemon runs or not. */
export async function runBackup(
  config: Config,
  { file, force }: { file: string; force: boolean },
): Promise<void> {
  if (file === '-') {
    const sentence = 'A backup cannot be written to standard output: name a file.';
    throw new AppError('REQUEST_INVALID', sentence);
  }
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) process.on(name, interrupt);
  const ledger = ledgerPath(config);
  try {
    const { bytes, checkpointAt } = await backUp({
      ledger,
      target: file,
      overwrite: force,
      signal: interruption.signal,
      onProgress: progressTeller(),
    });
    process.stdout.write(
      `The ledger ${ledger} as of ${new Date(checkpointAt).toISOString()} is in ${file} (${prettyBytes(bytes)}).\n`,
    );
  } finally {
    for (const name of signals) process.off(name, interrupt);
  }
}

/** Tells on standard error how far long work has come. */
function progressTeller() {
  let toldAt = performance.now();
  return ({ copiedBytes, totalBytes }: { copiedBytes: number; totalBytes: number }) => {
    const now = performance.now();
    if (now - toldAt < PROGRESS_MS) return;
    toldAt = now;
    const percent = Math.floor((copiedBytes / totalBytes) * 100);
    process.stderr.write(`${percent} % of ${prettyBytes(totalBytes)} are copied.\n`);
  };
}
