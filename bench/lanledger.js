/** Everything the benchmarks know of LanLedger's command line, configuration and results. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { env, execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { LOCAL_PREFIXES } from './home.js';
import { emptyUsage, usageFields } from './usage.js';

/** Another build may be measured: give the path of its main.js in this variable. */
const program =
  env['BENCH_LANLEDGER'] ?? fileURLToPath(new URL('../dist/main.js', import.meta.url));
const READY = 'LanLedger is running';

/** @typedef {import('./usage.js').Usage} Usage */

/** @type {import('./peers.js').Peer} */
export const lanledger = {
  name: 'LanLedger',
  needs: [program],
  live: ({ directory, source }) => {
    const configuration = writeConfiguration(directory, source);
    return {
      command: [execPath, program, 'run', '--config', configuration],
      isReady: (output) => output.includes(READY),
      usage: () => usageIn(devicesCommand(configuration)),
    };
  },
  replay: ({ directory, source }) => ({
    command: [execPath, program, 'replay', source, '--json', '--data-directory', directory],
    usage: usageIn,
  }),
};

/** JSON is YAML. @param {string} directory @param {string} source name of the interface */
function writeConfiguration(directory, source) {
  const path = join(directory, 'lanledger.yaml');
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    path,
    JSON.stringify({
      dataDirectory: join(directory, 'data'),
      capture: { interfaces: [source] },
      networks: { local: LOCAL_PREFIXES },
      http: { host: '127.0.0.1', port: 8777, auth: 'none' },
      mqtt: { embedded: { port: 1883 } },
    }),
  );
  return path;
}

/** @param {string} configuration @returns {string} */
function devicesCommand(configuration) {
  const command = [program, 'devices', '--json', '--config', configuration];
  return execFileSync(execPath, command, { encoding: 'utf8', timeout: 30_000 });
}

/**
 * Usage by device id from what a command printed: `devices` tells each device's total, `replay` its days.
 *
 * @param {string} output
 * @returns {Record<string, Usage>}
 */
function usageIn(output) {
  const { devices } = JSON.parse(output);
  return Object.fromEntries(
    devices.map((/** @type {{ id: string, total?: Usage, days?: Usage[] }} */ device) => [
      device.id,
      device.total ?? sum(device.days ?? []),
    ]),
  );
}

/** @param {Usage[]} days @returns {Usage} */
function sum(days) {
  const total = emptyUsage();
  for (const day of days) for (const field of usageFields) total[field] += day[field];
  return total;
}
