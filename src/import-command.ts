import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ledgerPath, type Config } from './config/config.ts';
import { printImport } from './import-output.ts';
import type { ImportReport } from './whitestat/report.ts';
import { copyStore } from './store/copy.ts';
import { openStore } from './store/store.ts';
import { openWhitestatFile } from './store/whitestat/file.ts';
import { vendorOf } from './vendors.ts';
import { importWhitestat } from './whitestat/import.ts';

export interface ImportOptions {
  dryRun?: boolean;
  json?: boolean;
  withRouters?: boolean;
  withMeteredDays?: boolean;
}

/** Imports a WhiteStat.db and prints what it brought; a dry run does it to a copy of the ledger. */
export function runWhitestatImport(path: string, config: Config, options: ImportOptions): void {
  const { dryRun = false, json = false } = options;
  const bring = (ledger: string) => importFile(path, ledger, config, options);
  const report = dryRun ? withCopy(ledgerPath(config), bring) : bring(ledgerPath(config));
  printImport({ file: path, dryRun, report, json });
}

function importFile(
  path: string,
  ledger: string,
  config: Config,
  { withRouters = false, withMeteredDays = false }: ImportOptions,
): ImportReport {
  const file = openWhitestatFile(path);
  try {
    const store = openStore(ledger);
    try {
      return importWhitestat({
        file,
        store,
        config,
        now: Date.now(),
        withRouters,
        withMeteredDays,
        vendorOf,
      });
    } finally {
      store.close();
    }
  } finally {
    file.close();
  }
}

function withCopy<Result>(ledger: string, work: (copy: string) => Result): Result {
  const directory = mkdtempSync(join(tmpdir(), 'lanledger-dry-run-'));
  try {
    const copy = join(directory, 'lanledger.db');
    copyStore(ledger, copy);
    return work(copy);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
