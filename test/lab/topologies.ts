import { startAgent } from './agent.ts';
import {
  addHost,
  attachInternet,
  buildSwitch,
  gatewayPort,
  LAN_V6,
  masquerade,
  plugIn,
  raise,
  serve,
  setGatewayOffloads,
  type Home,
  type HomeOptions,
  type Host,
  type Party,
} from './home.ts';
import { addAddress, addBridge, addRoute, loadRules, setOffloads, type Lab } from './lab.ts';

const GATEWAY_MACS = ['02:00:00:00:03:01', '02:00:00:00:03:02', '02:00:00:00:03:03'] as const;
const ROUTER_MACS = ['02:00:00:00:02:01', '02:00:00:00:02:02'] as const;

/**
 * ```
 * device1 device2 -- switch -- eth-lan [gateway: NAT] eth-wan -- internet
 * ```
 * With `ipv6` the LAN has a global prefix, routed without NAT, and each device has a second (privacy) address.
 */
export function lanGateway(options: HomeOptions & { captureWan?: boolean } = {}): Promise<Home> {
  return raise(async (lab) => {
    const ipv6 = options.ipv6 === true;
    const namespace = lab.namespace('gateway', { ipv6, forwards: true });
    const lan = buildSwitch(lab);
    const [lanMac, wanMac] = GATEWAY_MACS;
    const addresses = ['192.168.1.1/24', ...(ipv6 ? [`${LAN_V6}:1/64`] : [])];
    const end = { namespace, interface: 'eth-lan', mac: lanMac, addresses };
    plugIn(lab, lan, end, gatewayPort(options));
    const wan = { namespace, interface: 'eth-wan', mac: wanMac };
    const internet = await attachInternet(lab, wan, options);
    masquerade(namespace, 'eth-wan');
    setGatewayOffloads(namespace, ['eth-lan', 'eth-wan'], options);
    const hosts = [];
    for (const number of [1, 2]) {
      const plan = { number, switch: lan, ipv4: `192.168.1.10${number}`, via: '192.168.1.1' };
      const v6 = [`${LAN_V6}:10${number}`, `${LAN_V6}:f00d:${number}`];
      hosts.push(
        await addHost(lab, ipv6 ? { ...plan, ipv6: v6, viaV6: `${LAN_V6}:1` } : plan, options),
      );
    }
    const local = ['192.168.1.1', ...(ipv6 ? [`${LAN_V6}:1`] : [])];
    const gateway = await party(lab, namespace, [lanMac, wanMac], local);
    const capture = options.captureWan === true ? ['eth-lan', 'eth-wan'] : ['eth-lan'];
    return { gateway, capture, hosts, internet };
  });
}

export type OneArmedReturn = 'masquerade' | 'router-to-gateway' | 'router-to-device';

/**
 * ```
 * device1 device2 -- switch -- eth0 [gateway]
 *                       \----- eth-lan [router: NAT] eth-wan -- internet
 * ```
 * The devices' default route is the gateway, which sends everything out of the interface it came in by. Replies come back
 * through it because it masquerades, because the router has routes through it, or not at all.
 */
export function oneArmed(back: OneArmedReturn, options: HomeOptions = {}): Promise<Home> {
  return raise(async (lab) => {
    const lan = buildSwitch(lab);
    const { internet, router } = await homeRouter(lab, lan, options);
    const namespace = lab.namespace('gateway', { forwards: true });
    const [mac] = GATEWAY_MACS;
    const end = { namespace, interface: 'eth0', mac, addresses: ['192.168.1.2/24'] };
    plugIn(lab, lan, end, gatewayPort(options));
    addRoute(namespace, 'default', '192.168.1.1');
    if (back === 'masquerade') masquerade(namespace, 'eth0', '192.168.1.0/24');
    setGatewayOffloads(namespace, ['eth0'], options);
    const hosts = await plugInHosts(lab, lan, '192.168.1.2', options);
    if (back === 'router-to-gateway') {
      for (const host of hosts) addRoute(router, `${host.ipv4}/32`, '192.168.1.2');
    }
    const gateway = await party(lab, namespace, [mac], ['192.168.1.2']);
    return { gateway, capture: ['eth0'], hosts, internet };
  });
}

/**
 * ```
 * device1 device2 -- switch -- eth-lan [gateway: br0] eth-up -- [router: NAT] -- internet
 * ```
 * The gateway only bridges. With `ipv6` its bridge has no global address: the prefix can only be learned.
 */
