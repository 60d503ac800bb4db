import { LAN_V6, REMOTES, REMOTES_V6, TCP_PORT, UDP_PORT, type Home, type Host } from './home.ts';

const UDP_HEADER = 8;

/** Bytes of the IP packets that carry `count` unfragmented datagrams. */
export function udpBytes(count: number, payload: number, address: string): number {
  return count * (payload + UDP_HEADER + (address.includes(':') ? 40 : 20));
}

const LOCAL_QUESTIONS = 11;
/** Packets of the local part of `everydayTraffic`, both directions. */
export const LOCAL_PACKETS = 2 * LOCAL_QUESTIONS;

/** A bit of everything a device does, to several remote addresses and to the gateway itself. Throws where the lab loses data. */
export async function everydayTraffic(host: Host): Promise<void> {
  const { agent, ipv4: from } = host;
  const [first, second, third] = REMOTES;
  const udp = { from, port: UDP_PORT };
  await exchange(host, { ...udp, to: first, count: 60, bytes: 1200, replies: 2, replyBytes: 700 });
  await exchange(host, { ...udp, to: second, count: 25, bytes: 4 });
  await exchange(host, { ...udp, to: third, count: 7, bytes: 1472, replies: 1, replyBytes: 1472 });
  await exchange(host, { ...udp, to: first, count: 3, bytes: 4000, replies: 1, replyBytes: 5000 });
  await agent.ping({ from, to: second, count: 5, bytes: 56 });
  await transfer(host, { from, to: third, port: TCP_PORT, upload: 300_000, download: 1_500_000 });
  const local = { ...udp, to: host.neighbour, count: LOCAL_QUESTIONS, bytes: 333 };
  await exchange(host, { ...local, replies: 1, replyBytes: 77 });
}

/** The same over IPv6, from each of the device's global addresses; the router answers the local part. */
export async function everydayTrafficV6(host: Host): Promise<void> {
  const [first, second] = REMOTES_V6;
  const neighbour = `${LAN_V6}:1`;
  for (const from of host.ipv6) {
    const udp = { from, port: UDP_PORT };
    await exchange(host, { ...udp, to: first, count: 40, bytes: 900, replies: 2, replyBytes: 650 });
    await exchange(host, { ...udp, to: second, count: 9, bytes: 1452, replies: 1, replyBytes: 4 });
    await exchange(host, {
      ...udp,
      to: first,
      count: 2,
      bytes: 4000,
      replies: 1,
      replyBytes: 5000,
    });
    await host.agent.ping({ from, to: second, count: 5, bytes: 56 });
    await transfer(host, { from, to: second, port: TCP_PORT, upload: 200_000, download: 900_000 });
    await exchange(host, {
      ...udp,
      to: neighbour,
      count: 6,
      bytes: 111,
      replies: 1,
      replyBytes: 222,
    });
  }
}

type Exchange = Parameters<Host['agent']['udpExchange']>[0];
type Transfer = Parameters<Host['agent']['tcpTransfer']>[0];

/** A UDP exchange in which every reply must come. */
export async function exchange(host: Pick<Host, 'agent'>, plan: Exchange): Promise<void> {
  const received = await host.agent.udpExchange(plan);
  const expected = plan.count * (plan.replies ?? 0);
  if (received !== expected) {
    throw new Error(`${plan.from} got ${received} of ${expected} replies from ${plan.to}`);
  }
}

/** A TCP connection that must carry all it was given. */
export async function transfer(host: Pick<Host, 'agent'>, plan: Transfer): Promise<void> {
  const received = await host.agent.tcpTransfer(plan);
  if (received !== (plan.download ?? 0)) {
    throw new Error(`${plan.from} got ${received} of ${plan.download} bytes from ${plan.to}`);
  }
}

/** A UDP exchange of the gateway itself; resolves to its size as the gateway sees it. */
export async function gatewayTraffic(
  home: Pick<Home, 'gateway'>,
  from: string,
  to: string = REMOTES[1],
): Promise<{ download: number; upload: number }> {
  const plan = { from, to, port: UDP_PORT, count: 30, bytes: 500, replies: 2, replyBytes: 640 };
  await exchange(home.gateway, plan);
  return { download: udpBytes(60, 640, to), upload: udpBytes(30, 500, to) };
}
