/** What live capture costs: LanLedger and its peers, one after another, on the same traffic. See README.md. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath, exit, stdout } from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { differences, lostShare } from './usage.js';
import { createLab, hasPacketSocket, receivedFrames } from './lab.js';
import { lanledger } from './lanledger.js';
import { choosePeers, peers } from './peers.js';
import { footprintOf, killPrograms, startProgram, stopProgram, waitUntil } from './processes.js';
import { columns, measureAll, renderResults } from './report.js';

const senderPath = fileURLToPath(new URL('sender.js', import.meta.url));
const START_MS = 30_000;
/** After a receiver is ready, so that its start is not measured; and after the traffic, so that its last second is. */
const SETTLE_MS = 1500;
/** The sender may need this many times the planned time, and this much more. */
const SENDER_PATIENCE = 2;
const SENDER_START_MS = 30_000;
/** A quiet home is looked at twice: while programs still warm up, and after a minute. */
const LOOK_SECONDS = 30;
const QUIET_SECONDS = 3 * LOOK_SECONDS;

const shown = [
  columns.rate,
  columns.cpuPerMillion,
  columns.core,
  columns.firstCore,
  columns.lastCore,
  columns.lost,
  columns.resident,
  columns.peak,
];

/**
 * @typedef {object} Load
 * @property {string} rate packets per second, or `max`
 * @property {number} seconds
 * @property {string} mix
 * @property {string} directory for the receivers' files
 */

/**
 * @param {import('./lab.js').Lab} lab
 * @param {import('./peers.js').Peer} peer
 * @param {Load} load
 * @returns {Promise<import('./report.js').Result>}
 */
async function measure(lab, peer, load) {
  const directory = mkdtempSync(join(load.directory, 'run-'));
  const run = peer.live({ directory, source: lab.receivingInterface });
  const receiver = startProgram(lab.forReceiver(run.command));
  try {
    const isReady = () =>
      hasPacketSocket(receiver.pid) && (run.isReady?.(receiver.output()) ?? true);
    if (!(await waitUntil(receiver, isReady, START_MS))) {
      throw new Error(`${peer.name} did not start:\n${receiver.output().slice(-2000)}`);
    }
    const sender = await startSender(lab, load);
    await delay(SETTLE_MS);
    const framesBefore = receivedFrames(receiver.pid, lab.receivingInterface);
    const before = footprintOf(receiver.pid);
    const [sent, shares] = await Promise.all([
      sender.send(),
      lookTwice(receiver.pid, load.seconds),
    ]);
    await delay(SETTLE_MS);
    if (!receiver.running()) throw new Error(`It ended too early:\n${receiver.output()}`);
    const after = footprintOf(receiver.pid);
    const packets = receivedFrames(receiver.pid, lab.receivingInterface) - framesBefore;
    const asked = run.ask?.(lab.forReceiver);
    await stopProgram(receiver, run.signal);
    const tally = asked ?? run.tell?.(receiver.output());
    const usage = run.usage?.(receiver.answer());
    return {
      name: peer.name,
      packets,
      seconds: sent.seconds,
      cpuSeconds: after.cpuSeconds - before.cpuSeconds,
      ...shares,
      residentBytes: after.residentBytes,
      peakBytes: after.peakBytes,
      lostShare: lostShare(sent.truth, { tally, usage }),
      wrong: usage && differences(sent.truth.devices, usage),
    };
  } finally {
    await stopProgram(receiver, 'SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * Shares of a processor over the first and the last `LOOK_SECONDS` of the traffic; nothing where it is too short.
 *
 * @param {number} pid
 * @param {number} seconds of the traffic
 */
async function lookTwice(pid, seconds) {
  if (seconds < QUIET_SECONDS) return {};
  const look = async () => {
    const before = footprintOf(pid).cpuSeconds;
    await delay(LOOK_SECONDS * 1000);
    return (footprintOf(pid).cpuSeconds - before) / LOOK_SECONDS;
  };
  const firstShare = await look();
  await delay((seconds - 2 * LOOK_SECONDS) * 1000);
  return { firstShare, lastShare: await look() };
}

/**
 * The sender, prepared; `send` resolves when it has sent.
 *
 * @param {import('./lab.js').Lab} lab
 * @param {Load} load
 */
async function startSender(lab, { rate, seconds, mix }) {
  const options = ['--interface', lab.sendingInterface, '--rate', rate, '--mix', mix];
  const command = [execPath, senderPath, ...options, '--seconds', String(seconds)];
  const program = startProgram(lab.forSender(command));
  const fail = () => {
    program.child.kill('SIGKILL');
    throw new Error(`The sender failed:\n${program.output()}`);
  };
  const isReady = () => program.answer().startsWith('ready\n');
  if (!(await waitUntil(program, isReady, SENDER_START_MS))) fail();
  return {
    /** @returns {Promise<import('./sender.js').Sent>} */
    async send() {
      program.child.stdin?.end('go\n');
      const patience = seconds * SENDER_PATIENCE * 1000 + SENDER_START_MS;
      if (!(await waitUntil(program, () => !program.running(), patience))) fail();
      const answer = program.answer().split('\n')[1];
      return answer ? JSON.parse(answer) : fail();
    },
  };
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      rates: { type: 'string' },
      seconds: { type: 'string' },
      runs: { type: 'string', default: '3' },
      mix: { type: 'string', default: 'home' },
      only: { type: 'string', default: '' },
      quiet: { type: 'boolean', default: false },
    },
  });
  return {
    rates: (values.rates ?? (values.quiet ? '1000' : '10000,100000,400000,max')).split(','),
    seconds: Number(values.seconds ?? (values.quiet ? QUIET_SECONDS : 10)),
    runs: Number(values.runs),
    mix: values.mix,
    only: values.only.split(',').filter((name) => name !== ''),
  };
}

async function main() {
  if (process.getuid?.() !== 0) {
    stdout.write('Network namespaces and raw sockets need root: run this with sudo.\n');
    exit(2);
  }
  const { rates, seconds, runs, mix, only } = readOptions();
  const receivers = choosePeers([lanledger, ...peers], only);
  const lab = createLab();
  const directory = mkdtempSync(join(tmpdir(), 'lanledger-bench-'));
  const clean = () => {
    lab.remove();
    rmSync(directory, { recursive: true, force: true });
  };
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.once(signal, () => {
      killPrograms();
      clean();
      exit(1);
    });
  }
  try {
    for (const rate of rates) {
      const load = { rate, seconds, mix, directory };
      /** @type {import('./report.js').Result[][]} */
      const results = [];
      for (let turn = 0; turn < runs; turn++) {
        results.push(await measureAll(receivers, turn, (peer) => measure(lab, peer, load)));
      }
      stdout.write(
        `\n${rate} packets per second for ${seconds} s, mix ${mix}, median of ${runs}\n`,
      );
      stdout.write(renderResults(results, shown));
    }
  } finally {
    clean();
  }
}

await main();