export function bridge(
  options: HomeOptions & { capture?: string[] } = {},
): Promise<Home & { router: Party }> {
  return raise(async (lab) => {
    const ipv6 = options.ipv6 === true;
    const lan = buildSwitch(lab);
    const namespace = lab.namespace('gateway', { ipv6 });
    const router = lab.namespace('router', { ipv6, forwards: true });
    const [mac] = GATEWAY_MACS;
    const [routerMac, wanMac] = ROUTER_MACS;
    addBridge(namespace, 'br0', mac);
    plugIn(lab, lan, { namespace, interface: 'eth-lan', bridge: 'br0' });
    const addresses = ['192.168.1.1/24', ...(ipv6 ? [`${LAN_V6}:1/64`] : [])];
    lab.cable(
      { namespace: router, interface: 'eth-lan', mac: routerMac, addresses },
      { namespace, interface: 'eth-up', bridge: 'br0' },
    );
    addAddress(namespace, 'br0', '192.168.1.2/24');
    addRoute(namespace, 'default', '192.168.1.1');
    const wan = { namespace: router, interface: 'eth-wan', mac: wanMac };
    const internet = await attachInternet(lab, wan, options);
    masquerade(router, 'eth-wan');
    setGatewayOffloads(namespace, ['eth-lan', 'eth-up'], options);
    const hosts = await plugInHosts(lab, lan, '192.168.1.1', options, '192.168.1.2');
    const gateway = await party(lab, namespace, [mac], ['192.168.1.2']);
    const local = ['192.168.1.1', ...(ipv6 ? [`${LAN_V6}:1`] : [])];
    const routerParty = await party(lab, router, [routerMac], local);
    const capture = options.capture ?? ['br0'];
    return { gateway, router: routerParty, capture, hosts, internet };
  });
}

/**
 * ```
 * device1 -- switch1 -- eth-lan1 [gateway: NAT] eth-wan -- internet
 * device2 -- switch2 -- eth-lan2 /
 * ```
 */
export function twoInterfaces(options: HomeOptions = {}): Promise<Home> {
  return raise(async (lab) => {
    const namespace = lab.namespace('gateway', { forwards: true });
    const hosts: Host[] = [];
    for (const number of [1, 2]) {
      const lan = buildSwitch(lab, `switch${number}`);
      const mac = GATEWAY_MACS[number - 1] as string;
      const [network, name] = [`192.168.${number}`, `eth-lan${number}`];
      plugIn(lab, lan, { namespace, interface: name, mac, addresses: [`${network}.1/24`] });
      const plan = { number, switch: lan, ipv4: `${network}.10${number}`, via: `${network}.1` };
      hosts.push(await addHost(lab, plan, options));
    }
    const wan = { namespace, interface: 'eth-wan', mac: GATEWAY_MACS[2] };
    const internet = await attachInternet(lab, wan, options);
    masquerade(namespace, 'eth-wan');
    setGatewayOffloads(namespace, ['eth-lan1', 'eth-lan2', 'eth-wan'], options);
    const gateway = await party(lab, namespace, GATEWAY_MACS, ['192.168.1.1', '192.168.2.1']);
    return { gateway, capture: ['eth-lan1', 'eth-lan2'], hosts, internet };
  });
}

/**
 * ```
 * device1 ------------------------ switch -- eth-lan [gateway: NAT] eth-wan -- internet
 * device2 device3 -- switch2 -- [downstream router] /
 * ```
 * 192.168.50.0/24 lies behind the downstream router, which does not translate. With `secondLan` the gateway has a second
 * captured interface, eth-lan2, with device4.
 */
export function routedSubnet(
  options: HomeOptions & { secondLan?: boolean } = {},
): Promise<Home & { downstream: Party }> {
  return raise(async (lab) => {
    const namespace = lab.namespace('gateway', { forwards: true });
    const lan = buildSwitch(lab);
    const behind = buildSwitch(lab, 'switch2');
    const [lanMac, wanMac, lan2Mac] = GATEWAY_MACS;
    const addresses = ['192.168.1.1/24'];
    plugIn(lab, lan, { namespace, interface: 'eth-lan', mac: lanMac, addresses });
    const wan = { namespace, interface: 'eth-wan', mac: wanMac };
    const internet = await attachInternet(lab, wan, options);
    masquerade(namespace, 'eth-wan');

    const inner = lab.namespace('inner', { forwards: true });
    const [upMac, downMac] = ROUTER_MACS;
    const [up, down] = [['192.168.1.3/24'], ['192.168.50.1/24']];
    plugIn(lab, lan, { namespace: inner, interface: 'eth-up', mac: upMac, addresses: up });
    plugIn(lab, behind, { namespace: inner, interface: 'eth-down', mac: downMac, addresses: down });
    addRoute(inner, 'default', '192.168.1.1');
    addRoute(namespace, '192.168.50.0/24', '192.168.1.3');
    setGatewayOffloads(namespace, ['eth-lan', 'eth-wan'], options);
    const downstream = await party(lab, inner, [upMac], ['192.168.1.3']);
    const gateway = await party(lab, namespace, GATEWAY_MACS, ['192.168.1.1']);

    const here = { number: 1, switch: lan, ipv4: '192.168.1.101', via: '192.168.1.1' };
    const hosts = [await addHost(lab, here, options)];
    for (const number of [2, 3]) {
      const ipv4 = `192.168.50.1${number}`;
      const plan = { number, switch: behind, ipv4, via: '192.168.50.1', id: `ip:${ipv4}` };
      hosts.push(await addHost(lab, { ...plan, neighbour: '192.168.1.1' }, options));
    }
    if (options.secondLan === true) {
      const lan2 = buildSwitch(lab, 'switch3');
      const end = { namespace, interface: 'eth-lan2', mac: lan2Mac };
      plugIn(lab, lan2, { ...end, addresses: ['192.168.2.1/24'] });
      await serve(gateway.agent, ['192.168.2.1']);
      const there = { number: 4, switch: lan2, ipv4: '192.168.2.104', via: '192.168.2.1' };
      hosts.push(await addHost(lab, there, options));
    }
    const capture = options.secondLan === true ? ['eth-lan2', 'eth-lan'] : ['eth-lan'];
    return { gateway, downstream, capture, hosts, internet };
  });
}

