import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openSqlite } from '../../src/store/sqlite.ts';
import { expect, onTestFinished, test } from 'vitest';
import { startDaemon } from './daemon.ts';
import { REMOTES, type Home, type Host } from './home.ts';
import { describeLab } from './metering.ts';
import { getJson, nextCheckpoint, servedTotal, type ServedDevices } from './observation.ts';
import { announceSeed, randomNumbers } from './random.ts';
import { ipPacket, taggedFrame } from './raw-frames.ts';
import { lanGateway } from './topologies.ts';

const KILLS = 52;
/** Daemons at a time, each with a ledger of its own, so that the test takes a quarter of the time. */
const LANES = 4;
/** From the moment it meters, so that a busy machine does not end all runs before their first checkpoint. */
const LONGEST_LIFE_MS = 3000;
/** This part of the kills comes while the daemon starts. */
const EARLY_KILLS = 0.2;
const EARLY_LIFE_MS = 700;
const BURST = 20;
const PAUSE_MS = 5;
const MAIN = resolve(process.env['LAB_MAIN'] ?? 'dist/main.js');

/** A datagram to the internet, by a router that is not there: nobody forwards or answers it. */
function datagram(host: Host): { frame: string; bytes: number } {
  const ends = {
    sourceMac: host.mac,
    destinationMac: '02:00:00:00:09:01',
    source: host.ipv4,
    destination: REMOTES[0],
  };
  const packet = ipPacket(ends, 100);
  return { frame: taggedFrame(ends, [], packet).toString('base64'), bytes: packet.length };
}

/** Bytes that were handed to the interface at most, and at least. */
interface Sent {
  most: number;
  least: number;
}

/** Sends without a break until `stop`. */
function sendSteadily(host: Host): { sent: Sent; stop: () => Promise<void> } {
  const { frame, bytes } = datagram(host);
  const sent = { most: 0, least: 0 };
  const over = new AbortController();
  const done = (async () => {
    while (!over.signal.aborted) {
      sent.most += BURST * bytes;
      await host.agent.sendFrames({ interface: host.interface, frames: [frame], count: BURST });
      sent.least = sent.most;
      await delay(PAUSE_MS);
    }
  })();
  const stop = async () => {
    over.abort();
    await done;
  };
  return { sent, stop };
}

interface Stored {
  integrity: string;
  checkpointAt: number;
  hours: number;
  days: number;
  months: number;
  total: number;
}

/** Reads a copy, so that the next daemon finds the files as the killed one left them. */
function readStored(path: string): Stored {
  const copy = `${path}-copy`;
  for (const end of ['', '-wal', '-shm', '-journal']) rmSync(`${copy}${end}`, { force: true });
  const nothing = { integrity: 'ok', checkpointAt: 0, hours: 0, days: 0, months: 0, total: 0 };
  if (!existsSync(path)) return nothing;
  for (const end of ['', '-wal', '-journal']) {
    if (existsSync(`${path}${end}`)) copyFileSync(`${path}${end}`, `${copy}${end}`);
  }
  const database = openSqlite(copy);
  try {
    const integrity = String(database.pragma('integrity_check', { simple: true }));
    const tables = database.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).all();
    // Killed before the first migration was through.
    if (tables.length === 0) return { ...nothing, integrity };
    const sums = ['usage_hour', 'usage_day', 'usage_month', 'usage_total'].map((table) =>
      Number(database.prepare(`SELECT coalesce(sum(upload), 0) FROM ${table}`).pluck().get()),
    );
    const [hours = -1, days = -1, months = -1, total = -1] = sums;
    const checkpointAt = Number(
      database.prepare('SELECT at FROM last_checkpoint').pluck().get() ?? 0,
    );
    return { integrity, checkpointAt, hours, days, months, total };
  } finally {
    database.close();
  }
}

/** One daemon after the other on the same ledger. */
class Lane {
  readonly path: string;
  private readonly home: Home;
  private readonly configFile: string;

