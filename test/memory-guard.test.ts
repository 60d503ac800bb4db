import { openSqlite } from '../src/store/sqlite.ts';
import { array, assert, constantFrom, integer, oneof, property, record } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemoryGuard } from '../src/memory-guard.ts';
import type { PeerUsage } from '../src/model/usage.ts';
import { sampleBatch } from './support/batch.ts';
import { ControlledDaemon } from './support/control.ts';
import { ManualClock } from './support/manual-clock.ts';

/** A guard whose memory is what the test says, in MB. */
class Guarded {
  readonly clock = new ManualClock('2026-11-20T09:00:00Z');
  readonly told: string[] = [];
  limit = 100;
  used = 50;
  readonly guard: MemoryGuard;

  constructor() {
    const tell = (text: string) => void this.told.push(text);
    this.guard = new MemoryGuard({
      limitMegabytes: () => this.limit,
      resident: () => this.used * 1e6,
      clock: this.clock,
      log: { debug: tell, info: tell, warn: tell, error: tell },
      shed: () => tell('shed'),
      restore: () => tell('restore'),
    });
  }

  /** Seconds pass with so much memory; returns what was told meanwhile. */
  pass(seconds: number, used = this.used): string[] {
    this.used = used;
    this.told.length = 0;
    for (let second = 0; second < seconds; second++) {
      this.clock.pass(1000);
      this.guard.look();
    }
    return this.told;
  }
}

const short =
  'LanLedger takes more memory than memoryLimitMegabytes (100): it keeps fewer remote addresses and counts the others as "other", while usage stays complete.';
const enough = 'There is enough memory again: all remote addresses are kept.';

describe('memory', () => {
  test('that stays above the limit costs detail every ten seconds, and is told once', () => {
    const guarded = new Guarded();
    expect(guarded.pass(100, 100)).toEqual([]);
    expect(guarded.pass(10, 101)).toEqual([]);
    expect(guarded.guard.problem).toBe(undefined);
    expect(guarded.pass(1)).toEqual(['shed', short]);
    expect(guarded.guard.problem).toBe(short);
    expect(guarded.pass(10)).toEqual([]);
    expect(guarded.pass(1)).toEqual(['shed']);
  });

  test('that peaks for a moment costs nothing', () => {
    const guarded = new Guarded();
    expect(guarded.pass(9, 200)).toEqual([]);
    expect(guarded.pass(1, 100)).toEqual([]);
    expect(guarded.pass(10, 200)).toEqual([]);
  });

  test('that has been well below the limit for a minute is enough', () => {
    const guarded = new Guarded();
    guarded.pass(11, 101);
    expect(guarded.pass(600, 91)).toEqual([]);
    expect(guarded.pass(60, 90)).toEqual([]);
    expect(guarded.pass(1, 91)).toEqual([]);
    expect(guarded.pass(60, 89)).toEqual([]);
    expect(guarded.pass(1)).toEqual(['restore', enough]);
    expect(guarded.guard.problem).toBe(undefined);
    expect(guarded.pass(600)).toEqual([]);
  });

  test('without a limit never matters, and a limit that goes frees at once', () => {
    const guarded = new Guarded();
    guarded.pass(11, 101);
    guarded.limit = 0;
    expect(guarded.pass(1)).toEqual(['restore', enough]);
    expect(guarded.pass(600, 1e6)).toEqual([]);
  });
});

const device = '020000000001';
const at = Date.parse('2026-11-20T09:00:00Z');
const today = 20261120;

/** `count` peers whose downloads are 1, 2, 3, ... bytes; the address tells the number. */
function peersOf(count: number, first = 1): Record<string, [number, number]> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => {
      const number = first + index;
      return [`203.0.${number >> 8}.${number & 255}`, [number, 0]];
    }),
  );
}

function sum(peers: Record<string, [number, number]>): number {
  return Object.values(peers).reduce((total, [download]) => total + download, 0);
}

/** What the file holds of peers and days, after a checkpoint. */
function stored(daemon: ControlledDaemon) {
  expect(daemon.bookkeeper.checkpoint()).toBe(true);
  const database = openSqlite(daemon.path, { readonly: true });
  const all = <Row>(sql: string) => database.prepare(sql).all() as Row[];
  const peers = all<PeerUsage & { day: number; address: string }>('SELECT * FROM peer_day');
  const complete = all<{ day: number; device: string; download: number; upload: number }>(
    'SELECT day, device, sum(download) AS download, sum(upload) AS upload FROM peer_day_complete GROUP BY 1, 2 ORDER BY 1, 2',
  );
  const days = all(
    `SELECT day, device_id AS device, download, upload FROM usage_day JOIN device ON device.id = device
     WHERE download <> 0 OR upload <> 0 ORDER BY 1, 2`,
  );
  const rests = all<PeerUsage>(
    `SELECT download, upload FROM peer_day_complete WHERE address = 'other'`,
  );
  database.close();
  return { peers, complete, days, rests };
}

