import {
  array,
  assert,
  constant,
  constantFrom,
  integer,
  nat,
  oneof,
  property,
  record,
  type Arbitrary,
} from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Meter, type Counted } from '../../src/meter/meter.ts';
import { formatAddress, parseAddress, parseMac } from '../../src/model/address.ts';
import { LocalNetworks } from '../../src/model/networks.ts';
import { createTraffic, NO_MAC } from '../../src/model/traffic.ts';

const macs = ['02:00:00:00:01:01', '02:00:00:00:01:02', '02:00:00:00:ff:01', '02:00:00:00:ff:02'];
const addresses = [
  '192.168.1.10',
  '192.168.1.1',
  '192.168.50.7',
  '203.0.113.9',
  '2001:db8:1::10',
  '2001:db8:2::7',
  '224.0.0.251',
];

/** Everything that may happen to a meter between two drains. */
type Step =
  | { kind: 'packet'; from: number; to: number; source: number; destination: number; bytes: number }
  | { kind: 'again'; back: number }
  | { kind: 'later'; by: number }
  | { kind: 'arp'; mac: number; address: number }
  | { kind: 'prefix'; address: number }
  | { kind: 'drain' };

const mac = integer({ min: -1, max: macs.length - 1 });
const address = nat(addresses.length - 1);
const packet = record({
  kind: constant('packet' as const),
  from: mac,
  to: mac,
  source: address,
  destination: address,
  bytes: integer({ min: 20, max: 65_535 }),
});
const again = record({ kind: constant('again' as const), back: nat(3) });
const step: Arbitrary<Step> = oneof(
  { weight: 4, arbitrary: packet },
  { weight: 16, arbitrary: again },
  {
    weight: 1,
    arbitrary: record({ kind: constant('later' as const), by: constantFrom(1, 61, 900) }),
  },
  {
    weight: 2,
    arbitrary: record({
      kind: constant('arp' as const),
      mac: nat(macs.length - 1),
      address,
    }),
  },
  { weight: 1, arbitrary: record({ kind: constant('prefix' as const), address }) },
  { weight: 1, arbitrary: constant({ kind: 'drain' } as const) },
);

/** What a meter counts over the steps; `withTrains` false: each packet is decided on for itself. */
function run(steps: readonly Step[], withTrains: boolean) {
  const networks = new LocalNetworks();
  const meter = new Meter(networks, { devices: 8, peers: 16 });
  const [own = [0, 0, 0, 0] as const] = [parseAddress('192.168.1.1')];
  networks.addOnLink(own, 120);
  meter.devices.addOwn({ macHigh: 0x0200, macLow: 0x0000ff01, addresses: [own] });
  const words = (index: number) => parseAddress(addresses[index] ?? '') ?? own;
  const high = (index: number) => parseMac(macs[index] ?? '')?.high ?? NO_MAC;
  const low = (index: number) => parseMac(macs[index] ?? '')?.low ?? 0;
  const sent: (Step & { kind: 'packet' })[] = [];
  const drained: Counted[] = [];
  let seconds = 1_800_000_000;
  const send = (each: Step & { kind: 'packet' }) => {
    const [source, destination] = [words(each.source), words(each.destination)];
    if (!withTrains) networks.changes++;
    meter.add({
      ...createTraffic(),
      seconds,
      sourceMacHigh: high(each.from),
      sourceMacLow: low(each.from),
      destinationMacHigh: high(each.to),
      destinationMacLow: low(each.to),
      source0: source[0],
      source1: source[1],
      source2: source[2],
      source3: source[3],
      destination0: destination[0],
      destination1: destination[1],
      destination2: destination[2],
      destination3: destination[3],
      packets: 1,
      bytes: each.bytes,
    });
  };
  for (const each of steps) {
    switch (each.kind) {
      case 'packet':
        sent.push(each);
        send(each);
        break;
      case 'again': {
        const earlier = sent.at(-1 - each.back);
        if (earlier !== undefined) send(earlier);
        break;
      }
      case 'later':
        seconds += each.by;
        break;
      case 'arp':
        meter.devices.bind(
          meter.devices.ofMac(high(each.mac), low(each.mac)),
          ...words(each.address),
        );
        break;
      case 'prefix':
        networks.addOnLink(words(each.address), 120);
        break;
      case 'drain':
        drained.push(meter.drain(true));
    }
  }
  drained.push(meter.drain(true));
  const { transit, unattributedPackets, devices } = meter;
  const claims = devices.takeClaims();
  return {
    usage: drained.map(({ usage }) => usage),
    peers: drained.map(peersOf),
    transit,
    claims,
    unattributedPackets,
  };
}

/** Bytes by slot, device and address; the order of the rows means nothing. */
function peersOf({ peers }: Counted) {
  return peers.map(({ slot, devices, device, address: words, download, upload }) =>
    Array.from(device, (index, row) =>
      [slot, devices[index], formatAddress(words, row * 4), download[row], upload[row]].join(' '),
    ).toSorted(),
  );
}

/** A device in a routed network turns out to be behind another router than the one its packets were handed to. */
const routedDeviceMoves: Step[] = [
  { kind: 'packet', from: 0, to: 1, source: 0, destination: 3, bytes: 100 },
  { kind: 'packet', from: 3, to: 0, source: 3, destination: 2, bytes: 200 },
  { kind: 'again', back: 0 },
  { kind: 'again', back: 0 },
  { kind: 'packet', from: 1, to: 3, source: 2, destination: 3, bytes: 100 },
  { kind: 'again', back: 1 },
];

describe('a train counts as its packets do one by one', () => {
  test('whatever happens between them', () => {
    assert(
      property(array(step, { maxLength: 80, size: 'max' }), (steps) => {
        expect(run(steps, true)).toEqual(run(steps, false));
      }),
      { numRuns: 1000, examples: [[routedDeviceMoves]] },
    );
  });
});