  constructor(home: Home) {
    this.home = home;
    const directory = mkdtempSync(join(tmpdir(), 'lanledger-crash-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    this.path = join(directory, 'lanledger.db');
    this.configFile = join(directory, 'config.yaml');
    const config = {
      dataDirectory: directory,
      timeZone: 'UTC',
      capture: { interfaces: home.capture, ringMebibytes: 4 },
      store: { checkpointSeconds: 1 },
      http: { host: '127.0.0.1', port: 0, auth: 'none' },
      mqtt: { embedded: { port: 0 } },
    };
    writeFileSync(this.configFile, JSON.stringify(config));
  }

  /**
   * Runs a daemon and kills it so long after its start, or after it began to meter; resolves to what it had served,
   * with the time of each answer.
   */
  async runFor(
    lifeMs: number,
    since: 'start' | 'metering',
  ): Promise<{ at: number; upload: number }[]> {
    const { namespace, agent } = this.home.gateway;
    const [host] = this.home.hosts as [Host];
    const child = spawn(
      'ip',
      ['netns', 'exec', namespace, process.execPath, MAIN, 'run', '--config', this.configFile],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => void (log += text));
    const served: { at: number; upload: number }[] = [];
    let until = since === 'start' ? performance.now() + lifeMs : Infinity;
    while (performance.now() < until && child.exitCode === null) {
      await delay(Math.min(80, until - performance.now()));
      const port = /Open http:\/\/127\.0\.0\.1:(\d+)\//.exec(log)?.[1];
      if (port === undefined || performance.now() > until) continue;
      if (until === Infinity) until = performance.now() + lifeMs;
      const page = await getJson<ServedDevices>(agent, '/api/v1/devices', Number(port));
      const upload = page.devices.find(({ id }) => id === host.id)?.total.upload ?? 0;
      served.push({ at: Date.now(), upload });
    }
    child.kill('SIGKILL');
    const [exitCode, signal] = await exited;
    if (signal !== 'SIGKILL') throw new Error(`the daemon ended by itself (${exitCode}):\n${log}`);
    return served;
  }
}

describeLab('a daemon that is killed', lanGateway, (home) => {
  test(`keeps a sound ledger through ${KILLS} kills at random moments`, async () => {
    const random = randomNumbers(announceSeed('kills at random moments'));
    const [host] = home().hosts as [Host];
    const sender = sendSteadily(host);
    onTestFinished(() => sender.stop());

    let grown = 0;
    async function killAgainAndAgain(lane: Lane): Promise<void> {
      let before = readStored(lane.path);
      for (let kill = 0; kill < KILLS / LANES; kill++) {
        const sentBefore = sender.sent.least;
        const since = random() < EARLY_KILLS ? 'start' : 'metering';
        const longestMs = since === 'start' ? EARLY_LIFE_MS : LONGEST_LIFE_MS;
        const lifeMs = Math.round(random() * longestMs);
        const served = await lane.runFor(lifeMs, since);
        const sentMost = sender.sent.most - sentBefore;
        const stored = readStored(lane.path);
        const about = `kill ${kill}, ${lifeMs} ms after ${since}`;
        expect(stored.integrity, about).toBe('ok');
        const { hours, days, months, total } = stored;
        expect([hours, days, months], about).toEqual([total, total, total]);
        expect(total, about).toBeGreaterThanOrEqual(before.total);
        expect(total - before.total, about).toBeLessThanOrEqual(sentMost);
        const safe = served.filter(({ at }) => at < stored.checkpointAt);
        expect(total, about).toBeGreaterThanOrEqual(Math.max(0, ...safe.map((one) => one.upload)));
        if (stored.checkpointAt === before.checkpointAt) expect(total, about).toBe(before.total);
        if (total > before.total) grown++;
        before = stored;
      }
    }

    const lanes = Array.from({ length: LANES }, () => killAgainAndAgain(new Lane(home())));
    // All of them end before the home is torn down.
    const failed = (await Promise.allSettled(lanes)).find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
    expect(grown).toBeGreaterThan(KILLS / 10);
  }, 120_000);

  test('has everything up to its last checkpoint, exactly', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'lanledger-crash-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const { namespace, agent } = home().gateway;
    const [host] = home().hosts as [Host];
    const { frame, bytes } = datagram(host);
    const burst = { interface: host.interface, frames: [frame] };
    const more = { dataDirectory: directory, store: { checkpointSeconds: 1 } };
    let sent = 0;
    for (const count of [1, 700, 5000]) {
      const daemon = await startDaemon(namespace, { interfaces: home().capture, more });
      onTestFinished(() => daemon.remove());
      await host.agent.sendFrames({ ...burst, count });
      sent += count;
      const upload = async () => (await servedTotal(agent, host.id))?.upload;
      await expect.poll(upload, { timeout: 20_000 }).toBe(sent * bytes);
      await nextCheckpoint(agent);
      // Ends it by SIGKILL.
      await daemon.remove();
      const { integrity, hours, days, months, total } = readStored(join(directory, 'lanledger.db'));
      const all = sent * bytes;
      expect({ integrity, hours, days, months, total }).toEqual({
        integrity: 'ok',
        hours: all,
        days: all,
        months: all,
        total: all,
      });
    }
  }, 60_000);
});
