/** What reading a capture file costs: LanLedger and its peers, one after another, on the same file. See README.md. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { exit, stdout } from 'node:process';
import { parseArgs } from 'node:util';
import { differences, lostShare } from './usage.js';
import { endedChildrenCpuSeconds } from './child-cpu.js';
import { lanledger } from './lanledger.js';
import { choosePeers, peers } from './peers.js';
import { footprintOf, killPrograms, startProgram, stopProgram, waitUntil } from './processes.js';
import { columns, measureAll, renderResults } from './report.js';
import { writeCaptureFile } from './traffic.js';

const SEED = 1;
const PACKETS_PER_SECOND = 20_000;
/** A program that needs longer for the file is stopped and left out. */
const LIMIT_MS = 900_000;

const shown = [columns.cpu, columns.cpuPerMillion, columns.lost, columns.peak];

/**
 * @typedef {object} Capture
 * @property {string} path
 * @property {import('./usage.js').Truth} truth
 */

/**
 * @param {import('./peers.js').Peer} peer
 * @param {Capture} capture
 * @returns {Promise<import('./report.js').Result>}
 */
async function measure(peer, { path, truth }) {
  const directory = mkdtempSync(join(dirname(path), 'run-'));
  const run = peer.replay?.({ directory, source: path }) ?? { command: ['false'] };
  const cpuBefore = endedChildrenCpuSeconds();
  const startedAt = performance.now();
  const program = startProgram(run.command);
  let peakBytes = 0;
  let cpuSeen = 0;
  try {
    const watch = () => {
      const footprint = footprintOf(program.pid);
      peakBytes = Math.max(peakBytes, footprint.peakBytes);
      cpuSeen = Math.max(cpuSeen, footprint.cpuSeconds);
      return false;
    };
    await waitUntil(program, watch, LIMIT_MS);
    if (program.running()) throw new Error('It did not finish in time.');
    if (program.child.exitCode !== 0) throw new Error(`It failed:\n${program.output()}`);
    // Processes that their parent did not wait for are known only from watching.
    const cpuSeconds = Math.max(endedChildrenCpuSeconds() - cpuBefore, cpuSeen);
    const usage = run.usage?.(program.answer());
    return {
      name: peer.name,
      packets: truth.packets,
      seconds: (performance.now() - startedAt) / 1000,
      cpuSeconds,
      residentBytes: 0,
      peakBytes,
      lostShare: lostShare(truth, { tally: run.tell?.(program.output()), usage }),
      wrong: usage && differences(truth.devices, usage),
    };
  } finally {
    await stopProgram(program, 'SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      packets: { type: 'string', default: '10000000' },
      snap: { type: 'string', default: '128' },
      mix: { type: 'string', default: 'home' },
      runs: { type: 'string', default: '3' },
      only: { type: 'string', default: '' },
    },
  });
  return {
    packets: Number(values.packets),
    snapBytes: Number(values.snap),
    mix: values.mix,
    runs: Number(values.runs),
    only: values.only.split(',').filter((name) => name !== ''),
  };
}

async function main() {
  const { packets, snapBytes, mix, runs, only } = readOptions();
  const replaying = [lanledger, ...peers].filter(({ replay }) => replay !== undefined);
  const readers = choosePeers(replaying, only);
  const directory = mkdtempSync(join(tmpdir(), 'lanledger-bench-'));
  const clean = () => rmSync(directory, { recursive: true, force: true });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.once(signal, () => {
      killPrograms();
      clean();
      exit(1);
    });
  }
  try {
    const path = join(directory, 'traffic.pcap');
    const file = {
      path,
      packets,
      snapBytes,
      mix,
      seed: SEED,
      packetsPerSecond: PACKETS_PER_SECOND,
    };
    const capture = { path, truth: writeCaptureFile(file) };
    const mebibytes = Math.round(statSync(path).size / 2 ** 20);
    /** @type {import('./report.js').Result[][]} */
    const results = [];
    for (let turn = 0; turn < runs; turn++) {
      results.push(await measureAll(readers, turn, (peer) => measure(peer, capture)));
    }
    stdout.write(`\n${packets} packets (${mebibytes} MiB), mix ${mix}, median of ${runs}\n`);
    stdout.write(renderResults(results, shown));
  } finally {
    clean();
  }
}

await main();
