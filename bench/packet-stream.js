/**
 * The packets of the home (`home.js`) one after another, as indexes into a table of ready-made frames, so that a
 * packet costs its consumer a copy and nothing else.
 */
import { HEAD_BYTES, writeArpRequest, writeFrame, writeRouterAdvertisement } from './frame.js';
import {
  ADVERTISEMENT_SHARE,
  advertisingRouter,
  ARP_SHARE,
  createFlows,
  devices,
  gateway,
} from './home.js';
import { createRandom, createWeightedChoice } from './random.js';
import { emptyUsage } from './usage.js';

/** Largest payload of the mix `small`: all packets are about as small as an acknowledgement. */
const SMALL_PAYLOAD_BYTES = 48;

export const mixes = ['home', 'small'];

/** @typedef {import('./usage.js').Truth} Truth */

/**
 * @typedef {object} PacketStream
 * @property {Buffer} heads `HEAD_BYTES` of each ready-made frame
 * @property {Uint16Array} frameBytes bytes of each frame on the wire
 * @property {() => number} next index of the next packet's frame
 * @property {(counts: ArrayLike<number>) => Truth} truthOf from the number of times each frame was used
 */

/**
 * @param {{ seed: number, mix: string }} options
 * @returns {PacketStream}
 */
export function createPacketStream({ seed, mix }) {
  const flows = createFlows(seed);
  const table = createFrameTable(flows, mix);
  const { heads, frameBytes } = table;
  return {
    heads,
    frameBytes,
    next: createOrder(flows, table, createRandom(seed ^ 0x5eed)),
    truthOf: (counts) => sumUp(counts, table),
  };
}

/**
 * All frames there are: those of each conversation side by side, one ARP request of each device, and one advertisement
 * of the router.
 *
 * @typedef {object} FrameTable
 * @property {Buffer} heads
 * @property {Uint16Array} frameBytes
 * @property {Uint16Array} ipBytes
 * @property {({ from: string, to: string | undefined, internet: boolean } | undefined)[]} ends ids of local devices
 * @property {Uint32Array} firstOfFlow
 * @property {number} firstArp
 * @property {number} advertisement
 */

/**
 * @param {import('./home.js').Flow[]} flows
 * @param {string} mix
 * @returns {FrameTable}
 */
function createFrameTable(flows, mix) {
  const firstArp = flows.reduce((sum, { exchange }) => sum + exchange.steps.length, 0);
  const advertisement = firstArp + devices.length;
  const heads = Buffer.alloc((advertisement + 1) * HEAD_BYTES);
  const frameBytes = new Uint16Array(advertisement + 1);
  const ipBytes = new Uint16Array(advertisement + 1);
  const firstOfFlow = new Uint32Array(flows.length);
  /** @type {FrameTable['ends']} */
  const ends = [];
  for (const [index, flow] of flows.entries()) {
    firstOfFlow[index] = ends.length;
    for (const { fromDevice, payloadBytes } of flow.exchange.steps) {
      const frame = ends.length;
      const size = writeFrame(heads, frame * HEAD_BYTES, {
        from: fromDevice ? flow.near : flow.far,
        to: fromDevice ? flow.far : flow.near,
        protocol: flow.exchange.protocol,
        payloadBytes: mix === 'small' ? Math.min(payloadBytes, SMALL_PAYLOAD_BYTES) : payloadBytes,
        payload: payloadOf(flow.exchange.port, fromDevice, index),
      });
      frameBytes[frame] = size.frameBytes;
      ipBytes[frame] = size.ipBytes;
      const [near, far] = [flow.device.id, flow.farId];
      const { internet } = flow;
      ends.push(
        fromDevice ? { from: near, to: far, internet } : { from: far ?? '', to: near, internet },
      );
    }
  }
  for (const [index, { mac, address }] of devices.entries()) {
    const at = (firstArp + index) * HEAD_BYTES;
    const end = { mac, address, port: 0 };
    frameBytes[firstArp + index] = writeArpRequest(heads, at, end, gateway.address);
  }
  const size = writeRouterAdvertisement(heads, advertisement * HEAD_BYTES, advertisingRouter);
  frameBytes[advertisement] = size.frameBytes;
  ipBytes[advertisement] = size.ipBytes;
  ends[advertisement] = { from: gateway.id, to: undefined, internet: false };
  return { heads, frameBytes, ipBytes, ends, firstOfFlow, firstArp, advertisement };
}

