import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { LeaseFiles } from '../../src/names/lease-files.ts';
import { collectLog } from '../support/log-lines.ts';
import { ManualClock } from '../support/manual-clock.ts';

export let folder: string;

export let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lanledger-leases-'));
  path = join(folder, 'dnsmasq.leases');
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Files are written at the wall clock of this machine, so the daemon's clock must be later. */
export const startedAt = '2099-01-01T00:00:00Z';

export const later = Date.parse(startedAt) / 1000 + 3600;

export function leaseFiles(paths = [path]) {
  const config = { leaseFiles: paths };
  const clock = new ManualClock(startedAt);
  const { log, lines } = collectLog();
  const files = new LeaseFiles({ config, clock, log });
  const names = () => files.sightings().map(({ mac, ip, hostname }) => `${mac} ${ip} ${hostname}`);
  return { config, clock, lines, files, names };
}

export const laptop = `${later} aa:bb:cc:00:00:05 192.168.1.5 laptop 01:aa:bb:cc:00:00:05\n`;

export const laptopName = 'aa:bb:cc:00:00:05 192.168.1.5 laptop';
