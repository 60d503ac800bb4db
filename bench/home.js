/**
 * A home to measure: devices behind one gateway, the remote addresses they talk to, and their conversations.
 * Everything follows from the seed.
 */
import { FULL, TCP, UDP } from './frame.js';
import { createRandom } from './random.js';

const DEVICE_COUNT = 60;
const REMOTE_COUNT = 20_000;
/** More than one conversation for each popular remote address. */
const FLOW_COUNT = 32_768;
/** Popularity of the remote address of rank r is r to the power of minus this. */
const ZIPF_EXPONENT = 0.9;

/** Prefixes that are local in this home. */
export const LOCAL_PREFIXES = ['192.168.0.0/22', '2001:db8:1::/64'];

const GATEWAY_MAC = Uint8Array.of(2, 0, 0, 0, 0xff, 1);
const GATEWAY_ADDRESS = Uint8Array.of(192, 168, 0, 1);
const MULTICAST_DNS = {
  mac: Uint8Array.of(1, 0, 0x5e, 0, 0, 0xfb),
  address: Uint8Array.of(224, 0, 0, 251),
  port: 5353,
};

/**
 * What one conversation looks like: its steps are repeated up to `repeats` times before another conversation has its turn.
 *
 * @typedef {object} Exchange
 * @property {number} protocol
 * @property {number} port of the far end
 * @property {number} share of the packets, in percent
 * @property {number} repeats
 * @property {{ fromDevice: boolean, payloadBytes: number }[]} steps
 */

const up = (/** @type {number} */ payloadBytes) => ({ fromDevice: true, payloadBytes });
const down = (/** @type {number} */ payloadBytes) => ({ fromDevice: false, payloadBytes });

/** @type {Exchange[]} */
const internetExchanges = [
  { protocol: TCP, port: 443, share: 50, repeats: 8, steps: [down(FULL), down(FULL), up(0)] },
  { protocol: TCP, port: 443, share: 12, repeats: 4, steps: [up(FULL), up(FULL), down(0)] },
  { protocol: TCP, port: 8883, share: 9, repeats: 2, steps: [up(120), down(0), down(440), up(0)] },
  { protocol: UDP, port: 443, share: 18, repeats: 6, steps: [down(1250), down(1250), up(38)] },
  { protocol: UDP, port: 5004, share: 7, repeats: 4, steps: [up(172), down(172)] },
];
const sharing = {
  protocol: TCP,
  port: 445,
  share: 2,
  repeats: 4,
  steps: [up(FULL), up(FULL), down(0)],
};
/** Their payloads are DNS messages (`packet-stream.js`), whose length counts instead. */
const names = { protocol: UDP, port: 53, share: 1, repeats: 1, steps: [up(0), down(0)] };
const announcing = { protocol: UDP, port: 5353, share: 0.5, repeats: 1, steps: [up(0)] };
/** Percent of the frames that are ARP requests, and router advertisements. */
export const ARP_SHARE = 0.5;
export const ADVERTISEMENT_SHARE = 0.01;

