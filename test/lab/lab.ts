import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';

/** A throw-away set of network namespaces. Nothing in it touches the machine's own interfaces. */
export interface Lab {
  /** Creates a namespace and returns its full name. */
  namespace(name: string, role?: NamespaceRole): string;
  /** Joins two namespaces by a cable (a veth pair); both ends are up afterwards. */
  cable(one: CableEnd, other: CableEnd): void;
  /** Registers something to undo; run in reverse order before the namespaces go. */
  onClose(undo: () => Promise<void> | void): void;
  close(): Promise<void>;
}

interface NamespaceRole {
  ipv6?: boolean;
  forwards?: boolean;
}

export interface CableEnd {
  namespace: string;
  interface: string;
  mac?: string;
  /** `192.168.1.2/24` */
  addresses?: readonly string[];
  /** Bridge of the namespace to plug this end into. */
  bridge?: string;
}

const PREFIX = 'll';
const NAME = new RegExp(String.raw`^${PREFIX}(\d+)-`);

let problem: string | undefined | null = null;

/** Why no lab can be built on this machine, or undefined. */
export function labProblem(): string | undefined {
  if (problem === null) problem = findProblem();
  return problem;
}

function findProblem(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces exist on Linux only';
  if (process.getuid?.() !== 0) return 'building network namespaces needs root';
  const missing = ['ip', 'nft', 'ethtool'].filter((tool) => !isInstalled(tool));
  if (missing.length > 0) return `not installed: ${missing.join(', ')}`;
  try {
    const probe = `${PREFIX}${process.pid}-probe`;
    run('ip', 'netns', 'add', probe);
    run('ip', 'netns', 'del', probe);
    return undefined;
  } catch (error) {
    return `network namespaces cannot be made here: ${String(error)}`;
  }
}

export function createLab(): Lab {
  removeLeftovers();
  const namespaces: string[] = [];
  const undos: (() => Promise<void> | void)[] = [];
  const removeNamespaces = () => {
    for (const name of namespaces.splice(0)) removeNamespace(name);
  };
  process.once('exit', removeNamespaces);
  return {
    namespace(name, role = {}) {
      const full = `${PREFIX}${process.pid}-${nextNumber()}-${name}`;
      run('ip', 'netns', 'add', full);
      namespaces.push(full);
      configure(full, role);
      return full;
    },
    cable(one, other) {
      // prettier-ignore
      run('ip', '-n', one.namespace, 'link', 'add', one.interface, ...macOf(one), 'type', 'veth',
        'peer', 'name', other.interface, ...macOf(other), 'netns', other.namespace);
      for (const end of [one, other]) plug(end);
    },
    onClose: (undo) => void undos.push(undo),
    async close() {
      for (const undo of undos.splice(0).toReversed()) await undo();
      removeNamespaces();
      process.removeListener('exit', removeNamespaces);
    },
  };
}

/** Runs a program to its end and returns what it printed; throws with what it complained about. */
function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** The same inside a namespace. */
export function runIn(namespace: string, program: string, ...args: string[]): string {
  return run('ip', 'netns', 'exec', namespace, program, ...args);
}

