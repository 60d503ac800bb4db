import { expect, test } from 'vitest';
import {
  describeLab,
  expectEachByteOnce,
  expectExact,
  meter,
  ownInternet,
  ownLocalUsage,
  ownUsage,
  servedToday,
  settledTruth,
} from './metering.ts';
import { lanGateway } from './topologies.ts';
import { everydayTraffic, gatewayTraffic } from './traffic.ts';

describeLab('LAN-side gateway with NAT', lanGateway, (home) => {
  test('counts every byte of every device', async () => {
    const run = await meter(home(), async () => {
      await Promise.all(home().hosts.map((host) => everydayTraffic(host)));
    });
    expectExact(run);
    expectEachByteOnce(run);
    expect(ownUsage(run, home())).toEqual(ownLocalUsage(run));
  });

  test('serves the same figures while it runs', async () => {
    await meter(home(), async () => {
      await Promise.all(home().hosts.map((host) => everydayTraffic(host)));
      const truth = Object.fromEntries(await settledTruth(home()));
      const today = async () => {
        const all = await servedToday(home());
        return Object.fromEntries(Object.keys(truth).map((id) => [id, all.get(id)]));
      };
      await expect.poll(today, { timeout: 20_000, interval: 200 }).toEqual(truth);
      const health = await home().gateway.agent.get({ url: 'http://127.0.0.1:8777/health' });
      expect(JSON.parse(health.text)).toEqual({ status: 'ok' });
    });
  });
});

describeLab(
  'LAN-side gateway with NAT, WAN captured too',
  () => lanGateway({ captureWan: true }),
  (home) => {
    test("counts what crosses both once, and the gateway's own traffic as its own", async () => {
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
