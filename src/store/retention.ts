import type { Database } from 'better-sqlite3';
import type { Day } from '../model/checkpoint.ts';
import { createNetworkPeers } from './network-peers.ts';

/** What may be forgotten; a bound that is undefined keeps its rows for ever. Months and totals are always kept. */
export interface Retention {
  /** Hours that start before this time (epoch ms). */
  hoursBeforeMs: number | undefined;
  /** Their peers go with them. */
  daysBefore: Day | undefined;
  peersBefore: Day | undefined;
  /** Events that happened before this time (epoch ms). Of all others the newest `EVENTS_LIMIT` are kept. */
  eventsBeforeMs: number | undefined;
  /**
   * Remote addresses to keep of each device and closed day, the largest; `OPEN_DAY_FACTOR` times that of the open day.
   * Of those whose device is unknown, so many for each device of the day.
   */
  peersPerDevice: number | undefined;
  /** The open day. */
  today: Day;
}

/** An address that is small in the morning may be large in the evening. */
const OPEN_DAY_FACTOR = 10;

/** A year of a lively home; some 10 MB. */
const EVENTS_LIMIT = 50_000;

interface DeviceDay {
  device: number;
  day: Day;
}

export interface Pruner {
  /** Removes what `retention` gives up, in one transaction; returns the number of rows. */
  prune(retention: Retention): number;
  /** Peers of this day, or of any day, were written and may be too many again. */
  grown(day: Day | 'any'): void;
}

export function createPruner(database: Database): Pruner {
  const hours = database.prepare<[number]>('DELETE FROM usage_hour WHERE hour < ?');
  const days = database.prepare<[Day]>('DELETE FROM usage_day WHERE day < ?');
  // Naming the devices makes this a short range for each of them and not a walk over all peers.
  const ofAllDevices = 'device IN (SELECT id FROM device)';
  const peers = database.prepare<[Day]>(`DELETE FROM peer_day WHERE ${ofAllDevices} AND day < ?`);
  // The newest event stays however old it is, for the ids go on from it.
  const events = database.prepare<[number]>(
    'DELETE FROM event WHERE at < ? AND id < (SELECT max(id) FROM event)',
  );
  const surplusEvents = database.prepare<[number]>(
    'DELETE FROM event WHERE id <= (SELECT id FROM event ORDER BY id DESC LIMIT 1 OFFSET ?)',
  );
  const tooMany = database.prepare<[{ from: Day; to: Day; keep: number }], DeviceDay>(
    `SELECT device, day FROM peer_day WHERE ${ofAllDevices} AND day BETWEEN :from AND :to
     GROUP BY device, day HAVING count(*) > :keep`,
  );
  const trim = database.prepare<[DeviceDay & { keep: number }]>(
    `DELETE FROM peer_day WHERE device = :device AND day = :day AND address NOT IN (
       SELECT address FROM peer_day WHERE device = :device AND day = :day
       ORDER BY download + upload DESC, address LIMIT :keep)`,
  );
  const networkPeers = createNetworkPeers(database);
  // Counting the peers of years takes seconds on a small computer: do it once, then look at the days written since.
  let grownDays: Set<Day> | 'any' = 'any';
  let lastKeep = 0;

  function trimRange(from: Day, to: Day, keep: number): number {
    const removed = tooMany
      .all({ from, to, keep })
      .map((each) => trim.run({ ...each, keep }).changes);
    return removed.reduce((sum, rows) => sum + rows, 0);
  }

  function trimPeers(today: Day, keep: number): number {
    const closed = grownDays === 'any' ? 'any' : [...grownDays].filter((day) => day < today);
    const removed =
      closed === 'any'
        ? trimRange(0, today - 1, keep)
        : closed.reduce((sum, day) => sum + trimRange(day, day, keep), 0);
    const ofNetwork = closed === 'any' ? networkPeers.trim(keep).addresses : 0;
    return removed + ofNetwork + trimRange(today, Number.MAX_SAFE_INTEGER, keep * OPEN_DAY_FACTOR);
  }

  const prune = database.transaction((retention: Retention) => {
    const { hoursBeforeMs, daysBefore, peersBefore, eventsBeforeMs } = retention;
    const { peersPerDevice, today } = retention;
    let removed = surplusEvents.run(EVENTS_LIMIT).changes;
    if (eventsBeforeMs !== undefined) removed += events.run(eventsBeforeMs).changes;
    if (hoursBeforeMs !== undefined) removed += hours.run(hoursBeforeMs).changes;
    if (daysBefore !== undefined) removed += days.run(daysBefore).changes;
    // Peers without their day would be more than the usage.
    const unneeded = Math.max(peersBefore ?? 0, daysBefore ?? 0);
    if (unneeded > 0) removed += peers.run(unneeded).changes + networkPeers.dropBefore(unneeded);
    if (peersPerDevice !== undefined) removed += trimPeers(today, peersPerDevice);
    return removed;
  });

  return {
    prune(retention) {
      const keep = retention.peersPerDevice ?? Number.POSITIVE_INFINITY;
      if (keep < lastKeep) grownDays = 'any';
      lastKeep = keep;
      const removed = prune.immediate(retention);
      // The open day is looked at again once it is closed.
      if (retention.peersPerDevice !== undefined) grownDays = new Set([retention.today]);
      return removed;
    },
    grown(day) {
      if (day === 'any') grownDays = 'any';
      else if (grownDays !== 'any') grownDays.add(day);
    },
  };
}
