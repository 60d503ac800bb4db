import { linkTypes, NO_MAC, type Frame, type Traffic } from '../model/traffic.ts';
import { decodeIp } from './ip.ts';
import { outcomes, type Outcome } from './outcome.ts';

const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_ARP = 0x0806;
const ETHERTYPE_IPV6 = 0x86dd;
const ETHERTYPE_PPPOE_SESSION = 0x8864;
const PPP_IPV4 = 0x0021;
const PPP_IPV6 = 0x0057;
/** More tags than any network stacks. */
const VLAN_TAGS_LIMIT = 4;

/**
 * Fills `traffic` from a frame: link layer, IP, ports. Never throws and never reads outside the captured bytes.
 * For ARP, `payloadStart` and `payloadEnd` bound the ARP message.
 */
export function decodeFrame(frame: Frame, traffic: Traffic): Outcome {
  traffic.seconds = frame.seconds;
  switch (frame.linkType) {
    case linkTypes.ethernet:
      return decodeEthernet(frame, traffic);
    case linkTypes.raw:
    case linkTypes.ipv4:
    case linkTypes.ipv6:
      clearMacs(traffic);
      return decodeIp(frame, 0, traffic);
    case linkTypes.null:
    case linkTypes.loop:
      clearMacs(traffic);
      return decodeIp(frame, 4, traffic);
    case linkTypes.linuxCooked:
      return decodeCooked(frame, traffic, cookedLayout);
    case linkTypes.linuxCooked2:
      return decodeCooked(frame, traffic, cooked2Layout);
    case linkTypes.ppp:
      clearMacs(traffic);
      return decodePpp(frame, pppStart(frame), traffic);
    default:
      return outcomes.notIp;
  }
}

/** IEEE 802.3, with any number of 802.1Q and 802.1ad tags. */
function decodeEthernet(frame: Frame, traffic: Traffic): Outcome {
  const { view, offset, capturedBytes } = frame;
  if (capturedBytes < 14) return outcomes.malformed;
  traffic.destinationMacHigh = view.getUint16(offset);
  traffic.destinationMacLow = view.getInt32(offset + 2);
  traffic.sourceMacHigh = view.getUint16(offset + 6);
  traffic.sourceMacLow = view.getInt32(offset + 8);
  let type = view.getUint16(offset + 12);
  let header = 14;
  if (type === ETHERTYPE_IPV4) return decodeIp(frame, header, traffic);
  for (let tags = 0; isVlanTag(type); tags++) {
    if (capturedBytes < header + 4 || tags === VLAN_TAGS_LIMIT) return outcomes.malformed;
    type = view.getUint16(offset + header + 2);
    header += 4;
  }
  return decodeEthertype(frame, header, type, traffic);
}

function isVlanTag(type: number): boolean {
  return type === 0x8100 || type === 0x88a8 || type === 0x9100;
}

function decodeEthertype(frame: Frame, header: number, type: number, traffic: Traffic): Outcome {
  if (type === ETHERTYPE_IPV4 || type === ETHERTYPE_IPV6) return decodeIp(frame, header, traffic);
  if (type === ETHERTYPE_PPPOE_SESSION) return decodePpp(frame, header + 6, traffic);
  if (type !== ETHERTYPE_ARP) return outcomes.notIp;
  traffic.payloadStart = frame.offset + header;
  traffic.payloadEnd = frame.offset + frame.capturedBytes;
  return outcomes.arp;
}

/** The PPP protocol field (RFC 1661), inside PPPoE (RFC 2516) or on a PPP link. */
function decodePpp(frame: Frame, header: number, traffic: Traffic): Outcome {
  if (frame.capturedBytes < header + 2) return outcomes.malformed;
  const protocol = frame.view.getUint16(frame.offset + header);
  const carriesIp = protocol === PPP_IPV4 || protocol === PPP_IPV6;
  return carriesIp ? decodeIp(frame, header + 2, traffic) : outcomes.notIp;
}

/** PPP in HDLC-like framing (RFC 1662) begins with ff 03 unless that was negotiated away. */
function pppStart(frame: Frame): number {
  return frame.capturedBytes >= 2 && frame.view.getUint16(frame.offset) === 0xff03 ? 2 : 0;
}

/** Offsets of the fields of the two Linux cooked headers (LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2). */
interface CookedLayout {
  size: number;
  addressLength: number;
  address: number;
  protocol: number;
}
const cookedLayout: CookedLayout = { size: 16, addressLength: 5, address: 6, protocol: 14 };
const cooked2Layout: CookedLayout = { size: 20, addressLength: 11, address: 12, protocol: 0 };

/** A cooked header tells the sender's address only. */
function decodeCooked(frame: Frame, traffic: Traffic, layout: CookedLayout): Outcome {
  const { view, offset, capturedBytes } = frame;
  if (capturedBytes < layout.size) return outcomes.malformed;
  clearMacs(traffic);
  if (view.getUint8(offset + layout.addressLength) === 6) {
    traffic.sourceMacHigh = view.getUint16(offset + layout.address);
    traffic.sourceMacLow = view.getInt32(offset + layout.address + 2);
  }
  let type = view.getUint16(offset + layout.protocol);
  let header = layout.size;
  if (isVlanTag(type) && capturedBytes >= header + 4) {
    type = view.getUint16(offset + header + 2);
    header += 4;
  }
  return decodeEthertype(frame, header, type, traffic);
}

function clearMacs(traffic: Traffic): void {
  traffic.sourceMacHigh = NO_MAC;
  traffic.destinationMacHigh = NO_MAC;
}
