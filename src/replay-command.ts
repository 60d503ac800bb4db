import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from './base/log.ts';
import type { Config } from './config/config.ts';
import { describe, print, printTable, usageCells, usageHeadings } from './ledger-output.ts';
import type { MonitorCounters } from './model/batch.ts';
import { formatDay } from './model/checkpoint.ts';
import { displayName } from './model/device.ts';
import type { Usage } from './model/usage.ts';
import { replay } from './replay.ts';
import { openStore, type Store } from './store/store.ts';

export interface ReplayCommand {
  file: string;
  config: Config;
  json: boolean;
  /** Directory of the ledger to add to; a temporary one where undefined. */
  keep: string | undefined;
}

/** Who feeds standard input gets the same Ctrl+C, and may have to write what it still holds. */
const FEEDER_MS = 1000;

const ALL_DAYS = { from: 0, to: 99_999_999, step: 'day' } as const;
const ALL_NETWORK_DAYS = { ...ALL_DAYS, by: 'network' } as const;

/** Replays a file and prints its ledger. Throws an `AppError`, of a damaged file after printing what stands before the damage. */
export async function runReplay({ file, config, json, keep }: ReplayCommand): Promise<void> {
  const log = createLog(config.log.level, config.log.format);
  const interruption = listenForSignals(file === '-' ? FEEDER_MS : 0);
  const directory = keep ?? mkdtempSync(join(tmpdir(), 'lanledger-'));
  try {
    const store = openStore(join(directory, 'lanledger.db'));
    try {
      const { timeZone, networks } = config;
      const progress = createProgress(file);
      const options = {
        file,
        store,
        timeZone,
        local: networks.local,
        log,
        signal: interruption.signal,
        onProgress: progress.show,
      };
      const { counters, damage } = await replay(options);
      progress.clear();
      if (json) print(toJson(store, counters));
      else printDays(store, counters);
      if (damage !== undefined) throw damage;
    } finally {
      store.close();
    }
  } finally {
    interruption.end();
    if (keep === undefined) rmSync(directory, { recursive: true, force: true });
  }
}

/** `signal` aborts so long after a signal of the system came; `end` leaves these to Node again. */
function listenForSignals(graceMs: number): { signal: AbortSignal; end: () => void } {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const interrupt = () => {
    timer ??= setTimeout(() => controller.abort(), graceMs);
  };
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of names) process.on(name, interrupt);
  const end = () => {
    clearTimeout(timer);
    for (const name of names) process.off(name, interrupt);
  };
  return { signal: controller.signal, end };
}

function toJson(store: Store, counters: MonitorCounters) {
  const records = store.usage(ALL_DAYS);
  const toDay = ({ start, usage }: { start: number; usage: Usage }) => ({
    day: formatDay(start),
    ...usage,
  });
  return {
    devices: store.devices().map((device) => ({
      ...describe(device),
      days: records.filter((record) => record.device === device.id).map(toDay),
    })),
    network: { days: store.usage(ALL_NETWORK_DAYS).map(toDay) },
    counters,
  };
}

function printDays(store: Store, counters: MonitorCounters): void {
  const names = new Map(store.devices().map((device) => [device.id, displayName(device)]));
  const records = store.usage(ALL_DAYS);
  const rows = records.map(({ start, device, usage }) => [
    formatDay(start),
    names.get(device) ?? device,
    ...usageCells(usage),
  ]);
  const sums = store
    .usage(ALL_NETWORK_DAYS)
    .map(({ start, usage }) => [formatDay(start), 'Network', ...usageCells(usage)]);
  printTable(['Day', 'Device', ...usageHeadings], [...rows, ...sums]);
  const { frames, accounted, notIp, malformed, transit } = counters;
  process.stdout.write(
    `${frames} frames: ${accounted} with IP packets (${transit} of them passing through), ` +
      `${notIp} others, ${malformed} malformed.\n`,
  );
}

/** One line on a terminal that is written over; nothing where standard error is not a terminal. */
function createProgress(file: string) {
  const { stderr } = process;
  let shownAt = 0;
  return {
    show: (bytesRead: number, totalBytes: number | undefined) => {
      if (!stderr.isTTY || Date.now() - shownAt < 200) return;
      shownAt = Date.now();
      const share =
        totalBytes === undefined
          ? `${Math.round(bytesRead / 1e6)} MB`
          : `${Math.floor((100 * bytesRead) / totalBytes)} %`;
      stderr.write(`\rReading ${file}: ${share} `);
    },
    clear: () => {
      if (stderr.isTTY && shownAt > 0) stderr.write('\r\u001b[K');
    },
  };
}
