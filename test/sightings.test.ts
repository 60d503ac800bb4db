import { expect, test } from 'vitest';
import { noUsage } from '../src/model/usage.ts';
import { Monitor } from '../src/monitor.ts';
import { ManualClock } from './support/manual-clock.ts';
import { frameOf, ipv6, udpFrame } from './support/packet.ts';
import {
  arpMessage,
  bytesOf,
  ipBytes,
  macBytes,
  ndpMessage,
  u16,
  u32,
  windowsSolicit,
} from './support/sighting-messages.ts';

const laptop = { mac: '02:00:00:00:01:01', ip: '2001:db8:12:3400::10' };
const phone = { mac: '02:00:00:00:01:02', ip: '2001:db8:12:3400::11' };
const remote = { mac: '02:00:00:00:ff:01', ip: '2a00:1450:4001:801::1' };
const group = '33:33:00:00:00:01';

/** A monitor of the home's network, with one method for each thing that it hears. */
function listen() {
  const clock = new ManualClock('2026-11-20T12:00:00Z');
  const monitor = new Monitor({ name: 'local', live: true, local: [], clock });
  monitor.addInterface({ name: 'eth0', prefixes: ['2001:db8:12:3400::1/64'], routed: [] });
  const hear = (frame: Uint8Array) => monitor.frame(frameOf(frame));
  return {
    neighbour: (type: 135 | 136, source: string, target: string) => {
      const message = ndpMessage(type, u32(0), ipBytes(target));
      const packet = ipv6(58, source, 'ff02::1', message);
      hear(bytesOf(macBytes(group), macBytes(phone.mac), u16(0x86dd), packet));
    },
    /** A DHCPv6 message with a name; the frame comes from the phone or a router that passed it on. */
    dhcpv6: (source: string, to: string) => {
      const udp = bytesOf(
        u16(546),
        u16(547),
        u16(8 + windowsSolicit.length),
        u16(0),
        windowsSolicit,
      );
      const packet = ipv6(17, source, to, udp);
      hear(bytesOf(macBytes(group), macBytes(phone.mac), u16(0x86dd), packet));
    },
    arp: (ip: string, seconds: number) => {
      const message = arpMessage(1, phone.mac, ip);
      const frame = bytesOf(macBytes(group), macBytes(phone.mac), u16(0x0806), message);
      monitor.frame(frameOf(frame, { seconds }));
    },
    batch: () => monitor.takeBatch([]),
    names: () => monitor.takeBatch([]).sightings.filter(({ via }) => via === 'dhcp'),
    /** What the laptop is charged for 1040 bytes to the address. */
    uploadTo: (ip: string) => {
      hear(udpFrame(laptop, { mac: remote.mac, ip }, { payload: 1040 - 48 }));
      const rows = monitor.takeBatch([]).usage;
      const { upload, localUpload } =
        rows.find(({ device }) => device === '020000000101') ?? noUsage();
      return { upload, localUpload };
    },
  };
}

const internet = { upload: 1040, localUpload: 0 };
const local = { upload: 0, localUpload: 1040 };

test.each([
  ['solicitation', 135, phone.ip],
  ['solicitation from a link-local address', 135, 'fe80::2'],
  ['search for duplicates', 135, '::'],
  ['advertisement', 136, phone.ip],
  ['advertisement from a link-local address', 136, 'fe80::2'],
] as const)('the target of a neighbour %s does not become local', (_, type, source) => {
  const { neighbour, uploadTo } = listen();
  neighbour(type, source, remote.ip);
  expect(uploadTo(remote.ip)).toEqual(internet);
});

test.each([
  ['solicitation', 135, 'fe80::1'],
  ['advertisement of itself', 136, '2001:db8:77::2'],
] as const)('the source of a neighbour %s is local', (_, type, target) => {
  const { neighbour, uploadTo } = listen();
  neighbour(type, '2001:db8:77::2', target);
  expect(uploadTo('2001:db8:77::9')).toEqual(local);
});

test('the home’s own network stays local however many others neighbours show', () => {
  const { neighbour, uploadTo } = listen();
  for (let n = 1; n <= 33; n++) neighbour(135, `2001:db8:77:${n}::2`, 'fe80::1');
  expect(uploadTo(phone.ip)).toEqual(local);
});

test('a DHCPv6 client is named by a message from its link-local address', () => {
  const { dhcpv6, names } = listen();
  dhcpv6('fe80::2', 'ff02::1:2');
  expect(names()).toEqual([
    { mac: phone.mac, hostname: 'DESKTOP-7QK3P', via: 'dhcp', at: 1_800_000_000_000 },
  ]);
});

test.each(['2001:db8:77::2', 'fd00::2', '::'])(
  'a DHCPv6 message from %s may have been forwarded and names nobody',
  (source) => {
    const { dhcpv6, names } = listen();
    dhcpv6(source, '2001:db8:12:3400::1');
    expect(names()).toEqual([]);
  },
);

test('a claim that was passed over in a flood counts when it is heard again', () => {
  const { arp, batch } = listen();
  for (let n = 0; n < 200; n++) arp(`192.168.2.${n}`, 1_800_000_000);
  arp('192.168.1.11', 1_800_000_000);
  arp('192.168.1.11', 1_800_000_001);
  const { sightings, counters } = batch();
  expect(counters.droppedSightings).toBe(1);
  expect(sightings.at(-1)).toEqual({
    mac: phone.mac,
    ip: '192.168.1.11',
    via: 'arp',
    at: 1_800_000_001_000,
  });
});

test.each([1_800_000_000, 2 ** 31, 2 ** 32 - 1])(
  'the same claim all the time costs nothing in the second %d',
  (seconds) => {
    const { arp, batch } = listen();
    for (let n = 0; n < 300; n++) arp('192.168.1.11', seconds);
    const { sightings, counters } = batch();
    expect(sightings).toHaveLength(1);
    expect(counters.droppedSightings).toBe(0);
  },
);
