/** The daemon of the soak: started, killed, asked. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { env, execPath } from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { LOCAL_PREFIXES } from '../home.js';
import { RECEIVING_INTERFACE } from '../lab.js';
import { footprintOf, startProgram, stopProgram, waitUntil } from '../processes.js';

const program =
  env['BENCH_LANLEDGER'] ?? fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const PORT = 8777;
export const BROKER_PORT = 1883;
const START_MS = 30_000;
const POLL_MS = 100;
const REQUEST_MS = 10_000;
/** Room for the ledger; it is what the fault "full disk" fills. */
const DISK = 'size=384m';
/** Time between two looks of libfaketime into its file. */
const CLOCK_LAG_SECONDS = 1;

const libraries = [
  '/usr/lib',
  `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`,
];
const clockLibrary = libraries
  .map((folder) => join(folder, 'faketime/libfaketimeMT.so.1'))
  .find((path) => existsSync(path));

export class Daemon {
  /** Epoch ms of the daemon's clock minus ours. */
  clockOffsetMs = 0;
  /** All it logged, over all its lives. */
  earlierLog = '';
  /** It should be running: whoever finds it away has found a fault of its own. */
  isWanted = false;
  /** Of this life, on the clock that does not step. */
  startedAt = 0;
  /** @type {import('../processes.js').Program | undefined} */
  current;

  /** @param {string} directory @param {number} checkpointSeconds */
  constructor(directory, checkpointSeconds) {
    this.dataDirectory = join(directory, 'data');
    this.configuration = join(directory, 'lanledger.yaml');
    this.clockFile = join(directory, 'clock');
    this.ledger = join(this.dataDirectory, 'lanledger.db');
    mkdirSync(this.dataDirectory, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', DISK, 'tmpfs', this.dataDirectory]);
    const settings = {
      dataDirectory: this.dataDirectory,
      timeZone: 'UTC',
      capture: { interfaces: [RECEIVING_INTERFACE] },
      networks: { local: LOCAL_PREFIXES },
      store: { checkpointSeconds },
      http: { host: '127.0.0.1', port: PORT, auth: 'none' },
      mqtt: { url: `mqtt://127.0.0.1:${BROKER_PORT}`, intervalSeconds: 5 },
      // What is retained is compared to the byte.
      homeAssistant: { minimumChangeBytes: 0 },
    };
    // JSON is YAML.
    writeFileSync(this.configuration, JSON.stringify(settings));
    this.setClock(0);
  }

  /** Once it has ended for good. */
  freeDisk() {
    execFileSync('umount', ['-l', this.dataDirectory]);
  }

  /** The clock can be stepped on this machine. */
  get hasClock() {
    return clockLibrary !== undefined;
  }

  get pid() {
    return this.current?.pid ?? 0;
  }

  get log() {
    return this.earlierLog + (this.current?.output() ?? '');
  }

  /** Steps the clock of the daemon; it sees that within a second. @param {number} offsetMs against the machine's */
  setClock(offsetMs) {
    const sign = offsetMs < 0 ? '-' : '+';
    writeFileSync(this.clockFile, `${sign}${Math.abs(offsetMs) / 1000}\n`);
    this.clockOffsetMs = offsetMs;
  }

  /** Resolves when it meters. */
  async start() {
    const clock = [
      `LD_PRELOAD=${clockLibrary}`,
      `FAKETIME_TIMESTAMP_FILE=${this.clockFile}`,
      `FAKETIME_CACHE_DURATION=${CLOCK_LAG_SECONDS}`,
      'FAKETIME_DONT_FAKE_MONOTONIC=1',
    ];
    const command = [execPath, program, 'run', '--config', this.configuration];
    const whole = this.hasClock ? ['env', ...clock, ...command] : command;
    const started = startProgram(whole);
    this.current = started;
    this.startedAt = performance.now();
    if (
      !(await waitUntil(started, () => started.output().includes('LanLedger is running'), START_MS))
    ) {
      throw new Error(`The daemon did not start:\n${started.output().slice(-3000)}`);
    }
    this.isWanted = true;
  }

  /** @param {'SIGTERM' | 'SIGKILL'} signal */
  async stop(signal) {
    if (this.current === undefined) return;
    this.isWanted = false;
    await stopProgram(this.current, signal);
    this.earlierLog += this.current.output();
    this.current = undefined;
  }

  /** Processors that this life has used, on average. */
  get load() {
    const seconds = (performance.now() - this.startedAt) / 1000;
    return footprintOf(this.pid).cpuSeconds / seconds;
  }

  /** How often the log has these words. @param {string} words */
  logged(words) {
    return this.log.split(words).length - 1;
  }

  /** Waits until the log has these words once more than `before`; false where it does not. @param {string} words */
  async logs(words, before = this.logged(words), milliseconds = 60_000) {
    for (let waited = 0; waited < milliseconds; waited += POLL_MS) {
      if (this.logged(words) > before) return true;
      await delay(POLL_MS);
    }
    return false;
  }

  /** @param {string} path below /api/v1 @returns {Promise<any>} */
  async get(path) {
    const signal = AbortSignal.timeout(REQUEST_MS);
    const response = await fetch(`http://127.0.0.1:${PORT}/api/v1/${path}`, { signal });
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    return response.json();
  }

  /** Usage since ever by device id. @returns {Promise<import('./traffic.js').Truth>} */
  async totals() {
    const { devices } = await this.get('devices');
    return Object.fromEntries(devices.map((/** @type {any} */ { id, total }) => [id, total]));
  }

  /** The live stream, from inside the namespace. @returns {Promise<ReadableStream>} */
  async live() {
    const response = await fetch(`http://127.0.0.1:${PORT}/api/v1/live`);
    if (!response.ok || response.body === null) throw new Error(`live: ${response.status}`);
    return response.body;
  }
}
