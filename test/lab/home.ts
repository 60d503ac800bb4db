import { startAgent, type Agent } from './agent.ts';
import {
  addAddress,
  addBridge,
  addRoute,
  createLab,
  forbidMerging,
  loadRules,
  runIn,
  setOffloads,
  type CableEnd,
  type Lab,
} from './lab.ts';
import { countTruth, type Truth } from './truth.ts';

/** A built topology: where the daemon runs, what it captures, who is metered, whom they talk to. */
export interface Home {
  lab: Lab;
  /** Where the daemon runs. */
  gateway: Party;
  /** Interfaces the daemon captures. */
  capture: string[];
  /** Every metered device except the gateway itself. */
  hosts: Host[];
  internet: Party;
  close(): Promise<void>;
}

export interface Party {
  namespace: string;
  agent: Agent;
  /** MAC addresses of its own. */
  macs: string[];
}

/** A metered device with the truth about it. */
export interface Host {
  /** Id in the ledger. */
  id: string;
  namespace: string;
  interface: string;
  mac: string;
  ipv4: string;
  ipv6: string[];
  /** An address of the gateway, for local traffic it answers. */
  neighbour: string;
  agent: Agent;
  truth: Truth;
}

/**
 * Who merges TCP segments into super-frames: nobody; the gateway when it receives (GRO); the senders (TSO), too.
 * With `tso` the devices' own upload counters see super-frames, so their truth is the kernel's count of segments.
 */
type Merging = 'none' | 'gro' | 'tso';

export interface HomeOptions {
  ipv6?: boolean;
  merging?: Merging;
}

export const REMOTES = ['198.51.100.10', '198.51.100.20', '203.0.113.5'] as const;
export const REMOTES_V6 = ['2001:db8:ffff::10', '2001:db8:ffff:1::5'] as const;
export const UDP_PORT = 9000;
export const TCP_PORT = 9001;

/** Provider's end of the access link; the home's router has .2 and ::2. */
const WAN = { home: '192.0.2.2/24', provider: '192.0.2.1/24' } as const;
const WAN_V6 = { home: '2001:db8:0:1::2/64', provider: '2001:db8:0:1::1/64' } as const;
/** Delegated to the home, routed without NAT. */
export const LAN_V6 = '2001:db8:1:';

const greeting = { port: UDP_PORT, count: 1, bytes: 4, replies: 1, replyBytes: 4 };

/** Builds with `build`; whatever was begun is torn down where it fails. */
export async function raise<T extends Omit<Home, 'lab' | 'close'>>(
  build: (lab: Lab) => Promise<T>,
): Promise<T & Home> {
  const lab = createLab();
  try {
    const parts = await build(lab);
    for (const host of parts.hosts) {
      const heard = await host.agent.udpExchange({
        ...greeting,
        from: host.ipv4,
        to: host.neighbour,
      });
      if (heard !== 1) throw new Error(`${host.namespace} does not reach ${host.neighbour}`);
    }
    return { ...parts, lab, close: () => lab.close() };
  } catch (error) {
    await lab.close();
    throw error;
  }
}

/** The internet: public-looking servers behind the access link, whose home end is plugged into `home`. */
export async function attachInternet(
  lab: Lab,
  home: { namespace: string; interface: string; mac: string },
  options: HomeOptions,
): Promise<Party> {
  const ipv6 = options.ipv6 === true;
  const namespace = lab.namespace('internet', { ipv6 });
  const mac = '02:00:00:00:04:01';
  lab.cable(
    { ...home, addresses: ipv6 ? [WAN.home, WAN_V6.home] : [WAN.home] },
    {
      namespace,
      interface: 'eth0',
      mac,
      addresses: ipv6 ? [WAN.provider, WAN_V6.provider] : [WAN.provider],
    },
  );
  addRoute(home.namespace, 'default', '192.0.2.1');
  for (const address of REMOTES) addAddress(namespace, 'lo', `${address}/32`);
  if (ipv6) {
    addRoute(home.namespace, 'default', '2001:db8:0:1::1');
    addRoute(namespace, `${LAN_V6}:/64`, '2001:db8:0:1::2');
    for (const address of REMOTES_V6) addAddress(namespace, 'lo', `${address}/128`);
  }
  if (options.merging !== 'tso') forbidMerging(namespace, 'eth0');
  if (options.merging === 'gro') setOffloads(namespace, 'eth0', { tso: false });
  const agent = await startAgent(lab, namespace);
  await serve(agent, [...REMOTES, ...(ipv6 ? REMOTES_V6 : [])]);
  return { namespace, agent, macs: [mac] };
}

