/** What happens to the daemon. Each fault is injected while traffic flows, and resolves when it is over. */
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { devices } from '../home.js';
import { ip, layCable, RECEIVING_INTERFACE } from '../lab.js';
import { minus } from './books.js';

/** A batch of a second is under way, and one waits, when a checkpoint is written. */
const BEFORE_CHECKPOINT_MS = 3000;
/** Of a checkpoint that is due: its second, and how long it takes. */
const CHECKPOINT_TOLERANCE_MS = 2500;
const HOUR_MS = 3_600_000;
/** Against the machine's clock: less than a minute is no step. */
const clockOffsets = [0, 95_000, -95_000, 2 * HOUR_MS, -3 * HOUR_MS, 26 * HOUR_MS, -26 * HOUR_MS];
const BACK = `Interface ${RECEIVING_INTERFACE} is back: capturing again.`;
const FULL = 'is full';
const WRITTEN_AGAIN = 'The ledger can be written again.';
const FULL_MS = 90_000;
const FILLING_BYTES = 1 << 20;

/**
 * @typedef {object} World
 * @property {import('./daemon.js').Daemon} daemon
 * @property {import('./broker.js').Broker} broker
 * @property {import('./traffic.js').Traffic} traffic
 * @property {{ sender: string, receiver: string }} namespaces
 * @property {(least: number, most: number) => number} between a random whole number
 * @property {number} checkpointSeconds
 */

/**
 * @typedef {object} Fault
 * @property {string} name
 * @property {string} why what may be lost
 * @property {boolean} [restarts] the daemon is another process afterwards
 * @property {boolean} [checksBroker]
 * @property {(world: World) => Promise<import('./traffic.js').Truth | undefined>} inject answers what may be lost
 */

/** @type {Fault[]} */
export const faults = [
  brokerFault('broker SIGTERM', 'SIGTERM'),
  brokerFault('broker kill -9', 'SIGKILL'),
  {
    name: 'link flap',
    why: 'sent until captured again',
    inject: (world) => interfaceFault(world, linkDown),
  },
  {
    name: 'interface replaced',
    why: 'sent until captured again',
    inject: (world) => interfaceFault(world, replaceInterface),
  },
  {
    name: 'daemon kill -9',
    why: 'sent from the last checkpoint to the next start',
    restarts: true,
    inject: killDaemon,
  },
  {
    name: 'daemon SIGTERM',
    why: 'sent from SIGTERM to the next start',
    restarts: true,
    inject: restartDaemon,
  },
  { name: 'clock step', why: 'nothing', inject: stepClock },
  { name: 'full disk', why: 'nothing', inject: fillDisk },
  { name: 'many addresses', why: 'nothing', inject: burst },
];

/** @param {string} name @param {'SIGTERM' | 'SIGKILL'} signal @returns {Fault} */
function brokerFault(name, signal) {
  return {
    name,
    why: 'nothing',
    checksBroker: true,
    async inject({ broker, between }) {
      await broker.stop(signal);
      await delay(between(500, 8000));
      await broker.start();
      return undefined;
    },
  };
}

/** @param {World} world @param {(world: World) => Promise<void>} happen */
async function interfaceFault(world, happen) {
  const { daemon, traffic } = world;
  const [backBefore, before] = [daemon.logged(BACK), await traffic.truth()];
  await happen(world);
  if (!(await daemon.logs(BACK, backBefore)))
    throw new Error('The interface is not captured again.');
  return minus(await traffic.truth(), before);
}

/** @param {World} world */
async function linkDown({ namespaces, between }) {
  const link = ['-n', namespaces.receiver, 'link', 'set', RECEIVING_INTERFACE];
  ip(...link, 'down');
  await delay(between(300, 5000));
  ip(...link, 'up');
}

/** @param {World} world */
async function replaceInterface({ namespaces, between }) {
  ip('-n', namespaces.receiver, 'link', 'delete', RECEIVING_INTERFACE);
  await delay(between(300, 5000));
  layCable(namespaces.sender, namespaces.receiver);
}

/** @param {World} world */
async function killDaemon({ daemon, traffic, between, checkpointSeconds }) {
  const { checkpointAt } = await daemon.get('health');
  const checkpointMs = Date.parse(checkpointAt) - daemon.clockOffsetMs;
  await daemon.stop('SIGKILL');
  const ageMs = Date.now() - checkpointMs;
  const before = await traffic.truth(checkpointMs - BEFORE_CHECKPOINT_MS);
  await delay(between(0, 2000));
  await daemon.start();
  if (ageMs > checkpointSeconds * 1000 + CHECKPOINT_TOLERANCE_MS) {
    throw new Error(`The last checkpoint was ${ageMs} ms ago.`);
  }
  return minus(await traffic.truth(), before);
}

/** @param {World} world */
async function restartDaemon({ daemon, traffic, between }) {
  const before = await traffic.truth();
  await daemon.stop('SIGTERM');
  await delay(between(0, 2000));
  await daemon.start();
  return minus(await traffic.truth(), before);
}

/** @param {World} world */
async function stepClock({ daemon, between }) {
  const others = clockOffsets.filter((offset) => offset !== daemon.clockOffsetMs);
  const heard = daemon.logged('The clock was set');
  daemon.setClock(others[between(0, others.length - 1)]);
  if (!(await daemon.logs('The clock was set', heard)))
    throw new Error('Nobody noticed the clock.');
  return undefined;
}

/** @param {World} world */
async function fillDisk({ daemon, traffic, between, checkpointSeconds }) {
  const filler = join(daemon.dataDirectory, 'filler');
  const [fullBefore, againBefore] = [daemon.logged(FULL), daemon.logged(WRITTEN_AGAIN)];
  try {
    // The ledger has room of its own in its files: it takes some new addresses until it wants more.
    for (let waited = 0; daemon.logged(FULL) === fullBefore; waited += checkpointSeconds * 1000) {
      if (waited > FULL_MS) throw new Error('The daemon did not say that the disk is full.');
      fill(filler);
      await traffic.burst(between(0, devices.length - 1));
      await daemon.logs(FULL, fullBefore, checkpointSeconds * 1000);
    }
    await delay(between(0, 3 * checkpointSeconds * 1000));
  } finally {
    rmSync(filler, { force: true });
  }
  if (!(await daemon.logs(WRITTEN_AGAIN, againBefore)))
    throw new Error('It was not written again.');
  return undefined;
}

/** @param {string} path */
function fill(path) {
  const file = openSync(path, 'a');
  try {
    while (writeSync(file, Buffer.alloc(FILLING_BYTES)) > 0);
  } catch (error) {
    if (/** @type {any} */ (error).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(file);
  }
}

/** @param {World} world */
async function burst({ traffic, between }) {
  await traffic.burst(between(0, devices.length - 1));
  return undefined;
}
