import { linkTypes, type Frame } from '../model/traffic.ts';
import { protocols } from './ip.ts';
import { isNamePort } from './name-port.ts';

const ETHERNET_BYTES = 14;
/** Headers of Ethernet, IPv4 and UDP. */
const HEADERS_BYTES = 42;
/** EtherType IPv4, then the first byte of an IPv4 header without options. */
const TYPE_AND_VERSION = 12;
const IPV4_WITHOUT_OPTIONS = 0x080045;
const TOTAL_LENGTH = 16;
const PROTOCOL = 23;
const UDP_DESTINATION = 36;

/**
 * Bytes of the IP packet in a plain frame, 0 for every other frame. Plain is what most frames are: one packet of TCP or UDP
 * over IPv4 on untagged Ethernet, nothing of which but its addresses (`plainFields`) and its size matters to anybody.
 * Whatever else `decodeFrame` has rules for is not plain.
 */
export function plainBytes(frame: Frame): number {
  const { view, offset, wireBytes } = frame;
  if (frame.linkType !== linkTypes.ethernet || frame.capturedBytes < HEADERS_BYTES) return 0;
  if (frame.segmentBytes !== 0) return 0;
  if (view.getInt32(offset + TYPE_AND_VERSION) >>> 8 !== IPV4_WITHOUT_OPTIONS) return 0;
  const bytes = view.getUint16(offset + TOTAL_LENGTH);
  if (bytes < HEADERS_BYTES - ETHERNET_BYTES) return 0;
  if (wireBytes !== 0 && bytes > wireBytes - ETHERNET_BYTES) return 0;
  const protocol = view.getUint8(offset + PROTOCOL);
  if (protocol === protocols.tcp) return bytes;
  const isNameless =
    protocol === protocols.udp && !isNamePort(view.getUint16(offset + UDP_DESTINATION));
  return isNameless ? bytes : 0;
}