/**
 * Conversations take turns; a turn is the exchange's steps, repeated. The very first frame tells the local prefix.
 *
 * @param {import('./home.js').Flow[]} flows
 * @param {FrameTable} table
 * @param {() => number} random
 */
function createOrder(flows, { firstOfFlow, firstArp, advertisement }, random) {
  const weights = flows.map(({ weight }) => weight);
  const choose = createWeightedChoice([...weights, ARP_SHARE, ADVERTISEMENT_SHARE], random);
  const stepCounts = Uint8Array.from(flows, ({ exchange }) => exchange.steps.length);
  const repeats = Uint8Array.from(flows, ({ exchange }) => exchange.repeats);
  let first = advertisement;
  let steps = 1;
  let left = 1;
  return () => {
    if (left === 0) {
      const flow = choose();
      if (flow === flows.length) return firstArp + (random() % devices.length);
      if (flow > flows.length) return advertisement;
      first = firstOfFlow[flow];
      steps = stepCounts[flow];
      left = steps * (1 + (random() % repeats[flow]));
    }
    const step = (steps - (left % steps)) % steps;
    left--;
    return first + step;
  };
}

/**
 * @param {ArrayLike<number>} counts
 * @param {FrameTable} table
 * @returns {Truth}
 */
function sumUp(counts, { frameBytes, ipBytes, ends }) {
  /** @type {Truth} */
  const truth = { packets: 0, ipPackets: 0, wireBytes: 0, devices: {} };
  for (const { id } of [...devices, gateway]) {
    truth.devices[id] = emptyUsage();
  }
  for (const [frame, size] of frameBytes.entries()) {
    const packets = counts[frame];
    truth.packets += packets;
    truth.wireBytes += packets * size;
    const end = ends[frame];
    if (end === undefined) continue;
    truth.ipPackets += packets;
    const bytes = packets * ipBytes[frame];
    const sender = truth.devices[end.from];
    if (sender !== undefined) {
      sender[end.internet ? 'upload' : 'localUpload'] += bytes;
      sender.packets += packets;
    }
    const receiver = truth.devices[end.to ?? ''];
    if (receiver !== undefined) {
      receiver[end.internet ? 'download' : 'localDownload'] += bytes;
      receiver.packets += packets;
    }
  }
  return truth;
}

/**
 * Names where names belong, so that a meter that reads them has something to read.
 *
 * @param {number} port
 * @param {boolean} fromDevice
 * @param {number} index
 */
function payloadOf(port, fromDevice, index) {
  if (port === 53) return nameMessage(fromDevice ? 0x0100 : 0x8180, `h${index % 1000}`, 'test');
  if (port === 5353) return nameMessage(0, '_services', 'local');
  return undefined;
}

/**
 * A DNS message that asks for the address of `label.example.domain` (RFC 1035 section 4); an answer repeats the
 * question and adds one A record.
 *
 * @param {number} flags
 * @param {string} label
 * @param {string} domain
 */
function nameMessage(flags, label, domain) {
  const isAnswer = flags >= 0x8000;
  const labels = [label, 'example', domain].map((text) =>
    Buffer.concat([Buffer.of(text.length), Buffer.from(text)]),
  );
  const header = Buffer.from([
    0,
    1,
    flags >>> 8,
    flags & 255,
    0,
    1,
    0,
    isAnswer ? 1 : 0,
    0,
    0,
    0,
    0,
  ]);
  const answer = [0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 0, 0, 4, 198, 18, 0, 1];
  return Buffer.concat([
    header,
    ...labels,
    Buffer.of(0, 0, 1, 0, 1),
    Buffer.from(isAnswer ? answer : []),
  ]);
}
