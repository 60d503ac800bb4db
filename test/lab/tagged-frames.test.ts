import { expect, test } from 'vitest';
import type { Peer } from './daemon.ts';
import type { Home, Host, Party } from './home.ts';
import { describeLab, internetOf, meter, sum } from './metering.ts';
import { etherTypes, ipPacket, padded, pppoeFrame, taggedFrame, type Ends } from './raw-frames.ts';
import { trunk } from './topologies.ts';

const COUNT = 100;
const { vlan, serviceVlan } = etherTypes;

/** How an IP packet is wrapped. */
const wrappings: Record<string, (ends: Ends, packet: Buffer) => Buffer> = {
  'no tag': (ends, packet) => taggedFrame(ends, [], packet),
  padding: (ends, packet) => padded(taggedFrame(ends, [], packet)),
  'an 802.1Q tag': (ends, packet) => taggedFrame(ends, [[vlan, 5]], packet),
  'a priority tag': (ends, packet) => taggedFrame(ends, [[vlan, 0xa000]], packet),
  'an 802.1ad and an 802.1Q tag': (ends, packet) =>
    taggedFrame(
      ends,
      [
        [serviceVlan, 100],
        [vlan, 5],
      ],
      packet,
    ),
  'two 802.1Q tags': (ends, packet) =>
    taggedFrame(
      ends,
      [
        [vlan, 100],
        [vlan, 5],
      ],
      packet,
    ),
  'a PPPoE session': pppoeFrame,
};

interface Kind {
  name: string;
  wrap: (ends: Ends, packet: Buffer) => Buffer;
  /** One address for each kind, so that one run tells them apart. */
  remote: string;
}

const kinds: Kind[] = Object.entries(wrappings).map(([name, wrap], index) => ({
  name,
  wrap,
  remote: `198.51.100.${10 + index}`,
}));

/** Sends packets of one kind up and half as large ones down; returns their IP bytes. */
async function bothWays(home: Home & { router: Party }, kind: Kind): Promise<Peer> {
  const [host] = home.hosts as [Host];
  const [routerMac = ''] = home.router.macs;
  const { name, wrap, remote } = kind;
  const payload = name === 'padding' ? 4 : 1000;
  const up = {
    sourceMac: host.mac,
    destinationMac: routerMac,
    source: host.ipv4,
    destination: remote,
  };
  const down = {
    sourceMac: routerMac,
    destinationMac: host.mac,
    source: remote,
    destination: host.ipv4,
  };
  const [question, answer] = [ipPacket(up, payload), ipPacket(down, payload >> 1)];
  const burst = (frame: Buffer) => ({
    interface: 'eth0',
    frames: [frame.toString('base64')],
    count: COUNT,
  });
  await host.agent.sendFrames(burst(wrap(up, question)));
  await home.router.agent.sendFrames(burst(wrap(down, answer)));
  return { download: COUNT * answer.length, upload: COUNT * question.length };
}

for (const tags of ['beside', 'inline'] as const) {
  describeLab(
    `tagged frames, outer tag ${tags} the frame`,
    () => trunk(tags),
    (home) => {
      test('are counted as the IP packets they carry', async () => {
        const sent: Record<string, Peer> = {};
        const run = await meter(home(), async () => {
          for (const kind of kinds) {
            sent[kind.name] = await bothWays(home(), kind);
          }
        });
        const counted = kinds.map(({ name, remote }) => [name, run.peers.get(remote)]);
        expect(Object.fromEntries(counted)).toEqual(sent);
        const [host] = home().hosts as [Host];
        const { download, upload } = sum(Object.values(sent));
        const packets = 2 * COUNT * kinds.length;
        const all = { download, upload, localDownload: 0, localUpload: 0, packets };
        expect(run.ledger.get(host.id)).toEqual(all);
        expect(internetOf(sum([...run.ledger.values()]))).toEqual({ download, upload });
      });
    },
  );
}
