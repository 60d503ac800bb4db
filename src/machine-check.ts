import { readdirSync } from 'node:fs';
import { totalmem } from 'node:os';
import prettyBytes from 'pretty-bytes';
import { PLAUSIBLE_FROM_MS } from './base/clock.ts';
import { AppError } from './base/errors.ts';
import type { Config } from './config/config.ts';
import type { LoadedConfig } from './config/load.ts';
import { noTimeZone } from './config/time-zone.ts';
import { verdictOf, type Verdict } from './finding.ts';

const MEBIBYTE = 2 ** 20;
const DAY_MS = 86_400_000;
/** Of the whole daemon without its rings, at 60 devices and 20,000 remote addresses. */
const DAEMON_BYTES = 110 * MEBIBYTE;

/** The versions that package.json names. */
export function checkNode(node = process.versions.node): Verdict {
  const [major = 0, minor = 0] = node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return `${node} will do.`;
  throw new AppError(
    'CONFIG_INVALID',
    `LanLedger needs Node 20.19 or later, and this is ${node}: update Node.`,
  );
}

/** What the machine has for programs. */
export interface MachineMemory {
  /** Of the machine, or of the container. */
  total: number;
  /** Without taking anything away from others. */
  available: number;
}

export function checkMemory(
  { capture, memoryLimitMegabytes }: Config,
  interfaces: number,
  { total, available }: MachineMemory = machineMemory(),
): Verdict {
  const rings = Math.max(1, interfaces) * capture.ringMebibytes * MEBIBYTE;
  const needed = DAEMON_BYTES + rings;
  const sentence = `${size(available)} of ${size(total)} are free; LanLedger takes some ${size(needed)}.`;
  const warnings: string[] = [];
  if (available < needed)
    warnings.push('That may not be enough: stop other programs, or lower capture.ringMebibytes.');
  if (memoryLimitMegabytes > 0 && memoryLimitMegabytes * 1e6 < needed) {
    warnings.push(
      `memoryLimitMegabytes ${memoryLimitMegabytes} is less, so remote addresses will be missing: raise it.`,
    );
  }
  return verdictOf(sentence, warnings);
}

function size(bytes: number): string {
  return prettyBytes(bytes, { maximumFractionDigits: 0 });
}

function machineMemory(): MachineMemory {
  // 0 or an astronomic number where nothing limits the process.
  const limit = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return { total: Math.min(totalmem(), limit), available: process.availableMemory() };
}

export function checkTimeZone(
  { config, origins, notes }: LoadedConfig,
  { TZ = '' }: NodeJS.ProcessEnv = process.env,
): Verdict {
  const { timeZone } = config;
  const problem = noTimeZone(TZ);
  if (notes.includes(problem)) return { warning: problem };
  if (origins.has('timeZone') || !/^(Etc\/)?(UTC|GMT|UCT|Universal|Zulu)$/.test(timeZone)) {
    return `Days begin in ${timeZone}.`;
  }
  return {
    warning: `Days begin in ${timeZone}, because nobody has set a time zone: set timeZone to yours, such as Europe/Berlin.`,
  };
}

export interface ClockCheck {
  /** Epoch ms. */
  now: number;
  timeZone: string;
  /** Epoch ms of the ledger's last checkpoint, where there is one. */
  checkpointAt: number | undefined;
  /** The directory of battery-backed clocks. */
  hardwareClocks?: string;
}

export function checkClock({ now, timeZone, checkpointAt, hardwareClocks }: ClockCheck): Verdict {
  const shown = `It is ${new Date(now).toLocaleString('sv', { timeZone })} in ${timeZone}.`;
  const advice = 'set the clock, or switch time synchronisation on ("timedatectl set-ntp true")';
  if (now < PLAUSIBLE_FROM_MS)
    return { warning: `${shown} That is before this program existed: ${advice}.` };
  if (checkpointAt !== undefined && checkpointAt - now > DAY_MS) {
    const last = new Date(checkpointAt).toLocaleString('sv', { timeZone });
    return {
      warning: `${shown} But the ledger was written at ${last}: one of the two is wrong; ${advice}.`,
    };
  }
  if (hasHardwareClock(hardwareClocks)) return shown;
  return (
    `${shown} No battery keeps the time while the power is off: keep time synchronisation on; ` +
    'what is metered before the time is known moves to the right day.'
  );
}

function hasHardwareClock(directory = '/sys/class/rtc'): boolean {
  try {
    return readdirSync(directory).length > 0;
  } catch {
    return false;
  }
}
