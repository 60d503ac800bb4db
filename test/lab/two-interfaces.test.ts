import { expect, test } from 'vitest';
import { UDP_PORT, type Home, type Host } from './home.ts';
import {
  describeLab,
  expectEachByteOnce,
  expectExact,
  meter,
  ownInternet,
  type Metered,
} from './metering.ts';
import { twoInterfaces } from './topologies.ts';
import { everydayTraffic, exchange, gatewayTraffic, udpBytes } from './traffic.ts';

const talk = { port: UDP_PORT, count: 50, bytes: 1000, replies: 1, replyBytes: 300 };

/** Device 1 talks to device 2, which lives behind the gateway's other interface. */
async function acrossTheGateway(home: Home): Promise<void> {
  const [one, two] = home.hosts as [Host, Host];
  await two.agent.udpServe({ address: two.ipv4, port: UDP_PORT });
  await exchange(one, { ...talk, from: one.ipv4, to: two.ipv4 });
}

function localOf(run: Metered, host: Host | undefined) {
  const { localDownload, localUpload } = run.ledger.get(host?.id ?? '') ?? {};
  return { localDownload, localUpload };
}

describeLab('gateway with two LAN interfaces', twoInterfaces, (home) => {
  test('keeps routed local traffic local, and counts it once on each side', async () => {
    const run = await meter(home(), () => acrossTheGateway(home()));
    const [sent, answered] = [
      udpBytes(50, 1000, '192.168.1.101'),
      udpBytes(50, 300, '192.168.1.101'),
    ];
    expectExact(run);
    expectEachByteOnce(run);
    expect(home().hosts.map((host) => localOf(run, host))).toEqual([
      { localDownload: answered, localUpload: sent },
      { localDownload: sent, localUpload: answered },
    ]);
  });

  test('counts every byte of the devices on both', async () => {
    const run = await meter(home(), async () => {
      await Promise.all(home().hosts.map((host) => everydayTraffic(host)));
    });
    expectExact(run);
    expectEachByteOnce(run);
    expect(ownInternet(run, home())).toEqual({ download: 0, upload: 0 });
  });
});

describeLab(
  'gateway with two LAN interfaces and the WAN, all captured',
  async () => ({ ...(await twoInterfaces()), capture: ['eth-lan1', 'eth-lan2', 'eth-wan'] }),
  (home) => {
    test("counts each byte once, and the gateway's own traffic as its own", async () => {
      let own = { download: 0, upload: 0 };
      const run = await meter(home(), async () => {
        await Promise.all(home().hosts.map((host) => everydayTraffic(host)));
        own = await gatewayTraffic(home(), '192.0.2.2');
      });
      expectExact(run);
      expect(ownInternet(run, home())).toEqual(own);
      expectEachByteOnce(run, own);
    });
  },
);
