/**
 * Programs that LanLedger is measured against: one row each. All are told to keep what LanLedger keeps (who talked to
 * whom), to look up no names, and to have a kernel buffer of 32 MiB where they let one choose.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isAbsolute, join } from 'node:path';
import { execPath, stdout } from 'node:process';
import { fileURLToPath } from 'node:url';
import { findProgram, read } from './processes.js';

const SNAP_BYTES = 128;
const BUFFER_BYTES = 32 << 20;
const DARKSTAT_PORT = 6670;
/** Where flow exports go: nobody listens there. */
const NOWHERE = '127.0.0.1:9995';
const HOSTS = 40_000;
const FLOWS = 100_000;

/**
 * @typedef {object} Place
 * @property {string} directory an empty one for the program's files
 * @property {string} source name of the interface, or path of the capture file
 */

/**
 * @typedef {object} Tally
 * @property {number} packets
 * @property {boolean} ipOnly the program leaves out frames without an IP packet
 */

/**
 * How to run a program once. The tally is read from the running program (`ask`, with the command that runs another one
 * beside it) or from what it left behind when it ended (`tell`).
 *
 * @typedef {object} Run
 * @property {string[]} command
 * @property {NodeJS.Signals} [signal] that ends it; SIGTERM where absent
 * @property {(beside: (command: string[]) => string[]) => Tally | undefined} [ask]
 * @property {(output: string) => Tally | undefined} [tell]
 * @property {(output: string) => boolean} [isReady] where an open packet socket is not enough
 * @property {(answer: string) => Record<string, import('./usage.js').Usage>} [usage] by device, after the end, from what it
 *   printed or kept
 */

/**
 * @typedef {object} Peer
 * @property {string} name
 * @property {string[]} needs programs, paths or packages
 * @property {(place: Place) => Run} live
 * @property {((place: Place) => Run) | undefined} replay
 */

/** @type {Peer[]} */
export const peers = [
  {
    name: 'tcpdump',
    needs: ['tcpdump'],
    live: ({ source }) => ({
      command: words(
        `tcpdump -n -Z root -i ${source} -s ${SNAP_BYTES} -B ${BUFFER_BYTES >> 10} -w /dev/null`,
      ),
      signal: 'SIGINT',
      tell: (output) => tally(/(\d+) packets captured/.exec(output), false),
    }),
    replay: ({ source }) => ({ command: words(`tcpdump -nn -Z root -r ${source} -w /dev/null`) }),
  },
  {
    name: 'darkstat',
    needs: ['darkstat'],
    live: ({ directory, source }) => ({
      command: words(
        `darkstat -i ${source} -b 127.0.0.1 -p ${DARKSTAT_PORT} ${darkstatOptions(directory)}`,
      ),
      ask: (beside) =>
        tally(/id="tp">([\d,]+)</.exec(run(beside(fetchCommand(DARKSTAT_PORT)))), true),
    }),
    replay: ({ directory, source }) => ({
      command: words(
        `darkstat -r ${source} --export ${directory}/hosts.db ${darkstatOptions(directory)}`,
      ),
    }),
  },
  {
    name: 'pmacctd',
    needs: ['pmacctd'],
    live: ({ directory, source }) => ({
      ...pmacctd(directory, `pcap_interface: ${source}\npmacctd_pipe_size: ${BUFFER_BYTES}`),
      signal: 'SIGINT',
    }),
    replay: ({ directory, source }) => pmacctd(directory, `pcap_savefile: ${source}`),
  },
  {
    name: 'softflowd',
    needs: ['softflowd', 'softflowctl'],
    live: ({ directory, source }) => ({
      command: words(
        `softflowd -i ${source} -B ${BUFFER_BYTES} -c ${directory}/control ${softflowdOptions(directory)}`,
      ),
      ask: () => softflowdTally(run(['softflowctl', '-c', `${directory}/control`, 'statistics'])),
    }),
    // A control socket would make it wait for somebody to connect before it reads the file.
    replay: ({ directory, source }) => ({
      command: words(`softflowd -r ${source} -c none ${softflowdOptions(directory)}`),
      tell: softflowdTally,
    }),
  },
  {
    name: 'nfpcapd',
    needs: ['nfpcapd'],
    live: ({ directory, source }) => ({
      command: words(
        `nfpcapd -i ${source} -s ${SNAP_BYTES} -b ${BUFFER_BYTES >> 20} -w ${directory}`,
      ),
      tell: nfpcapdTally,
    }),
    replay: ({ directory, source }) => ({
      command: words(`nfpcapd -r ${source} -w ${directory}`),
      tell: nfpcapdTally,
    }),
  },
  {
    name: 'cap callback',
    needs: ['package cap'],
    live: ({ source }) => ({
      command: [execPath, fileURLToPath(new URL('cap-callback.js', import.meta.url)), source],
      tell: (output) => tally(/(\d+) packets captured/.exec(output), false),
    }),
    replay: undefined,
  },
];

