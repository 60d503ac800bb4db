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
import { decodeFrame } from '../../src/decode/frame.ts';
import { plainBytes } from '../../src/decode/plain.ts';
import { Meter, type Counted } from '../../src/meter/meter.ts';
import { Trains, UPLOAD } from '../../src/meter/trains.ts';
import { formatAddress, parseAddress, parseMac } from '../../src/model/address.ts';
import { LocalNetworks } from '../../src/model/networks.ts';
import { createTraffic, NO_MAC, type Frame, type Traffic } from '../../src/model/traffic.ts';
import { frameOf, udpFrame } from '../support/packet.ts';

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

/** How packets come: each decided on for itself, in trains, or in trains as plain frames where they can be. */
type Way = 'alone' | 'trains' | 'plain';

/** What a meter counts over the steps. */
function run(steps: readonly Step[], way: Way) {
  const networks = new LocalNetworks();
  const meter = new Meter(networks, { devices: 8, peers: 16 });
  const [own = [0, 0, 0, 0] as const] = [parseAddress('192.168.1.1')];
  networks.addOnLink(own, 120);
  meter.devices.addOwn({ name: 'eth1', macHigh: 0x0200, macLow: 0x0000ff01, addresses: [own] });
  const words = (index: number) => parseAddress(addresses[index] ?? '') ?? own;
  const high = (index: number) => parseMac(macs[index] ?? '')?.high ?? NO_MAC;
  const low = (index: number) => parseMac(macs[index] ?? '')?.low ?? 0;
  const sent: (Step & { kind: 'packet' })[] = [];
  const drained: Counted[] = [];
  let seconds = 1_800_000_000;
  const send = (each: Step & { kind: 'packet' }) => {
    const [source, destination] = [words(each.source), words(each.destination)];
    if (way === 'alone') networks.changes++;
    const frame = way === 'plain' ? plainFrame(each, seconds) : undefined;
    if (frame !== undefined && meter.addPlain(frame, each.bytes)) return;
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

/** The packet as a plain frame; undefined where it cannot be one. */
function plainFrame(sent: Step & { kind: 'packet' }, seconds: number): Frame | undefined {
  const [from, to] = [macs[sent.from], macs[sent.to]];
  const [source = '', destination = ''] = [addresses[sent.source], addresses[sent.destination]];
  if (from === undefined || to === undefined || `${source}${destination}`.includes(':')) return;
  const bytes = udpFrame({ mac: from, ip: source }, { mac: to, ip: destination });
  const wireBytes = sent.bytes + 14;
  new DataView(bytes.buffer).setUint16(16, sent.bytes);
  const frame = frameOf(bytes, { seconds, wireBytes });
  expect(plainBytes(frame)).toBe(sent.bytes < 28 ? 0 : sent.bytes);
  return sent.bytes < 28 ? undefined : frame;
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

/** The router of a device in a routed network goes on being heard, when another one claims the device. */
const routerIsHeard: Step[] = [
  { kind: 'packet', from: 0, to: 3, source: 2, destination: 3, bytes: 100 },
  { kind: 'later', by: 61 },
  { kind: 'again', back: 0 },
  { kind: 'packet', from: 1, to: 3, source: 2, destination: 3, bytes: 300 },
];

describe('a train counts as its packets do one by one', () => {
  test('whatever happens between them', () => {
    assert(
      property(array(step, { maxLength: 80, size: 'max' }), (steps) => {
        const alone = run(steps, 'alone');
        expect(run(steps, 'trains')).toEqual(alone);
        expect(run(steps, 'plain')).toEqual(alone);
      }),
      { numRuns: 1000, examples: [[routedDeviceMoves], [routerIsHeard]] },
    );
  });
});

describe('a plain frame joins', () => {
  const from = { mac: '02:00:00:00:01:01', ip: '192.168.1.10' };
  const to = { mac: '02:00:00:00:ff:01', ip: '203.0.113.9' };
  const bytes = udpFrame(from, to, { payload: 100 });
  const begun = createTraffic();
  decodeFrame(frameOf(bytes), begun);

  /** What is booked for a train that begins with `first` and may go on with a plain frame of 128 bytes. */
  function book(first: Traffic, frame: Uint8Array) {
    const booked: number[][] = [];
    const trains = new Trains((train) => booked.push([train.bytes, train.packets]));
    trains.begin(first, 1, 2, UPLOAD);
    const joins = trains.joinPlain(frameOf(frame), 128);
    trains.settle();
    return { joins, booked };
  }

  test('the train of the same ends', () => {
    expect(book({ ...begun, bytes: 40 }, bytes)).toEqual({ joins: true, booked: [[168, 2]] });
  });

  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 26, 27, 28, 29, 30, 31, 32, 33])(
    'none where byte %i differs',
    (at) => {
      const other = bytes.slice();
      other[at] = (other[at] ?? 0) ^ 1;
      expect(book(begun, other)).toEqual({ joins: false, booked: [[128, 1]] });
    },
  );

  test.each(['source0', 'source1', 'source2', 'destination0', 'destination1', 'destination2'])(
    'none of IPv6, where %s differs',
    (word) => {
      const other = { ...begun, [word]: 0x2001 };
      expect(book(other, bytes)).toEqual({ joins: false, booked: [[128, 1]] });
    },
  );
});
