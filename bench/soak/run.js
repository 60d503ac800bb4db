/** The soak itself, inside the gateway's network namespace (`soak.js` starts it). */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exit, stdout } from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { killPrograms } from '../processes.js';
import { Books } from './books.js';
import { Broker } from './broker.js';
import { startClients } from './clients.js';
import { Daemon } from './daemon.js';
import { faults } from './faults.js';
import { checkLedger } from './ledger.js';
import { judgeMemory, watchMemory } from './memory.js';
import { createPlan, randomBetween } from './plan.js';
import { renderMemory, renderRounds } from './report.js';
import { startTraffic } from './traffic.js';

const MINUTE_MS = 60_000;
const WARM_UP_MS = 8000;
const SHOWN_PROBLEMS = 20;

const { values } = parseArgs({
  options: {
    sender: { type: 'string', default: '' },
    receiver: { type: 'string', default: '' },
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    rate: { type: 'string', default: '2000' },
    checkpoint: { type: 'string', default: '10' },
    report: { type: 'string' },
    log: { type: 'string' },
    only: { type: 'string', default: '' },
  },
});
const milliseconds = Number(values.minutes) * MINUTE_MS;
const start = performance.now();
const elapsed = () => performance.now() - start;
const between = randomBetween(Number(values.seed));
/** @type {string[]} */
const problems = [];
/** @type {import('./report.js').Round[]} */
const rounds = [];

/** @param {string} text */
function say(text) {
  const seconds = Math.floor(elapsed() / 1000);
  const clock = `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
  stdout.write(`${clock} ${text}\n`);
}

/**
 * Traffic flows, the fault comes and goes, and the books are drawn up.
 *
 * @param {import('./faults.js').Fault} fault
 * @param {import('./faults.js').World} world
 * @param {Books} books
 */
async function round(fault, world, books) {
  const { daemon, traffic, broker } = world;
  const second = Math.round(elapsed() / 1000);
  /** @type {string[]} */
  const wrong = [];
  /** @type {import('./traffic.js').Truth | undefined} */
  let allowed;
  try {
    allowed = await fault.inject(world);
  } catch (error) {
    wrong.push(/** @type {Error} */ (error).message);
  }
  if (daemon.current?.running() !== true) {
    wrong.push(`The daemon has ended by itself:\n${daemon.log.slice(-2000)}`);
    await daemon.stop('SIGKILL');
    await daemon.start();
  }
  await traffic.pause();
  const balance = await books.draw(allowed);
  wrong.push(...balance.wrong);
  if (fault.checksBroker) {
    const ids = Object.keys(books.sent);
    wrong.push(...(await broker.differsFrom(() => daemon.totals(), ids)).slice(0, 5));
  }
  await traffic.go();
  return { fault: fault.name, why: fault.why, second, balance, wrong };
}

/**
 * @param {import('./faults.js').World} world
 * @param {Books} books
 * @param {ReturnType<typeof watchMemory>} memory
 */
async function soak(world, books, memory) {
  const { daemon } = world;
  const only = values.only.split(',').filter((name) => name !== '');
  const plan = createPlan(between, milliseconds, ({ name }) => {
    if (name === 'clock step' && !daemon.hasClock) return false;
    return only.length === 0 || only.includes(name);
  });
  if (!daemon.hasClock) say('no libfaketime here: the clock is not stepped');
  while (elapsed() < milliseconds) {
    await delay(plan.gapMs());
    const one = await round(plan.next(elapsed()), world, books);
    rounds.push(one);
    problems.push(...one.wrong.map((words) => `${one.fault} at ${one.second} s: ${words}`));
    const { sent, lost, allowed, doubled } = one.balance;
    const sample = memory.latest();
    say(
      `${one.fault}: sent ${sent.packets}, lost ${lost.packets} of ${allowed.packets} allowed, ` +
        `doubled ${doubled.packets}; ${sample?.mebibytes.toFixed(0)} MiB, ${sample?.descriptors} files, ` +
        `${sample?.threads} threads${one.wrong.length === 0 ? '' : ` - WRONG: ${one.wrong[0]}`}`,
    );
  }
}

/**
 * Ends the daemon in good order and looks into its file.
 *
 * @param {import('./faults.js').World} world
 * @param {Books} books
 */
async function finish({ daemon, traffic }, books) {
  await traffic.pause();
  await books.draw();
  const expected = books.expected(await traffic.truth());
  await daemon.stop('SIGTERM');
  problems.push(...checkLedger(daemon.ledger, expected).map((words) => `in the end: ${words}`));
}

/**
 * @param {ReturnType<typeof watchMemory>} memory
 * @param {ReturnType<typeof startClients>} clients
 * @param {Broker} broker
 * @param {number} load of the daemon, in processors
 */
function conclude(memory, clients, broker, load) {
  const judged = judgeMemory(memory.samples);
  problems.push(...clients.tally.wrong);
  if (judged?.grew === true) problems.push('Memory grew: see the last third of the longest life.');
  const { answers, slowestMs, streams, streamBytes } = clients.tally;
  const names = faults.map(({ name }) => name);
  stdout.write(`\n${renderRounds(rounds, names)}\n${renderMemory(judged)}\n`);
  stdout.write(
    `broker: ${broker.received} messages received, ${broker.checked} retained ones compared with the ledger\n` +
      `HTTP: ${answers} lists of devices, the slowest after ${slowestMs.toFixed(0)} ms; ` +
      `${streams} live streams, ${streamBytes} bytes\n` +
      `CPU of the daemon's last life: ${(load * 100).toFixed(1)} % of one processor\n`,
  );
  if (judged?.grew === undefined) stdout.write('The run is too short to judge memory.\n');
  for (const words of problems.slice(0, SHOWN_PROBLEMS)) stdout.write(`WRONG: ${words}\n`);
  stdout.write(`${problems.length === 0 ? 'PASSED' : `FAILED: ${problems.length} problems`}\n`);
  if (values.report === undefined) return;
  const { samples } = memory;
  const all = {
    options: values,
    rounds,
    memory: judged,
    samples,
    clients: clients.tally,
    problems,
  };
  writeFileSync(values.report, JSON.stringify(all));
}

async function main() {
  const directory = mkdtempSync(join(tmpdir(), 'lanledger-soak-'));
  const daemon = new Daemon(directory, Number(values.checkpoint));
  process.once('exit', () => {
    daemon.freeDisk();
    rmSync(directory, { recursive: true, force: true });
  });
  const broker = new Broker(directory);
  const namespaces = { sender: values.sender, receiver: values.receiver };
  const plan = { rate: Number(values.rate), seed: Number(values.seed) };
  const traffic = await startTraffic(values.sender, plan);
  const world = {
    daemon,
    broker,
    traffic,
    namespaces,
    between,
    checkpointSeconds: Number(values.checkpoint),
  };
  const memory = watchMemory(() => daemon.pid);
  const books = new Books(daemon, traffic);
  try {
    await broker.start();
    broker.subscribe();
    await daemon.start();
    const clients = startClients(daemon);
    await traffic.go();
    say('the daemon runs, traffic flows');
    await delay(Math.min(WARM_UP_MS, milliseconds / 10));
    await soak(world, books, memory);
    const { load } = daemon;
    clients.stop();
    await finish(world, books);
    memory.stop();
    conclude(memory, clients, broker, load);
  } finally {
    traffic.stop();
    broker.unsubscribe();
    killPrograms();
    if (values.log !== undefined) writeFileSync(values.log, daemon.log);
  }
}

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.once(signal, () => {
    killPrograms();
    exit(1);
  });
}
await main();
exit(problems.length === 0 ? 0 : 1);
