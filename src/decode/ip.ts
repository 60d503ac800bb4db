import { IPV4_MARK } from '../model/address.ts';
import type { Frame, Traffic } from '../model/traffic.ts';
import { outcomes, type Outcome } from './outcome.ts';

/** IP protocol numbers (IANA). */
export const protocols = { tcp: 6, udp: 17, icmpv6: 58 } as const;

const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const AUTHENTICATION = 51;
const DESTINATION_OPTIONS = 60;
const UDP_HEADER_BYTES = 8;
/** Where TCP says how long its header is. */
const TCP_DATA_OFFSET = 12;
/** Extension headers of one packet; RFC 8200 section 4.1 expects at most seven. */
const EXTENSIONS_LIMIT = 8;
/** The jumbo payload option in its hop-by-hop header exists only inside the kernel (BIG TCP), not on the wire. */
const JUMBO_HEADER_BYTES = 8;

/** Decodes the IP packet that starts `header` bytes into the frame; its version field decides the family. */
export function decodeIp(frame: Frame, header: number, traffic: Traffic): Outcome {
  if (frame.capturedBytes < header + 20) return outcomes.malformed;
  const version = frame.view.getUint8(frame.offset + header) >>> 4;
  if (version === 4) return decodeIpv4(frame, header, traffic);
  return version === 6 ? decodeIpv6(frame, header, traffic) : outcomes.malformed;
}

/** RFC 791. */
function decodeIpv4(frame: Frame, header: number, traffic: Traffic): Outcome {
  const view = frame.view;
  const start = frame.offset + header;
  const headerBytes = (view.getUint8(start) & 15) * 4;
  const onWire = frame.wireBytes === 0 ? 0xffff : frame.wireBytes - header;
  let total = view.getUint16(start + 2);
  if (total === 0 && isMerged(frame)) total = onWire;
  if (headerBytes < 20 || total < headerBytes || total > onWire) return outcomes.malformed;
  traffic.source0 = 0;
  traffic.source1 = 0;
  traffic.source2 = IPV4_MARK;
  traffic.source3 = view.getInt32(start + 12);
  traffic.destination0 = 0;
  traffic.destination1 = 0;
  traffic.destination2 = IPV4_MARK;
  traffic.destination3 = view.getInt32(start + 16);
  traffic.protocol = view.getUint8(start + 9);
  traffic.bytes = total;
  traffic.payloadStart = start + headerBytes;
  traffic.payloadEnd = Math.min(start + total, frame.offset + frame.capturedBytes);
  const isLaterFragment = (view.getUint16(start + 6) & 0x1fff) !== 0;
  decodeTransport(frame, traffic, isLaterFragment ? 0 : headerBytes);
  return outcomes.ip;
}

/** RFC 8200. */
function decodeIpv6(frame: Frame, header: number, traffic: Traffic): Outcome {
  const view = frame.view;
  if (frame.capturedBytes < header + 40) return outcomes.malformed;
  const start = frame.offset + header;
  const onWire = frame.wireBytes === 0 ? 0x10027 : frame.wireBytes - header;
  let total = view.getUint16(start + 4) + 40;
  traffic.protocol = view.getUint8(start + 6);
  let hiddenBytes = 0;
  if (total === 40 && isMerged(frame)) {
    if (traffic.protocol === HOP_BY_HOP) hiddenBytes = JUMBO_HEADER_BYTES;
    total = onWire - hiddenBytes;
  }
  if (total > onWire) return outcomes.malformed;
  traffic.source0 = view.getInt32(start + 8);
  traffic.source1 = view.getInt32(start + 12);
  traffic.source2 = view.getInt32(start + 16);
  traffic.source3 = view.getInt32(start + 20);
  traffic.destination0 = view.getInt32(start + 24);
  traffic.destination1 = view.getInt32(start + 28);
  traffic.destination2 = view.getInt32(start + 32);
  traffic.destination3 = view.getInt32(start + 36);
  traffic.bytes = total;
  traffic.payloadStart = start + 40;
  traffic.payloadEnd = Math.min(start + total, frame.offset + frame.capturedBytes);
  const isLaterFragment = isExtension(traffic.protocol) && skipExtensions(frame, traffic);
  decodeTransport(frame, traffic, isLaterFragment ? 0 : traffic.payloadStart - start - hiddenBytes);
  return outcomes.ip;
}

function isExtension(protocol: number): boolean {
  return (
    protocol === HOP_BY_HOP ||
    protocol === ROUTING ||
    protocol === FRAGMENT ||
    protocol === AUTHENTICATION ||
    protocol === DESTINATION_OPTIONS
  );
}

/** Moves `payloadStart` and `protocol` to the upper-layer header; true for a fragment that does not begin with it. */
function skipExtensions(frame: Frame, traffic: Traffic): boolean {
  const view = frame.view;
  for (let count = 0; count < EXTENSIONS_LIMIT && isExtension(traffic.protocol); count++) {
    const at = traffic.payloadStart;
    if (at + 8 > traffic.payloadEnd) return true;
    const extension = traffic.protocol;
    const length = view.getUint8(at + 1);
    traffic.protocol = view.getUint8(at);
    if (extension === FRAGMENT) traffic.payloadStart += 8;
    else if (extension === AUTHENTICATION) traffic.payloadStart += (length + 2) * 4;
    else traffic.payloadStart += (length + 1) * 8;
    if (extension === FRAGMENT && view.getUint16(at + 2) >>> 3 !== 0) return true;
  }
  return isExtension(traffic.protocol);
}

/**
 * The ports of UDP, and the correction of merged packets: the wire carried one IP and transport header for each segment.
 * `networkBytes` is the size of the IP header with its extensions, 0 where no transport header follows.
 */
function decodeTransport(frame: Frame, traffic: Traffic, networkBytes: number): void {
  traffic.sourcePort = 0;
  traffic.destinationPort = 0;
  traffic.packets = 1;
  if (networkBytes === 0) return;
  const at = traffic.payloadStart;
  if (traffic.protocol === protocols.udp) {
    if (at + UDP_HEADER_BYTES > traffic.payloadEnd) return;
    traffic.sourcePort = frame.view.getUint16(at);
    traffic.destinationPort = frame.view.getUint16(at + 2);
    traffic.payloadStart = at + UDP_HEADER_BYTES;
    if (frame.segmentBytes > 0) split(frame, traffic, networkBytes + UDP_HEADER_BYTES);
  } else if (frame.segmentBytes > 0 && traffic.protocol === protocols.tcp) {
    if (at + TCP_DATA_OFFSET >= traffic.payloadEnd) return;
    const transportBytes = (frame.view.getUint8(at + TCP_DATA_OFFSET) >>> 4) * 4;
    split(frame, traffic, networkBytes + transportBytes);
  }
}

/** Counts the packets that the kernel merged; each had headers of `headerBytes`. */
function split(frame: Frame, traffic: Traffic, headerBytes: number): void {
  const payloadBytes = traffic.bytes - headerBytes;
  if (payloadBytes <= frame.segmentBytes) return;
  traffic.packets = Math.ceil(payloadBytes / frame.segmentBytes);
  traffic.bytes += (traffic.packets - 1) * headerBytes;
}

function isMerged(frame: Frame): boolean {
  return frame.segmentBytes > 0 || frame.wireBytes > 0x10000;
}
