import type { LimitReport } from '../../src/model/report.ts';
import { phone } from './two-devices.ts';
import { ControlledDaemon } from './control.ts';
import { ledgerPath } from '../store/ledger.ts';

const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** A daemon that begins at this time, its billing period on `startDay`. */
export function daemonAt(at: string, startDay = 1, path = ledgerPath()): ControlledDaemon {
  const daemon = new ControlledDaemon(path, at);
  daemon.config.billing.startDay = startDay;
  return daemon;
}

/** The device downloads this much, and a second passes. */
export function use(daemon: ControlledDaemon, download: number, device = phone): void {
  daemon.add({ device, at: daemon.clock.now(), download }).pass();
}

/** Type, limit and sentence of what was told about limits, oldest first. */
export function told({ told: events }: ControlledDaemon): string[] {
  return events
    .filter(({ type }) => /^(limit-(warning|exceeded)|period-closed)$/.test(type))
    .map(({ type, limit, message }) => `${type} ${limit}: ${message}`);
}

export function standing(
  daemon: ControlledDaemon,
): Pick<LimitReport, 'from' | 'usedBytes' | 'level'>[] {
  return daemon.report().limits.map(({ from, usedBytes, level }) => ({ from, usedBytes, level }));
}

export function restarted({ store, path, clock, config }: ControlledDaemon): ControlledDaemon {
  store.close();
  return daemonAt(new Date(clock.now()).toISOString(), config.billing.startDay, path);
}
