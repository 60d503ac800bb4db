import { expect, test } from 'vitest';
import { lanGateway, bridge, oneArmed, routedSubnet, twoInterfaces } from './topologies.ts';
import type { Home, Host } from './home.ts';
import { describeLab, settledTruth } from './metering.ts';
import { startTcpdump, type SeenPacket } from './tcpdump.ts';
import { everydayTraffic, everydayTrafficV6, udpBytes, exchange } from './traffic.ts';
import { REMOTES, UDP_PORT } from './home.ts';

const isRemote = (address: string) => /^(198\.51\.100|203\.0\.113|2001:db8:ffff)[.:]/.test(address);
const bytesOf = (packets: SeenPacket[]) => packets.reduce((sum, { bytes }) => sum + bytes, 0);

/** What tcpdump saw of a device at its first hop: frames from and to its MAC address. */
function seenOf(host: Host, packets: readonly SeenPacket[]) {
  const from = packets.filter((packet) => packet.sourceMac === host.mac);
  const to = packets.filter((packet) => packet.destinationMac === host.mac);
  return {
    download: bytesOf(to.filter((packet) => isRemote(packet.source))),
    upload: bytesOf(from.filter((packet) => isRemote(packet.destination))),
    localDownload: bytesOf(to.filter((packet) => !isRemote(packet.source))),
    localUpload: bytesOf(from.filter((packet) => !isRemote(packet.destination))),
    packets: from.length + to.length,
  };
}

async function compare(home: Home): Promise<void> {
  const dumps = await Promise.all(
    home.capture.map((name) => startTcpdump(home.gateway.namespace, name)),
  );
  for (const host of home.hosts) host.truth.reset();
  for (const host of home.hosts) {
    await everydayTraffic(host);
    if (host.ipv6.length > 0) await everydayTrafficV6(host);
  }
  const truth = await settledTruth(home);
  const packets = (await Promise.all(dumps.map((dump) => dump.stop()))).flat();
  for (const host of home.hosts.filter(({ id }) => !id.startsWith('ip:'))) {
    expect(seenOf(host, packets)).toEqual(truth.get(host.id));
  }
}

describeLab(
  'the truth of a LAN-side gateway, against tcpdump and arithmetic',
  () => lanGateway({ ipv6: true }),
  (home) => {
    test('counters and tcpdump agree to the byte', () => compare(home()));

    test('counters and arithmetic agree to the byte', async () => {
      const [host] = home().hosts as [Host];
      host.truth.reset();
      const [to] = REMOTES;
      const plan = { count: 100, bytes: 1000, replies: 3, replyBytes: 500 };
      await exchange(host, { from: host.ipv4, to, port: UDP_PORT, ...plan });
      expect((await settledTruth(home())).get(host.id)).toEqual({
        download: udpBytes(300, 500, to),
        upload: udpBytes(100, 1000, to),
        localDownload: 0,
        localUpload: 0,
        packets: 400,
      });
    });
  },
  'lab',
);

for (const [title, build] of [
  ['one-armed', () => oneArmed('masquerade')],
  ['one-armed, replies routed back', () => oneArmed('router-to-gateway')],
  ['bridge', () => bridge({ ipv6: true })],
  ['two interfaces', () => twoInterfaces()],
  ['routed subnet', () => routedSubnet()],
] as const) {
  describeLab(
    `the truth of: ${title}`,
    build,
    (home) => {
      test('counters and tcpdump agree to the byte', () => compare(home()));
    },
    'lab',
  );
}