/**
 * The programs to measure; says which of them are not there.
 *
 * @param {Peer[]} candidates
 * @param {string[]} only names; all where empty
 */
export function choosePeers(candidates, only) {
  return candidates.filter(({ name, needs }) => {
    if (only.length > 0 && !only.includes(name)) return false;
    const missing = needs.filter((need) =>
      need.startsWith('package ') ? !hasPackage(need.slice(8)) : !isThere(need),
    );
    if (missing.length > 0) stdout.write(`Left out: ${name} (not found: ${missing.join(', ')}).\n`);
    return missing.length === 0;
  });
}

/** @param {string} program name, or absolute path */
function isThere(program) {
  return isAbsolute(program) ? existsSync(program) : findProgram(program) !== undefined;
}

/** @param {string} name */
function hasPackage(name) {
  try {
    createRequire(import.meta.url)(name);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} directory */
function darkstatOptions(directory) {
  return (
    `-l 192.168.0.0/255.255.252.0 --no-daemon --no-dns --hosts-max ${HOSTS} --hosts-keep ${HOSTS - 10_000} ` +
    `--chroot ${directory} --user root`
  );
}

/** @param {string} directory */
function softflowdOptions(directory) {
  return `-d -6 -v 9 -m ${FLOWS} -n ${NOWHERE} -p ${directory}/pid`;
}

/**
 * Bytes and packets for each pair of addresses, written out at the end.
 *
 * @param {string} directory
 * @param {string} source lines of the configuration
 * @returns {Run}
 */
function pmacctd(directory, source) {
  const [configuration, table] = [join(directory, 'pmacctd.conf'), join(directory, 'table.csv')];
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    configuration,
    `${source}
daemonize: false
snaplen: ${SNAP_BYTES}
aggregate: src_host, dst_host
plugins: print
plugin_pipe_size: ${BUFFER_BYTES}
plugin_buffer_size: 65536
print_cache_entries: 65537
print_refresh_time: 3600
print_output: csv
print_output_file: ${table}
`,
  );
  return {
    command: ['pmacctd', '-f', configuration],
    tell: () => {
      const lines = read(table).trim().split('\n').slice(1);
      const packets = lines.reduce((sum, line) => sum + Number(line.split(',')[2]), 0);
      return packets > 0 ? { packets, ipOnly: true } : undefined;
    },
  };
}

/** @param {string} text */
function softflowdTally(text) {
  return tally(/Packets processed: (\d+)/.exec(text), true);
}

/** @param {string} output */
function nfpcapdTally(output) {
  return tally(/Total: Processed: (\d+)/.exec(output), false);
}

/** @param {RegExpExecArray | null} match @param {boolean} ipOnly @returns {Tally | undefined} */
function tally(match, ipOnly) {
  const digits = match?.[1]?.replaceAll(',', '');
  return digits === undefined ? undefined : { packets: Number(digits), ipOnly };
}

/** @param {number} port */
function fetchCommand(port) {
  const script = `fetch('http://127.0.0.1:${port}/').then((page) => page.text()).then(console.log)`;
  return [execPath, '-e', script];
}

/** @param {string[]} command @returns {string} nothing where it fails */
function run([file, ...rest]) {
  try {
    return execFileSync(file, rest, {
      encoding: 'utf8',
      timeout: 10_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return '';
  }
}

/** @param {string} command without quotes or spaces in words */
function words(command) {
  return command.split(' ');
}
