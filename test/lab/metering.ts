import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { daemonProblem, ledgerOf, peersOf, startDaemon, type Peer } from './daemon.ts';
import { idOfMac, type Home } from './home.ts';
import { labProblem } from './lab.ts';
import { LOCAL_PACKETS } from './traffic.ts';
import { noUsage, type Usage } from '../../src/model/usage.ts';

/** What one run of the daemon said, beside the truth. */
export interface Metered {
  /** By device id. */
  ledger: Map<string, Usage>;
  /** Internet traffic by remote address, all devices together. */
  peers: Map<string, Peer>;
  /** By device id, of every metered host. */
  truth: Map<string, Usage>;
  log: string;
}

/** Runs the daemon in the home's gateway while `traffic` flows, then ends it and reads its ledger. */
export async function meter(
  home: Home,
  traffic: () => Promise<void>,
  more: Record<string, unknown> = {},
): Promise<Metered> {
  for (const host of home.hosts) host.truth.reset();
  const daemon = await startDaemon(home.gateway.namespace, { interfaces: home.capture, more });
  try {
    const noise = readTruth(home);
    if ([...noise.values()].some((usage) => usage.packets > 0)) {
      throw new Error('packets flowed before the daemon was ready: the truth would be too large');
    }
    await traffic();
    const truth = await settledTruth(home);
    const { exitCode } = await daemon.stop();
    if (exitCode !== 0) throw new Error(`the daemon ended with ${exitCode}:\n${daemon.log()}`);
    return { ledger: ledgerOf(daemon), peers: peersOf(daemon), truth, log: daemon.log() };
  } finally {
    await daemon.remove();
  }
}

/** The truth once nothing has been counted for longer than TCP delays an acknowledgement (40 ms, at most 200). */
export async function settledTruth(home: Home): Promise<Map<string, Usage>> {
  let before = readTruth(home);
  for (;;) {
    await delay(250);
    const now = readTruth(home);
    if (JSON.stringify([...now]) === JSON.stringify([...before])) return now;
    before = now;
  }
}

function readTruth(home: Home): Map<string, Usage> {
  return new Map(home.hosts.map((host) => [host.id, host.truth.read()]));
}

/** Today's usage by device id, as the daemon's HTTP interface tells it inside the gateway. */
export async function servedToday({ gateway }: Home): Promise<Map<string, Usage>> {
  const url = 'http://127.0.0.1:8777/api/v1/devices';
  const { status, text } = await gateway.agent.get({ url });
  if (status !== 200) throw new Error(`${url} answered ${status}: ${text}`);
  const { devices } = JSON.parse(text) as { devices: { id: string; today: Usage }[] };
  return new Map(devices.map(({ id, today }) => [id, today]));
}

/** Every metered host's ledger row equals the truth to the byte. */
export function expectExact(run: Metered): void {
  const rows = [...run.truth.keys()].map((id) => [id, run.ledger.get(id)]);
  expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(run.truth));
}

/** The internet bytes of the whole ledger are those of the metered hosts plus `more`: nothing twice, nothing lost. */
export function expectEachByteOnce(run: Metered, more: Partial<Usage> = {}): void {
  const truth = internetOf(sum([...run.truth.values(), { ...noUsage(), ...more }]));
  expect(internetOf(sum([...run.ledger.values()]))).toEqual(truth);
  expect(internetOf(sum([...run.peers.values()]))).toEqual(truth);
}

/** Usage of the gateway's own MAC addresses together. */
export function ownUsage(run: Metered, home: Home): Usage {
  return sum(home.gateway.macs.map((mac) => run.ledger.get(idOfMac(mac)) ?? noUsage()));
}

export function ownInternet(run: Metered, home: Home): { download: number; upload: number } {
  return internetOf(ownUsage(run, home));
}

/** What a gateway uses that only answers its devices' local part of `everydayTraffic`. */
export function ownLocalUsage(run: Metered): Usage {
  const hosts = sum([...run.truth.values()]);
  return {
    ...noUsage(),
    localDownload: hosts.localUpload,
    localUpload: hosts.localDownload,
    packets: LOCAL_PACKETS * run.truth.size,
  };
}

export function sum(rows: readonly Partial<Usage>[]): Usage {
  const total = noUsage();
  for (const row of rows) {
    for (const key of Object.keys(total) as (keyof Usage)[]) total[key] += row[key] ?? 0;
  }
  return total;
}

export function internetOf({ download, upload }: Usage): { download: number; upload: number } {
  return { download, upload };
}

const SET_UP_LIMIT_MS = 30_000;

/**
 * A chapter of tests on one topology, built before and torn down after them. Skipped, loudly, where the machine cannot
 * build namespaces or there is no daemon to run (`needs: 'lab'` asks for namespaces only).
 */
export function describeLab<T extends Home>(
  title: string,
  build: () => Promise<T>,
  tests: (home: () => T) => void,
  needs: 'lab' | 'daemon' = 'daemon',
): void {
  const problem = labProblem() ?? (needs === 'daemon' ? daemonProblem() : undefined);
  if (problem !== undefined) process.stderr.write(`\n*** SKIPPED "${title}": ${problem} ***\n`);
  describe.skipIf(problem !== undefined)(title, { timeout: SET_UP_LIMIT_MS }, () => {
    let home: T | undefined;
    beforeAll(async () => {
      home = await build();
    }, SET_UP_LIMIT_MS);
    afterAll(() => home?.close(), SET_UP_LIMIT_MS);
    tests(() => {
      if (home === undefined) throw new Error('the home is not built yet');
      return home;
    });
  });
}
