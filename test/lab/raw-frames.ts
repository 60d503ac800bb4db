import { parseAddress } from '../../src/model/address.ts';

/** Ends of a hand-made frame. */
export interface Ends {
  sourceMac: string;
  destinationMac: string;
  source: string;
  destination: string;
}

export const etherTypes = {
  ipv4: 0x0800,
  ipv6: 0x86dd,
  vlan: 0x8100,
  serviceVlan: 0x88a8,
  pppoeSession: 0x8864,
} as const;

/** A UDP packet to the discard port (9) with `payload` zero bytes, of the family of its addresses; the checksum is left out. */
export function ipPacket(ends: Ends, payload: number): Buffer {
  const udp = Buffer.alloc(8 + payload);
  udp.writeUInt16BE(40_000, 0);
  udp.writeUInt16BE(9, 2);
  udp.writeUInt16BE(udp.length, 4);
  return ends.source.includes(':') ? ipv6Packet(ends, 17, udp) : ipv4Packet(ends, udp);
}

/** A frame with VLAN tags, outermost first, as `[ether type, VLAN id]`. */
export function taggedFrame(
  ends: Ends,
  tags: readonly (readonly [number, number])[],
  payload: Buffer,
): Buffer {
  const type = payload[0] === 0x60 ? etherTypes.ipv6 : etherTypes.ipv4;
  return frame(ends, [...tags.flat(), type], payload);
}

/** A PPPoE session frame (RFC 2516): version, code, session, length, PPP protocol, packet. */
export function pppoeFrame(ends: Ends, packet: Buffer): Buffer {
  const header = Buffer.from([0x11, 0, 0, 7, 0, 0, 0, 0]);
  header.writeUInt16BE(packet.length + 2, 4);
  header.writeUInt16BE(packet[0] === 0x60 ? 0x0057 : 0x0021, 6);
  return frame(ends, [etherTypes.pppoeSession], Buffer.concat([header, packet]));
}

/** Filled up with zeros to the least Ethernet carries, as real cards do (60 bytes without checksum). */
export function padded(short: Buffer): Buffer {
  return Buffer.concat([short, Buffer.alloc(Math.max(0, 60 - short.length))]);
}

/** A router advertisement to all nodes that announces one on-link prefix of 64 bits (RFC 4861 sections 4.2 and 4.6.2). */
export function routerAdvertisement(sourceMac: string, source: string, prefix: string): Buffer {
  const message = Buffer.alloc(16 + 32);
  message[0] = 134;
  message[4] = 64;
  message.writeUInt16BE(1800, 6);
  Buffer.from([3, 4, 64, 0xc0]).copy(message, 16);
  message.writeUInt32BE(86_400, 20);
  message.writeUInt32BE(14_400, 24);
  addressBytes(prefix).copy(message, 32);
  const ends = { sourceMac, destinationMac: '33:33:00:00:00:01', source, destination: 'ff02::1' };
  const packet = ipv6Packet(ends, 58, message);
  packet[7] = 255;
  const pseudoHeader = Buffer.concat([
    packet.subarray(8, 40),
    Buffer.from([0, 0, 0, 48, 0, 0, 0, 58]),
  ]);
  packet.writeUInt16BE(checksum(Buffer.concat([pseudoHeader, message])), 42);
  return taggedFrame(ends, [], packet);
}

/** `words`: what stands between the MAC addresses and the payload, 16 bits each. */
function frame(ends: Ends, words: readonly number[], payload: Buffer): Buffer {
  const header = Buffer.alloc(12 + 2 * words.length);
  macBytes(ends.destinationMac).copy(header, 0);
  macBytes(ends.sourceMac).copy(header, 6);
  words.forEach((word, index) => header.writeUInt16BE(word, 12 + 2 * index));
  return Buffer.concat([header, payload]);
}

function ipv4Packet(ends: Ends, payload: Buffer): Buffer {
  const header = Buffer.from([0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0]);
  const addresses = [ends.source, ends.destination].map((text) => addressBytes(text).subarray(12));
  const packet = Buffer.concat([header, ...addresses, payload]);
  packet.writeUInt16BE(packet.length, 2);
  packet.writeUInt16BE(checksum(packet.subarray(0, 20)), 10);
  return packet;
}

function ipv6Packet(ends: Ends, protocol: number, payload: Buffer): Buffer {
  const header = Buffer.from([0x60, 0, 0, 0, 0, 0, protocol, 64]);
  header.writeUInt16BE(payload.length, 4);
  const addresses = [ends.source, ends.destination].map(addressBytes);
  return Buffer.concat([header, ...addresses, payload]);
}

function addressBytes(text: string): Buffer {
  const bytes = Buffer.alloc(16);
  const words = parseAddress(text);
  if (words === undefined) throw new Error(`not an address: ${text}`);
  words.forEach((word, index) => bytes.writeUInt32BE(word >>> 0, 4 * index));
  return bytes;
}

function macBytes(mac: string): Buffer {
  return Buffer.from(mac.replaceAll(':', ''), 'hex');
}

/** Internet checksum, RFC 1071. */
function checksum(bytes: Buffer): number {
  let total = 0;
  for (let at = 0; at < bytes.length; at += 2) total += bytes.readUInt16BE(at);
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return ~total & 0xffff;
}
