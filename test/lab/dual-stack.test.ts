import { expect, test } from 'vitest';
import { REMOTES_V6, type Home } from './home.ts';
import { describeLab, expectEachByteOnce, expectExact, meter, ownInternet } from './metering.ts';
import { lanGateway } from './topologies.ts';
import { everydayTraffic, everydayTrafficV6, gatewayTraffic } from './traffic.ts';

async function bothFamilies(home: Home): Promise<void> {
  await Promise.all(home.hosts.map((host) => everydayTraffic(host)));
  await Promise.all(home.hosts.map((host) => everydayTrafficV6(host)));
}

describeLab(
  'dual stack with global IPv6 addresses',
  () => lanGateway({ ipv6: true }),
  (home) => {
    test('books both families and every address on the device', async () => {
      const run = await meter(home(), () => bothFamilies(home()));
      expectExact(run);
      expectEachByteOnce(run);
      expect(ownInternet(run, home())).toEqual({ download: 0, upload: 0 });
    });
  },
);

describeLab(
  'dual stack with global IPv6 addresses, WAN captured too',
  () => lanGateway({ ipv6: true, captureWan: true }),
  (home) => {
    test('counts once what is only routed past both interfaces', async () => {
      let own = { download: 0, upload: 0 };
      const run = await meter(home(), async () => {
        await bothFamilies(home());
        own = await gatewayTraffic(home(), '2001:db8:0:1::2', REMOTES_V6[1]);
      });
      expectExact(run);
      expect(ownInternet(run, home())).toEqual(own);
      expectEachByteOnce(run, own);
    });
  },
);
