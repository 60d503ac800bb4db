/** Ethernet frames, written as the network would carry them; only the transport checksums are left 0. */

/** Bytes of each frame that are kept as written; whatever follows is zero. */
export const HEAD_BYTES = 128;

export const TCP = 6;
export const UDP = 17;
const ICMP6 = 58;
/** TCP header with the timestamp option, as nearly all hosts send it. */
const TCP_HEADER_BYTES = 32;
const UDP_HEADER_BYTES = 8;
const ETHERNET_HEADER_BYTES = 14;
const ETHERNET_LEAST_BYTES = 60;
const MTU = 1500;
/** A payload that fills the packet. */
export const FULL = Infinity;

/**
 * @typedef {object} End
 * @property {Uint8Array} mac 6 bytes
 * @property {Uint8Array} address 4 or 16 bytes
 * @property {number} port
 */

/**
 * @typedef {object} Packet
 * @property {End} from
 * @property {End} to
 * @property {number} protocol TCP or UDP
 * @property {number} payloadBytes zeros after the transport header, or FULL; without meaning where `payload` is given
 * @property {Uint8Array | undefined} payload
 */

/**
 * Writes the head of the frame at `at` and answers its size.
 *
 * @param {Buffer} bytes
 * @param {number} at
 * @param {Packet} packet
 * @returns {{ ipBytes: number, frameBytes: number }}
 */
export function writeFrame(bytes, at, packet) {
  const isV4 = packet.from.address.length === 4;
  const ipHeader = isV4 ? 20 : 40;
  const transportHeader = packet.protocol === TCP ? TCP_HEADER_BYTES : UDP_HEADER_BYTES;
  const payloadBytes = packet.payload?.length ?? packet.payloadBytes;
  const ipBytes = Math.min(ipHeader + transportHeader + payloadBytes, MTU);
  bytes.set(packet.to.mac, at);
  bytes.set(packet.from.mac, at + 6);
  bytes.writeUInt16BE(isV4 ? 0x0800 : 0x86dd, at + 12);
  const ip = at + ETHERNET_HEADER_BYTES;
  if (isV4) writeIpv4(bytes, ip, packet, ipBytes);
  else writeIpv6(bytes, ip, packet, ipBytes);
  const transport = ip + ipHeader;
  if (packet.protocol === TCP) writeTcp(bytes, transport, packet);
  else writeUdp(bytes, transport, packet, ipBytes - ipHeader);
  const payload = transport + transportHeader;
  if (packet.payload !== undefined) bytes.set(packet.payload, payload);
  return { ipBytes, frameBytes: Math.max(ETHERNET_HEADER_BYTES + ipBytes, ETHERNET_LEAST_BYTES) };
}

/**
 * Who has `target`? (RFC 826)
 *
 * @param {Buffer} bytes
 * @param {number} at
 * @param {End} from
 * @param {Uint8Array} target
 * @returns {number} bytes of the frame
 */
export function writeArpRequest(bytes, at, from, target) {
  bytes.fill(0xff, at, at + 6);
  bytes.set(from.mac, at + 6);
  bytes.writeUInt16BE(0x0806, at + 12);
  bytes.set([0, 1, 8, 0, 6, 4, 0, 1], at + 14);
  bytes.set(from.mac, at + 22);
  bytes.set(from.address, at + 28);
  bytes.set(target, at + 38);
  return ETHERNET_LEAST_BYTES;
}

/**
 * A router says which prefix (64 bits) is on the link, to all nodes (RFC 4861 sections 4.2 and 4.6.2).
 *
 * @param {Buffer} bytes
 * @param {number} at
 * @param {{ mac: Uint8Array, address: Uint8Array, prefix: Uint8Array }} router
 * @returns {{ ipBytes: number, frameBytes: number }}
 */
export function writeRouterAdvertisement(bytes, at, { mac, address, prefix }) {
  const messageBytes = 48;
  bytes.set([0x33, 0x33, 0, 0, 0, 1], at);
  bytes.set(mac, at + 6);
  bytes.writeUInt16BE(0x86dd, at + 12);
  const ip = at + ETHERNET_HEADER_BYTES;
  bytes.writeUInt32BE(0x60000000, ip);
  bytes.writeUInt16BE(messageBytes, ip + 4);
  bytes.set([ICMP6, 255], ip + 6);
  bytes.set(address, ip + 8);
  bytes.set([0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], ip + 24);
  const message = ip + 40;
  bytes.set([134, 0, 0, 0, 64, 0, 0x07, 0x08], message);
  bytes.set([3, 4, 64, 0xc0, 0, 1, 0x51, 0x80, 0, 0, 0x38, 0x40], message + 16);
  bytes.set(prefix, message + 32);
  let sum = messageBytes + ICMP6;
  for (let word = ip + 8; word < message + messageBytes; word += 2) sum += bytes.readUInt16BE(word);
  sum = (sum & 0xffff) + (sum >>> 16);
  bytes.writeUInt16BE(~(sum + (sum >>> 16)) & 0xffff, message + 2);
  return { ipBytes: 40 + messageBytes, frameBytes: ETHERNET_HEADER_BYTES + 40 + messageBytes };
}

/** @param {Buffer} bytes @param {number} at @param {Packet} packet @param {number} ipBytes */
function writeIpv4(bytes, at, packet, ipBytes) {
  bytes.set([0x45, 0, ipBytes >>> 8, ipBytes & 255, 0, 0, 0x40, 0, 64, packet.protocol, 0, 0], at);
  bytes.set(packet.from.address, at + 12);
  bytes.set(packet.to.address, at + 16);
  let sum = 0;
  for (let word = 0; word < 20; word += 2) sum += bytes.readUInt16BE(at + word);
  sum = (sum & 0xffff) + (sum >>> 16);
  bytes.writeUInt16BE(~(sum + (sum >>> 16)) & 0xffff, at + 10);
}

/** @param {Buffer} bytes @param {number} at @param {Packet} packet @param {number} ipBytes */
function writeIpv6(bytes, at, packet, ipBytes) {
  bytes.writeUInt32BE(0x60000000, at);
  bytes.writeUInt16BE(ipBytes - 40, at + 4);
  bytes.set([packet.protocol, 64], at + 6);
  bytes.set(packet.from.address, at + 8);
  bytes.set(packet.to.address, at + 24);
}

/** @param {Buffer} bytes @param {number} at @param {Packet} packet */
function writeTcp(bytes, at, packet) {
  bytes.writeUInt16BE(packet.from.port, at);
  bytes.writeUInt16BE(packet.to.port, at + 2);
  bytes.writeUInt32BE(1_000_000, at + 4);
  bytes.writeUInt32BE(2_000_000, at + 8);
  bytes.set([TCP_HEADER_BYTES << 2, packet.payloadBytes === 0 ? 0x10 : 0x18, 0x20, 0], at + 12);
  bytes.set([1, 1, 8, 10], at + 20);
}

/** @param {Buffer} bytes @param {number} at @param {Packet} packet @param {number} udpBytes */
function writeUdp(bytes, at, packet, udpBytes) {
  bytes.writeUInt16BE(packet.from.port, at);
  bytes.writeUInt16BE(packet.to.port, at + 2);
  bytes.writeUInt16BE(udpBytes, at + 4);
}