export const advertisingRouter = {
  mac: GATEWAY_MAC,
  address: Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
  prefix: Uint8Array.of(0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
};

/**
 * @typedef {object} Device
 * @property {string} id MAC address as 12 hexadecimal digits
 * @property {Uint8Array} mac
 * @property {Uint8Array} address IPv4
 * @property {Uint8Array | undefined} address6 global IPv6, for every fifth device
 */

/**
 * A conversation of `device`. The far end is another device, the gateway, a group, or (internet) a remote address whose
 * frames pass through the gateway's MAC.
 *
 * @typedef {object} Flow
 * @property {Device} device
 * @property {import('./frame.js').End} near
 * @property {import('./frame.js').End} far
 * @property {boolean} internet
 * @property {string | undefined} farId device id of a local far end that is a device
 * @property {Exchange} exchange
 * @property {number} weight how often it has its turn, relative to the others
 */

/** @type {Device} */
export const gateway = {
  id: idOf(GATEWAY_MAC),
  mac: GATEWAY_MAC,
  address: GATEWAY_ADDRESS,
  address6: undefined,
};

export const devices = Array.from({ length: DEVICE_COUNT }, (_, index) => createDevice(index));

/**
 * All conversations of the home.
 *
 * @param {number} seed
 * @returns {Flow[]}
 */
export function createFlows(seed) {
  const random = createRandom(seed);
  return [
    ...internetFlows(random),
    ...devices.flatMap((device, index) => localFlows(device, index)),
  ];
}

/** @param {() => number} random @returns {Flow[]} */
function internetFlows(random) {
  const popularity = Float64Array.from(
    { length: REMOTE_COUNT },
    (_, rank) => (rank + 1) ** -ZIPF_EXPONENT,
  );
  const ranks = Array.from({ length: FLOW_COUNT }, (_, index) =>
    index < REMOTE_COUNT ? index : Math.floor(REMOTE_COUNT ** (random() / 2 ** 32)) - 1,
  );
  const flowsOfRank = new Uint32Array(REMOTE_COUNT);
  for (const rank of ranks) flowsOfRank[rank]++;
  const totalPopularity = popularity.reduce((sum, part) => sum + part, 0);
  const totalShare = internetExchanges.reduce((sum, { share }) => sum + share, 0);
  return ranks.map((rank) => {
    const isV6 = rank % 10 === 3;
    const exchange = pickExchange((random() / 2 ** 32) * totalShare);
    const device = pickDevice(isV6, random);
    const part = popularity[rank] / totalPopularity / flowsOfRank[rank];
    return {
      device,
      near: nearEnd(device, isV6, 32_768 + (random() % 28_000)),
      far: { mac: GATEWAY_MAC, address: remoteAddress(rank, isV6), port: exchange.port },
      internet: true,
      farId: undefined,
      exchange,
      weight: (part * totalShare) / packetsPerTurn(exchange),
    };
  });
}

/** @param {Device} device @param {number} index @returns {Flow[]} */
function localFlows(device, index) {
  const neighbour = devices[(index + 1) % DEVICE_COUNT];
  const flow = (/** @type {Exchange} */ exchange, /** @type {Device | undefined} */ far) => ({
    device,
    near: nearEnd(device, false, exchange === announcing ? 5353 : 40_000 + index),
    far: far === undefined ? MULTICAST_DNS : { ...far, port: exchange.port },
    internet: false,
    farId: far?.id,
    exchange,
    weight: exchange.share / packetsPerTurn(exchange) / DEVICE_COUNT,
  });
  return [flow(sharing, neighbour), flow(names, gateway), flow(announcing, undefined)];
}

/**
 * Mean number of packets of one turn.
 *
 * @param {Exchange} exchange
 */
function packetsPerTurn(exchange) {
  return (exchange.steps.length * (1 + exchange.repeats)) / 2;
}

/** @param {number} share */
function pickExchange(share) {
  let left = share;
  return internetExchanges.find((exchange) => (left -= exchange.share) < 0) ?? internetExchanges[0];
}

/**
 * Some devices are busier than others: the first quarter has half of the conversations.
 *
 * @param {boolean} isV6
 * @param {() => number} random
 */
function pickDevice(isV6, random) {
  const index = Math.floor((random() / 2 ** 32) ** 2 * DEVICE_COUNT);
  return devices[isV6 ? index - (index % 5) : index];
}

/** @param {Device} device @param {boolean} isV6 @param {number} port */
function nearEnd(device, isV6, port) {
  const address = isV6 && device.address6 !== undefined ? device.address6 : device.address;
  return { mac: device.mac, address, port };
}

/**
 * Addresses set aside for benchmarks (198.18.0.0/15, RFC 2544) and documentation (2001:db8::/32, RFC 3849), scattered by
 * an odd multiplier, so that no two ranks share one.
 *
 * @param {number} rank
 * @param {boolean} isV6
 */
function remoteAddress(rank, isV6) {
  const scattered = Math.imul(rank + 1, 0x9e3779b1) >>> 0;
  if (!isV6) {
    const host = scattered & 0x1ffff;
    return Uint8Array.of(198, 18 + (host >>> 16), (host >>> 8) & 255, host & 255);
  }
  const address = new Uint8Array(16);
  address.set([0x20, 0x01, 0x0d, 0xb8, 0x80 | (scattered & 127), scattered >>> 24]);
  new DataView(address.buffer).setUint32(12, scattered);
  return address;
}

/** @param {number} index @returns {Device} */
function createDevice(index) {
  const mac = Uint8Array.of(2, 0, 0, 0, 0, index + 1);
  const address6 = new Uint8Array(16);
  address6.set([0x20, 0x01, 0x0d, 0xb8, 0, 1]);
  address6[15] = 0x10 + index;
  return {
    id: idOf(mac),
    mac,
    address: Uint8Array.of(192, 168, index % 4, 10 + index),
    address6: index % 5 === 0 ? address6 : undefined,
  };
}

/** @param {Uint8Array} mac */
function idOf(mac) {
  return Buffer.from(mac).toString('hex');
}