function add(daemon: ControlledDaemon, peers: Record<string, [number, number]>): void {
  daemon.add({ device, at, download: sum(peers), packets: 1, peers });
}

describe('remote addresses', () => {
  test('give way, the smallest first, and peers and "other" come to the day', () => {
    const daemon = new ControlledDaemon();
    const { ledger } = daemon.bookkeeper;
    add(daemon, peersOf(2000));
    ledger.shedPeers();
    // There is no room for others, but more bytes of those that are kept.
    add(daemon, { '203.0.7.208': [500, 0], '198.51.100.1': [9999, 0] });
    const { peers, complete, days } = stored(daemon);
    expect(peers).toHaveLength(1000);
    expect(Math.min(...peers.map(({ download }) => download))).toBe(1001);
    expect(Math.max(...peers.map(({ download }) => download))).toBe(2500);
    expect(complete).toEqual(days);
    expect(days).toEqual([{ day: today, device, download: 2_001_000 + 10_499, upload: 0 }]);
    expect(ledger.peersFolded).toBe(1001);
  });

  test('halve at each step down to a few, and all are kept again afterwards', () => {
    const daemon = new ControlledDaemon();
    const { ledger } = daemon.bookkeeper;
    const kept = [1, 2, 3, 4].map(() => {
      ledger.shedPeers();
      add(daemon, peersOf(2000));
      return [...ledger.pending.peers()].length;
    });
    expect(kept).toEqual([256, 256, 256, 256]);
    ledger.restorePeers();
    add(daemon, peersOf(2000));
    expect([...ledger.pending.peers()]).toHaveLength(2000);
    ledger.shedPeers();
    ledger.shedPeers();
    expect([...ledger.pending.peers()]).toHaveLength(500);
    const { complete, days } = stored(daemon);
    expect(complete).toEqual(days);
  });

  test('that have moved to another day take no room on the day before', () => {
    const daemon = new ControlledDaemon();
    const { ledger } = daemon.bookkeeper;
    live(daemon, 1, at, peersOf(125));
    ledger.shiftClock(96);
    ledger.shedPeers();
    live(daemon, 2, at, peersOf(3, 1000));
    expect(ledger.peersFolded).toBe(0);
    expect([...ledger.pending.peers()]).toHaveLength(256);
  });

  test('that were given up do not move when the clock is set; all others do', () => {
    const daemon = new ControlledDaemon();
    const { ledger } = daemon.bookkeeper;
    live(daemon, 1, at, peersOf(1000));
    ledger.shedPeers();
    daemon.bookkeeper.checkpoint();
    ledger.shiftClock(96);
    const { peers, complete, days, rests } = stored(daemon);
    expect(peers).toHaveLength(1000);
    expect(new Set(peers.map(({ day }) => day))).toEqual(new Set([20261121]));
    expect(Math.min(...peers.map(({ download }) => download))).toBe(501);
    expect(complete).toEqual(days);
    expect(rests).toEqual([1, 2].map(() => ({ download: 125_250, upload: 0 })));
  });

  test('never come to more than the day, whatever happens in which order', () => {
    const step = oneof(
      record({
        peers: integer({ min: 1, max: 900 }),
        first: integer({ min: 1, max: 900 }),
      }),
      constantFrom('shed', 'restore', 'checkpoint', 'merge'),
      constantFrom(-24, -1, 24).map((hours) => ({ hours })),
    );
    assert(
      property(array(step, { minLength: 3, maxLength: 12 }), (steps) => {
        const daemon = new ControlledDaemon();
        const { bookkeeper, store } = daemon;
        const { ledger, registry } = bookkeeper;
        for (const [index, each] of steps.entries()) {
          if (typeof each === 'object' && 'peers' in each) {
            live(daemon, index + 1, daemon.clock.now(), peersOf(each.peers, each.first));
          } else if (typeof each === 'object') {
            const byMs = each.hours * 3_600_000;
            daemon.clock.set(new Date(daemon.clock.now() + byMs).toISOString());
            ledger.shiftClock(each.hours * 4);
          } else if (each === 'shed') ledger.shedPeers();
          else if (each === 'restore') ledger.restorePeers();
          else if (each === 'checkpoint') bookkeeper.checkpoint();
          else if (registry.get(device) !== undefined) {
            registry.merge(device, other);
            bookkeeper.settleMerges();
          }
        }
        const { peers, complete, days, rests } = stored(daemon);
        store.close();
        expect(complete).toEqual(days);
        for (const { download, upload } of [...peers, ...rests]) {
          expect(download).toBeGreaterThanOrEqual(0);
          expect(upload).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 40 },
    );
  }, 30_000);
});

const other = '020000000002';

/** A live batch of two devices with the same peers. */
function live(
  daemon: ControlledDaemon,
  seq: number,
  now: number,
  peers: Record<string, [number, number]>,
): void {
  const rows = [device, other].map((each) => ({
    device: each,
    at: now,
    download: sum(peers),
    packets: 1,
    peers,
  }));
  daemon.bookkeeper.apply(sampleBatch(rows, { seq, boot: 'live', live: true }));
}
