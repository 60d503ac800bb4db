import { expect, test } from 'vitest';
import { startDaemon } from './daemon.ts';
import type { Home, Party } from './home.ts';
import { describeLab, expectEachByteOnce, expectExact, meter, ownInternet } from './metering.ts';
import { routerAdvertisement } from './raw-frames.ts';
import { bridge } from './topologies.ts';
import { everydayTraffic, everydayTrafficV6, gatewayTraffic } from './traffic.ts';

async function expectAllCountedOnce(home: Home): Promise<void> {
  let own = { download: 0, upload: 0 };
  const run = await meter(home, async () => {
    await Promise.all(home.hosts.map((host) => everydayTraffic(host)));
    own = await gatewayTraffic(home, '192.168.1.2');
  });
  expectExact(run);
  expect(ownInternet(run, home)).toEqual(own);
  expectEachByteOnce(run, own);
}

describeLab('transparent bridge, the bridge captured', bridge, (home) => {
  test('counts every byte that passes, and its own', () => expectAllCountedOnce(home()));
});

describeLab(
  'transparent bridge, both ports captured',
  () => bridge({ capture: ['eth-lan', 'eth-up'] }),
  (home) => {
    test('is refused, because every frame would be counted twice', async () => {
      const start = startDaemon(home().gateway.namespace, { interfaces: home().capture });
      await expect(start).rejects.toThrow(/eth-lan and eth-up show the same frames/);
    });
  },
);

describeLab(
  'transparent bridge without an IPv6 address of its own',
  () => bridge({ ipv6: true }),
  (home) => {
    test('learns the global prefix from the router and books its traffic on the devices', async () => {
      const run = await meter(home(), async () => {
        await advertise(home().router);
        for (const host of home().hosts) {
          await everydayTrafficV6(host);
        }
      });
      expectExact(run);
      expectEachByteOnce(run);
    });
  },
);

/** The router is silent by itself, so that it speaks when the daemon listens. */
async function advertise(router: Party): Promise<void> {
  const [mac = ''] = router.macs;
  const frame = routerAdvertisement(mac, 'fe80::ff:fe00:201', '2001:db8:1::');
  await router.agent.sendFrames({ interface: 'eth-lan', frames: [frame.toString('base64')] });
}
