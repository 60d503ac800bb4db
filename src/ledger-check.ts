import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  readFileSync,
  realpathSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import prettyBytes from 'pretty-bytes';
import { AppError, messageOf } from './base/errors.ts';
import { ledgerPath, type Config } from './config/config.ts';
import { verdictOf, type Verdict } from './finding.ts';
import { daysBetween, type Day } from './model/checkpoint.ts';
import { isLedgerInUse, type LedgerInspection } from './store/inspection.ts';

const YEAR_DAYS = 365;
/** Below this SQLite may not find room for its log. */
const LEAST_BYTES = 20e6;
const FEW_DAYS = 90;
/** What a card is assumed to bear, and how much more than it is told to it writes itself. */
const CARD_REWRITES = 500;
const CARD_AMPLIFICATION = 10;
const SHORT_YEARS = 3;

/** Whether the daemon could write there. Nothing is made or changed. */
export function checkDataDirectory(config: Config): Verdict {
  const directory = config.dataDirectory;
  const path = ledgerPath(config);
  if (!existsSync(path)) {
    requireWritable(isEntry(directory) ? directory : nearest(directory, isEntry));
    return `${path} will be made at the first start.`;
  }
  for (const each of [directory, path, `${path}-wal`, `${path}.lock`]) {
    if (existsSync(each)) requireWritable(each);
  }
  const use = isLedgerInUse(path)
    ? `${path} is in use by a running LanLedger.`
    : `${path} can be written.`;
  return verdictOf(use, privacyWarnings(path));
}

function privacyWarnings(path: string): string[] {
  return (statSync(path).mode & 0o077) === 0
    ? []
    : [`Others on this machine may read who is at home and where they surf: chmod 600 ${path}.`];
}

function nearest(path: string, isThere: (path: string) => boolean = existsSync): string {
  const parent = dirname(path);
  return isThere(parent) ? parent : nearest(parent, isThere);
}

/** Also a link to what is missing, such as a disk that is not mounted: nothing can be made below it. */
function isEntry(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function requireWritable(path: string): void {
  try {
    accessSync(path, constants.W_OK);
  } catch (error) {
    const message = `${path} cannot be written (${messageOf(error)}): let the user with id ${process.getuid?.()} write there, or choose another folder as dataDirectory.`;
    throw new AppError('STORE_UNWRITABLE', message, { cause: error });
  }
}

/** Whether the file is whole, and of which version. */
export function checkLedger(path: string, found: LedgerInspection): Verdict {
  const { damage, version, currentVersion } = found;
  if (damage !== undefined) {
    const message = `${path} is damaged (${damage}): stop the daemon and put a backup in its place.`;
    throw new AppError('STORE_FORMAT', message);
  }
  if (version === currentVersion) return `The file is whole, its tables have version ${version}.`;
  return `The file is whole; the next start brings its tables from version ${version} to ${currentVersion}.`;
}

/** How much room is left, against what the ledger has taken so far. */
export function checkSpace(
  { dataDirectory }: Config,
  { bytes, days }: { bytes: number; days: number | undefined },
): Verdict {
  const { bavail, bsize } = statfsSync(
    existsSync(dataDirectory) ? dataDirectory : nearest(dataDirectory),
  );
  const free = bavail * bsize;
  const left = `${prettyBytes(free)} are free in ${dataDirectory}`;
  const remedy = 'free some space, or lower store.keepPeersDays';
  if (free < LEAST_BYTES) {
    throw new AppError('STORE_FULL', `Only ${left}: ${remedy}.`);
  }
  if (days === undefined) return `${left}.`;
  const perDay = bytes / days;
  const sentence = `${left}; the ledger has ${prettyBytes(bytes)} and took ${prettyBytes(perDay)} a day so far.`;
  const isShort = free / perDay < FEW_DAYS;
  return isShort
    ? {
        warning: `${sentence} That lasts for ${Math.floor(free / perDay)} more days at most: ${remedy}.`,
      }
    : sentence;
}

/** Days since the first one of the ledger, today included. */
export function ledgerDays(first: Day | undefined, today: Day): number | undefined {
  return first === undefined ? undefined : Math.max(1, daysBetween(first, today));
}

/** What checkpoints write in a day, and what that means to a memory card of `cardBytes`. */
export function checkWear(
  checkpointSeconds: number,
  writes: LedgerInspection['writes'],
  cardBytes: number | undefined,
): Verdict {
  if (writes === undefined) {
    return 'How much is written can be told once the daemon has run for some minutes: run this again beside it.';
  }
  const perDay = (writes.bytes * 86_400) / checkpointSeconds;
  const sentence = `Some ${prettyBytes(perDay)} a day are written with a checkpoint every ${checkpointSeconds} s (measured: ${writes.pages.toFixed(1)} pages each, of ${writes.checkpoints}).`;
  if (cardBytes === undefined) return sentence;
  const years = (cardBytes * CARD_REWRITES) / (perDay * CARD_AMPLIFICATION * YEAR_DAYS);
  const life = `A card of ${prettyBytes(cardBytes)} bears that for some ${Math.floor(years)} years, assuming it can be rewritten ${CARD_REWRITES} times and itself writes ${CARD_AMPLIFICATION} times as much`;
  return years < SHORT_YEARS
    ? { warning: `${sentence} ${life}: raise store.checkpointSeconds.` }
    : `${sentence} ${life}.`;
}

/** Size of the memory card (SD, eMMC) that a path lies on; undefined where it is another kind of disk. */
export function cardSize(path: string, devices = '/sys/dev/block'): number | undefined {
  const { dev } = statSync(existsSync(path) ? path : nearest(path));
  // makedev(3)
  const major = (dev >>> 8) & 0xfff;
  const minor = (dev & 0xff) | ((dev >>> 12) & 0xfff00);
  try {
    const disk = realpathSync(`${devices}/${major}:${minor}`).match(/^.*?\/mmcblk\d+(?=\/|$)/)?.[0];
    return disk === undefined ? undefined : Number(readFileSync(`${disk}/size`, 'utf8')) * 512;
  } catch {
    return undefined;
  }
}
