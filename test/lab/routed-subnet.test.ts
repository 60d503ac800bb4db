import { expect, test } from 'vitest';
import { idOfMac, REMOTES, UDP_PORT, type Home, type Host } from './home.ts';
import {
  describeLab,
  expectEachByteOnce,
  expectExact,
  internetOf,
  meter,
  servedToday,
} from './metering.ts';
import { ipPacket, taggedFrame } from './raw-frames.ts';
import { ignoreHandMade, routedSubnet } from './topologies.ts';
import { everydayTraffic, exchange, udpBytes } from './traffic.ts';
import { noUsage, type Usage } from '../../src/model/usage.ts';

describeLab('subnet behind a downstream router', routedSubnet, (home) => {
  test('books its hosts by address and leaves their router alone', async () => {
    const [mac = ''] = home().downstream.macs;
    const [to] = REMOTES;
    const plan = { from: '192.168.1.3', to, port: UDP_PORT, count: 20, bytes: 800, replies: 1 };
    const run = await meter(home(), async () => {
      await Promise.all(home().hosts.map((host) => everydayTraffic(host)));
      await exchange(home().downstream, { ...plan, replyBytes: 90 });
    });
    const own = { download: udpBytes(20, 90, to), upload: udpBytes(20, 800, to) };
    expectExact(run);
    expect(internetOf(run.ledger.get(idOfMac(mac)) ?? noUsage())).toEqual(own);
    expectEachByteOnce(run, own);
  });

  test('keeps talk between a LAN device and a host behind the router local, once', async () => {
    const [near, far] = home().hosts as [Host, Host];
    const run = await meter(home(), async () => {
      await far.agent.udpServe({ address: far.ipv4, port: UDP_PORT });
      const plan = { from: near.ipv4, to: far.ipv4, port: UDP_PORT, count: 40, bytes: 600 };
      await exchange(near, { ...plan, replies: 1, replyBytes: 100 });
    });
    // The far host's answers go straight from its router to the device: the gateway sees the questions only.
    const asked = udpBytes(40, 600, near.ipv4);
    expect(run.ledger.get(near.id)).toMatchObject({ download: 0, upload: 0, localUpload: asked });
    expect(run.ledger.get(far.id)).toMatchObject({ download: 0, upload: 0, localDownload: asked });
    expectEachByteOnce(run);
  });
});

describeLab(
  'subnet behind a downstream router, and a second LAN interface',
  () => routedSubnet({ secondLan: true }),
  (home) => {
    test('books its hosts even where the forwarded copy of a packet is read before the packet', async () => {
      const [, far, , across] = home().hosts as [Host, Host, Host, Host];
      ignoreHandMade(across.namespace);
      const run = await meter(home(), async () => {
        await home().gateway.agent.sendFrames({
          interface: 'eth-lan2',
          frames: [forwardedCopy(home(), far, across).toString('base64')],
        });
        const copies = async () => (await servedToday(home())).get(across.id)?.localDownload;
        await expect.poll(copies, { timeout: 20_000, interval: 100 }).toBe(128);
        await Promise.all(home().hosts.map((host) => everydayTraffic(host)));
      });
      const internet = (rows: ReadonlyMap<string, Usage>) =>
        Object.fromEntries(
          home().hosts.map(({ id }) => [id, internetOf(rows.get(id) ?? noUsage())]),
        );
      expect(internet(run.ledger)).toEqual(internet(run.truth));
      expectEachByteOnce(run);
    });
  },
);

/**
 * A packet from a far host as the gateway hands it to its second LAN. The rings of two interfaces are read one after the
 * other, so the copy may come to the meter before the packet did; sent by hand, it certainly does.
 */
function forwardedCopy(home: Home, far: Host, to: Host): Buffer {
  const sourceMac = home.gateway.macs[2] ?? '';
  const ends = { sourceMac, destinationMac: to.mac, source: far.ipv4, destination: to.ipv4 };
  return taggedFrame(ends, [], ipPacket(ends, 100));
}