/**
 * A transparent bridge between a device port and a router port, metered on the device port: tagged frames pass it unread
 * in both directions. `inline` leaves VLAN tags in the frame, else the kernel hands them over beside it.
 */
export function trunk(tags: 'inline' | 'beside'): Promise<Home & { router: Party }> {
  return raise(async (lab) => {
    const namespace = lab.namespace('gateway');
    const lan = buildSwitch(lab);
    addBridge(namespace, 'br0', GATEWAY_MACS[0]);
    plugIn(lab, lan, { namespace, interface: 'eth-lan', bridge: 'br0' });
    const router = lab.namespace('router');
    const [mac] = ROUTER_MACS;
    lab.cable(
      { namespace: router, interface: 'eth0', mac, addresses: ['192.168.1.1/24'] },
      { namespace, interface: 'eth-up', bridge: 'br0' },
    );
    addAddress(namespace, 'br0', '192.168.1.2/24');
    const on = tags === 'beside';
    for (const name of ['eth-lan', 'eth-up']) {
      setOffloads(namespace, name, { rxvlan: on, txvlan: on });
    }
    const hosts = await plugInHosts(lab, lan, '192.168.1.1', {}, '192.168.1.2');
    const gateway = await party(lab, namespace, [GATEWAY_MACS[0]], ['192.168.1.2']);
    const routerParty = await party(lab, router, [mac], []);
    for (const end of [router, ...hosts.map((host) => host.namespace)]) ignoreHandMade(end);
    const internet = routerParty;
    return { gateway, router: routerParty, capture: ['eth-lan'], hosts, internet };
  });
}

/** Hand-made packets are for the discard port; without this the kernel would answer that nobody listens there. */
export function ignoreHandMade(namespace: string): void {
  loadRules(
    namespace,
    `table inet quiet {
      chain in {
        type filter hook input priority filter;
        udp dport discard drop
      }
    }`,
  );
}

/** The provider's router of homes where the meter is another machine. */
async function homeRouter(
  lab: Lab,
  lan: { namespace: string; ports: number },
  options: HomeOptions,
): Promise<{ router: string; internet: Party }> {
  const router = lab.namespace('router', { forwards: true });
  const [mac, wanMac] = ROUTER_MACS;
  const addresses = ['192.168.1.1/24'];
  const end = { namespace: router, interface: 'eth-lan', mac, addresses };
  plugIn(lab, lan, end, gatewayPort(options));
  const wan = { namespace: router, interface: 'eth-wan', mac: wanMac };
  const internet = await attachInternet(lab, wan, options);
  masquerade(router, 'eth-wan');
  return { router, internet };
}

async function plugInHosts(
  lab: Lab,
  lan: { namespace: string; ports: number },
  via: string,
  options: HomeOptions,
  neighbour = via,
): Promise<Host[]> {
  const hosts = [];
  for (const number of [1, 2]) {
    const v6 = [`${LAN_V6}:10${number}`, `${LAN_V6}:f00d:${number}`];
    const dual = options.ipv6 === true ? { ipv6: v6, viaV6: `${LAN_V6}:1` } : {};
    const plan = { number, switch: lan, ipv4: `192.168.1.10${number}`, via, neighbour, ...dual };
    hosts.push(await addHost(lab, plan, options));
  }
  return hosts;
}

async function party(
  lab: Lab,
  namespace: string,
  macs: readonly string[],
  addresses: readonly string[],
): Promise<Party> {
  const agent = await startAgent(lab, namespace);
  await serve(agent, addresses);
  return { namespace, agent, macs: [...macs] };
}
