import { expect, test } from 'vitest';
import { REMOTES, UDP_PORT, type Host } from './home.ts';
import {
  describeLab,
  expectEachByteOnce,
  expectExact,
  internetOf,
  meter,
  ownInternet,
  ownLocalUsage,
  ownUsage,
} from './metering.ts';
import { oneArmed } from './topologies.ts';
import { everydayTraffic, exchange, gatewayTraffic, udpBytes } from './traffic.ts';

describeLab(
  'one-armed gateway that masquerades',
  () => oneArmed('masquerade'),
  (home) => {
    test('counts once what crosses its interface twice', async () => {
      const run = await meter(home(), async () => {
        await Promise.all(home().hosts.map((host) => everydayTraffic(host)));
      });
      expectExact(run);
      expectEachByteOnce(run);
      expect(ownInternet(run, home())).toEqual({ download: 0, upload: 0 });
    });

    test("counts the gateway's own traffic, and no more, on the gateway", async () => {
      let own = { download: 0, upload: 0 };
      const run = await meter(home(), async () => {
        await Promise.all(home().hosts.map((host) => everydayTraffic(host)));
        own = await gatewayTraffic(home(), '192.168.1.2');
      });
      expectExact(run);
      expect(ownInternet(run, home())).toEqual(own);
      expectEachByteOnce(run, own);
    });

    test('leaves the packets it only passes on out of its own row', async () => {
      const run = await meter(home(), async () => {
        await Promise.all(home().hosts.map((host) => everydayTraffic(host)));
      });
      expect(ownUsage(run, home())).toEqual(ownLocalUsage(run));
    });

    test('counts a remote address once', async () => {
      const [host] = home().hosts as [Host];
      const plan = { from: host.ipv4, port: UDP_PORT, count: 50, bytes: 800, replies: 2 };
      const run = await meter(home(), async () => {
        for (const to of REMOTES) {
          await exchange(host, { ...plan, to, replyBytes: 300 });
        }
      });
      const [to] = REMOTES;
      const peer = { download: udpBytes(100, 300, to), upload: udpBytes(50, 800, to) };
      expect(Object.fromEntries(run.peers)).toEqual(
        Object.fromEntries(REMOTES.map((address) => [address, peer])),
      );
    });
  },
);

describeLab(
  'one-armed gateway without NAT, replies routed back through it',
  () => oneArmed('router-to-gateway'),
  (home) => {
    test('counts once what crosses its interface twice', async () => {
      let own = { download: 0, upload: 0 };
      const run = await meter(home(), async () => {
        await Promise.all(home().hosts.map((host) => everydayTraffic(host)));
        own = await gatewayTraffic(home(), '192.168.1.2');
      });
      expectExact(run);
      expect(ownInternet(run, home())).toEqual(own);
      expectEachByteOnce(run, own);
    });
  },
);

describeLab(
  'one-armed gateway without NAT, replies straight from router to device',
  () => oneArmed('router-to-device'),
  (home) => {
    test('counts the uploads, the only direction that passes it, once', async () => {
      const run = await meter(home(), async () => {
        await Promise.all(home().hosts.map((host) => everydayTraffic(host)));
      });
      for (const host of home().hosts) {
        const truth = run.truth.get(host.id);
        const { packets: _, ...counted } = run.ledger.get(host.id) ?? { packets: 0 };
        const { packets: __, ...expected } = { ...truth, download: 0 };
        expect(counted).toEqual(expected);
      }
      const uploads = [...run.truth.values()].reduce((total, { upload }) => total + upload, 0);
      const counted = [...run.ledger.values()].map(internetOf);
      expect(counted.reduce((total, { upload }) => total + upload, 0)).toBe(uploads);
      expect(counted.reduce((total, { download }) => total + download, 0)).toBe(0);
    });
  },
);