/** A switch in a namespace of its own. */
export interface Switch {
  namespace: string;
  ports: number;
}

export function buildSwitch(lab: Lab, name = 'switch'): Switch {
  const namespace = lab.namespace(name);
  addBridge(namespace, 'br0');
  return { namespace, ports: 0 };
}

/**
 * Plugs a cable's end into the switch. A `wire` port sends super-frames on as the segments a real wire would carry; only
 * behind such a port does the other end of a veth merge by itself.
 */
export function plugIn(lab: Lab, into: Switch, end: CableEnd, port: 'wire' | 'any' = 'any'): void {
  into.ports += 1;
  const name = `port${into.ports}`;
  lab.cable(end, { namespace: into.namespace, interface: name, bridge: 'br0' });
  if (port === 'wire') setOffloads(into.namespace, name, { tso: false, gso: false, gro: false });
}

export interface HostPlan {
  number: number;
  switch: Switch;
  /** Without the prefix length, which is 24 and 64. */
  ipv4: string;
  ipv6?: string[];
  via: string;
  viaV6?: string;
  neighbour?: string;
  id?: string;
}

/** A device with a fixed MAC address, plugged into a switch, with its own truth. */
export async function addHost(lab: Lab, plan: HostPlan, options: HomeOptions): Promise<Host> {
  const ipv6 = plan.ipv6 ?? [];
  const namespace = lab.namespace(`device${plan.number}`, { ipv6: ipv6.length > 0 });
  const mac = `02:00:00:00:01:0${plan.number}`;
  const addresses = [`${plan.ipv4}/24`, ...ipv6.map((address) => `${address}/64`)];
  plugIn(lab, plan.switch, { namespace, interface: 'eth0', mac, addresses }, 'wire');
  addRoute(namespace, 'default', plan.via);
  if (plan.viaV6 !== undefined) addRoute(namespace, 'default', plan.viaV6);
  if (options.merging !== 'tso') forbidMerging(namespace, 'eth0');
  return {
    id: plan.id ?? idOfMac(mac),
    namespace,
    interface: 'eth0',
    mac,
    ipv4: plan.ipv4,
    ipv6,
    neighbour: plan.neighbour ?? plan.via,
    agent: await startAgent(lab, namespace),
    truth: countTruth(namespace, 'eth0', mac),
  };
}

/** Starts the UDP and TCP servers of the traffic mixes on these addresses. */
export async function serve(agent: Agent, addresses: readonly string[]): Promise<void> {
  for (const address of addresses) {
    await agent.udpServe({ address, port: UDP_PORT });
    await agent.tcpServe({ address, port: TCP_PORT });
  }
}

/** The kind of switch port a gateway needs. */
export function gatewayPort(options: HomeOptions): 'wire' | 'any' {
  return options.merging === 'gro' ? 'wire' : 'any';
}

/** Hides everything that leaves by an interface behind that interface's address. */
export function masquerade(namespace: string, name: string, except = '0.0.0.0/32'): void {
  loadRules(
    namespace,
    `table ip home {
      chain out {
        type nat hook postrouting priority srcnat;
        oifname "${name}" ip daddr != ${except} masquerade
      }
    }`,
  );
}

export function setGatewayOffloads(
  namespace: string,
  interfaces: readonly string[],
  options: HomeOptions,
): void {
  const gro = options.merging !== undefined && options.merging !== 'none';
  for (const name of interfaces) {
    setOffloads(namespace, name, { gro });
    if (gro) holdForMerging(namespace, name);
  }
}

/** A veth wakes its receiver for each packet; a fifth of a millisecond of patience lets it merge them as a busy card does. */
function holdForMerging(namespace: string, name: string): void {
  const file = `/sys/class/net/${name}/gro_flush_timeout`;
  runIn(namespace, 'sh', '-e', '-c', `echo 200000 > ${file}`);
}

export function idOfMac(mac: string): string {
  return mac.replaceAll(':', '');
}
