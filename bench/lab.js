/** Two network namespaces with one cable between them: nothing that is sent here can leave the machine. */
import { execFileSync } from 'node:child_process';
import { findProgram, read } from './processes.js';

/** Addresses of the receiver's end: in the home's networks, so that a meter learns what is local. */
const receiverAddresses = ['192.168.0.2/22', '2001:db8:1::2/64'];
export const SENDING_INTERFACE = 'tx0';
export const RECEIVING_INTERFACE = 'rx0';
const SENDER_CPU = 1;
const RECEIVER_CPU = 0;

/**
 * @typedef {object} Lab
 * @property {string} sendingInterface
 * @property {{ sender: string, receiver: string }} namespaces
 * @property {string} receivingInterface
 * @property {(command: readonly string[]) => string[]} forSender the command, run in the sender's namespace on its processor
 * @property {(command: readonly string[]) => string[]} forReceiver
 * @property {() => void} remove
 */

/** @returns {Lab} */
export function createLab() {
  const [sender, receiver] = ['tx', 'rx'].map((end) => `llbench-${process.pid}-${end}`);
  const remove = () => {
    for (const namespace of [sender, receiver]) attempt('ip', ['netns', 'delete', namespace]);
  };
  try {
    for (const namespace of [sender, receiver]) {
      ip('netns', 'add', namespace);
      ip('-n', namespace, 'link', 'set', 'lo', 'up');
      const keys = ['accept_dad=0', 'router_solicitations=0', 'addr_gen_mode=1'];
      const settings = keys.map((key) => `net.ipv6.conf.default.${key}`);
      attempt('ip', ['netns', 'exec', namespace, 'sysctl', '-qw', ...settings]);
    }
    layCable(sender, receiver);
  } catch (error) {
    remove();
    throw error;
  }
  return {
    sendingInterface: SENDING_INTERFACE,
    receivingInterface: RECEIVING_INTERFACE,
    namespaces: { sender, receiver },
    forSender: prefixWith(sender, SENDER_CPU),
    forReceiver: prefixWith(receiver, RECEIVER_CPU),
    remove,
  };
}

/**
 * Joins the namespaces; again after one end was removed.
 *
 * @param {string} sender
 * @param {string} receiver
 */
export function layCable(sender, receiver) {
  const [tx, rx] = [SENDING_INTERFACE, RECEIVING_INTERFACE];
  // prettier-ignore
  ip('-n', sender, 'link', 'add', tx, 'type', 'veth', 'peer', 'name', rx, 'netns', receiver);
  for (const address of receiverAddresses) {
    ip('-n', receiver, 'address', 'add', address, 'dev', rx, 'nodad');
  }
  ip('-n', sender, 'link', 'set', tx, 'up');
  ip('-n', receiver, 'link', 'set', rx, 'up');
  const offloads = ['gro', 'gso', 'tso'].flatMap((name) => [name, 'off']);
  attempt('ip', ['netns', 'exec', receiver, 'ethtool', '-K', rx, ...offloads]);
}

/**
 * @param {string} namespace
 * @param {number} cpu
 */
function prefixWith(namespace, cpu) {
  const prefix = ['ip', 'netns', 'exec', namespace, ...pinTo(cpu)];
  return (/** @type {readonly string[]} */ command) => [...prefix, ...command];
}

/**
 * Frames that reached an interface, as seen from a process in its namespace.
 *
 * @param {number} pid
 * @param {string} name of the interface
 */
export function receivedFrames(pid, name) {
  const line = read(`/proc/${pid}/net/dev`)
    .split('\n')
    .find((text) => text.trim().startsWith(`${name}:`));
  return Number(line?.split(':')[1]?.trim().split(/\s+/)[1] ?? 0);
}

/**
 * Somebody in the process's namespace listens to packets (all receivers run alone in theirs).
 *
 * @param {number} pid
 */
export function hasPacketSocket(pid) {
  return read(`/proc/${pid}/net/packet`).trim().split('\n').length > 1;
}

/** @param {number} cpu @returns {string[]} nothing where the machine has one processor or no `taskset` */
function pinTo(cpu) {
  const processors = read('/proc/cpuinfo').match(/^processor\b/gm)?.length ?? 1;
  return processors > cpu && processors > 1 && findProgram('taskset') !== undefined
    ? ['taskset', '-c', String(cpu)]
    : [];
}

/** @param {string[]} words */
export function ip(...words) {
  execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** @param {string} file @param {string[]} words */
function attempt(file, words) {
  try {
    execFileSync(file, words, { stdio: 'ignore' });
  } catch {
    // The measurement is as good without.
  }
}
