import { formatAddress } from '../model/address.ts';
import { ipv4At, macAt } from './field.ts';

/** What the sender of an ARP message says of itself. */
export interface ArpClaim {
  /** `aa:bb:cc:dd:ee:ff` */
  mac: string;
  ip: string;
}

const MESSAGE_BYTES = 28;
/** Hardware type 1 (Ethernet), protocol type 0x0800 (IPv4); then their address lengths, 6 and 4 bytes. */
const ETHERNET_IPV4 = 0x0001_0800;
const ADDRESS_LENGTHS = 0x0604;
const REQUEST = 1;
const REPLY = 2;

/**
 * The sender of the ARP request or reply from `start` to `end` (RFC 826). Undefined for a probe, which claims nothing
 * yet (RFC 5227 section 2.1.1), for other kinds of ARP, and for addresses no device can have.
 */
export function decodeArp(view: DataView, start: number, end: number): ArpClaim | undefined {
  if (end - start < MESSAGE_BYTES) return undefined;
  if (view.getUint32(start) !== ETHERNET_IPV4) return undefined;
  if (view.getUint16(start + 4) !== ADDRESS_LENGTHS) return undefined;
  const operation = view.getUint16(start + 6);
  if (operation !== REQUEST && operation !== REPLY) return undefined;
  const mac = macAt(view, start + 8);
  const words = ipv4At(view, start + 14);
  if (mac === undefined || words === undefined) return undefined;
  return { mac, ip: formatAddress(words) };
}