/** Loads a rule set into the namespace's nftables. */
export function loadRules(namespace: string, rules: string): void {
  execFileSync('ip', ['netns', 'exec', namespace, 'nft', '-f', '-'], {
    input: rules,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** Switches features of an interface: `{ tso: false, gro: true }`. */
export function setOffloads(
  namespace: string,
  name: string,
  features: Record<string, boolean>,
): void {
  const words = Object.entries(features).flatMap(([key, on]) => [key, on ? 'on' : 'off']);
  runIn(namespace, 'ethtool', '-K', name, ...words);
}

/** Makes TCP hand the interface one packet per segment, so that counters above the driver see what a wire would. */
export function forbidMerging(namespace: string, name: string): void {
  run('ip', '-n', namespace, 'link', 'set', name, 'gso_max_segs', '1');
  setOffloads(namespace, name, { gro: false });
}

let made = 0;
function nextNumber(): number {
  made += 1;
  return made;
}

/**
 * A namespace that says nothing on its own: no duplicate address detection, router solicitations, redirects or neighbour
 * re-checks during a test, so that every packet in it is one a test asked for.
 */
function configure(namespace: string, role: NamespaceRole): void {
  const settings: Record<string, number> = {
    'ipv4/conf/all/send_redirects': 0,
    'ipv4/conf/default/send_redirects': 0,
    'ipv4/conf/all/rp_filter': 0,
    'ipv4/conf/default/rp_filter': 0,
    'ipv4/ip_forward': role.forwards === true ? 1 : 0,
    'ipv4/icmp_ratelimit': 0,
    'ipv4/neigh/default/base_reachable_time_ms': 600_000,
    'ipv4/neigh/default/delay_first_probe_time': 60,
    'ipv6/neigh/default/base_reachable_time_ms': 600_000,
    'ipv6/neigh/default/delay_first_probe_time': 60,
    'ipv6/conf/default/dad_transmits': 0,
    'ipv6/conf/default/accept_dad': 0,
    'ipv6/conf/default/router_solicitations': 0,
    'ipv6/conf/default/accept_ra': 0,
    'ipv6/conf/all/accept_redirects': 0,
    'ipv6/conf/default/accept_redirects': 0,
    'ipv6/conf/all/forwarding': role.forwards === true && role.ipv6 === true ? 1 : 0,
    'ipv6/conf/default/disable_ipv6': role.ipv6 === true ? 0 : 1,
    'bridge/bridge-nf-call-iptables': 0,
    'bridge/bridge-nf-call-ip6tables': 0,
  };
  const script = Object.entries(settings).map(
    ([key, value]) => `test ! -e /proc/sys/net/${key} || echo ${value} > /proc/sys/net/${key}`,
  );
  runIn(namespace, 'sh', '-e', '-c', `${script.join('\n')}\nip link set lo up`);
}

function plug(end: CableEnd): void {
  for (const address of end.addresses ?? []) addAddress(end.namespace, end.interface, address);
  const master = end.bridge === undefined ? [] : ['master', end.bridge];
  run('ip', '-n', end.namespace, 'link', 'set', end.interface, ...master, 'up');
}

export function addAddress(namespace: string, name: string, address: string): void {
  const options = address.includes(':') ? ['nodad'] : [];
  run('ip', '-n', namespace, 'address', 'add', address, 'dev', name, ...options);
}

/** Adds a route: `addRoute(ns, 'default', '192.168.1.1')`. */
export function addRoute(namespace: string, to: string, via: string): void {
  const family = via.includes(':') ? '-6' : '-4';
  run('ip', family, '-n', namespace, 'route', 'add', to, 'via', via);
}

/** A bridge that forwards at once and floods multicast, like a cheap switch. */
export function addBridge(namespace: string, name: string, mac?: string): void {
  const address = mac === undefined ? [] : ['address', mac];
  // prettier-ignore
  run('ip', '-n', namespace, 'link', 'add', name, ...address, 'type', 'bridge',
    'stp_state', '0', 'forward_delay', '0', 'mcast_snooping', '0');
  run('ip', '-n', namespace, 'link', 'set', name, 'up');
}

function macOf(end: CableEnd): string[] {
  return end.mac === undefined ? [] : ['address', end.mac];
}

function isInstalled(tool: string): boolean {
  return (process.env['PATH'] ?? '')
    .split(':')
    .concat('/usr/sbin', '/sbin')
    .some((directory) => existsSync(`${directory}/${tool}`));
}

/** Namespaces of runs that were killed: their name tells the process that made them. */
function removeLeftovers(): void {
  const names = existsSync('/run/netns') ? readdirSync('/run/netns') : [];
  for (const name of names) {
    const maker = NAME.exec(name)?.[1];
    if (maker !== undefined && !existsSync(`/proc/${maker}`)) removeNamespace(name);
  }
}

function removeNamespace(name: string): void {
  try {
    const inside = run('ip', 'netns', 'pids', name).split('\n').filter(Boolean);
    for (const pid of inside) process.kill(Number(pid), 'SIGKILL');
  } catch {
    // A process that ended by itself is what we want.
  }
  try {
    run('ip', 'netns', 'del', name);
  } catch {
    // Another run removed the same leftover first.
  }
}
