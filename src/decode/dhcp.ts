import { formatAddress } from '../model/address.ts';
import { parseHostname } from '../model/hostname.ts';
import { decodePartialName } from './dns-name.ts';
import { ipv4At, macAt, textAt } from './field.ts';

/** What a DHCP message tells of the client. At least one of `ip` and `hostname` is there. */
export interface DhcpNews {
  /** `aa:bb:cc:dd:ee:ff` */
  mac: string;
  ip?: string;
  hostname?: string;
}

/** Offsets of the fields (RFC 2131 section 2). */
const CIADDR = 12;
const YIADDR = 16;
const CHADDR = 28;
const SNAME = 44;
const FILE = 108;
const COOKIE = 236;
const OPTIONS = 240;

const MAGIC_COOKIE = 0x6382_5363;
/** Hardware type 1 (Ethernet) and its address length of 6 bytes. */
const ETHERNET = 0x0106;
const FROM_CLIENT = 1;
const FROM_SERVER = 2;

/** Options (RFC 2132, RFC 4702), and values of the message type option. */
const PAD = 0;
const HOST_NAME = 12;
const OVERLOAD = 52;
const MESSAGE_TYPE = 53;
const CLIENT_FQDN = 81;
const END = 255;
const REQUEST = 3;
const ACK = 5;
const INFORM = 8;

/** The bytes of a field or an option's value in the view. */
interface Span {
  start: number;
  end: number;
}
type Options = Map<number, Span>;

/**
 * Decodes the DHCPv4 message from `start` (its BOOTP header) to `end` (RFC 2131). The address is one the server has
 * acknowledged or the client already uses, never one only asked for. Undefined where the message is malformed, cut,
 * not about an Ethernet device, or tells neither address nor name.
 */
export function decodeDhcp(view: DataView, start: number, end: number): DhcpNews | undefined {
  if (end - start < OPTIONS || view.getUint32(start + COOKIE) !== MAGIC_COOKIE) return undefined;
  if (view.getUint16(start + 1) !== ETHERNET) return undefined;
  const mac = macAt(view, start + CHADDR);
  const options = decodeOptions(view, start, end);
  if (mac === undefined || options === undefined) return undefined;
  const ip = decodeConfirmedAddress(view, start, options);
  const hostname = decodeFqdn(view, options) ?? decodeHostName(view, options);
  if (ip === undefined && hostname === undefined) return undefined;
  return { mac, ...(ip !== undefined && { ip }), ...(hostname !== undefined && { hostname }) };
}

/** The first value of each option, or undefined where an option or the end mark is missing its bytes. */
function decodeOptions(view: DataView, start: number, end: number): Options | undefined {
  const options: Options = new Map();
  if (!collectOptions(view, { start: start + OPTIONS, end }, options)) return undefined;
  const overload = byteOf(view, options, OVERLOAD) ?? 0;
  const file = { start: start + FILE, end: start + COOKIE };
  const sname = { start: start + SNAME, end: start + FILE };
  if ((overload & 1) !== 0 && !collectOptions(view, file, options)) return undefined;
  if ((overload & 2) !== 0 && !collectOptions(view, sname, options)) return undefined;
  return options;
}

function collectOptions(view: DataView, field: Span, options: Options): boolean {
  for (let at = field.start; at < field.end;) {
    const code = view.getUint8(at);
    if (code === END) return true;
    if (code === PAD) {
      at += 1;
      continue;
    }
    const start = at + 2;
    if (start > field.end) return false;
    const end = start + view.getUint8(at + 1);
    if (end > field.end) return false;
    if (!options.has(code)) options.set(code, { start, end });
    at = end;
  }
  return false;
}

function byteOf(view: DataView, options: Options, code: number): number | undefined {
  const value = options.get(code);
  return value !== undefined && value.end - value.start === 1
    ? view.getUint8(value.start)
    : undefined;
}

/** RFC 2131 section 4.3.6: `ciaddr` is filled in only by a client that uses the address already. */
function decodeConfirmedAddress(
  view: DataView,
  start: number,
  options: Options,
): string | undefined {
  const sender = view.getUint8(start);
  const type = byteOf(view, options, MESSAGE_TYPE);
  const isAcknowledged = sender === FROM_SERVER && type === ACK;
  const isInUse = sender === FROM_CLIENT && (type === REQUEST || type === INFORM);
  if (!isAcknowledged && !isInUse) return undefined;
  const words = ipv4At(view, start + (isAcknowledged ? YIADDR : CIADDR));
  return words === undefined ? undefined : formatAddress(words);
}

/** RFC 4702 section 2: flags, two obsolete result codes, then the name in DNS encoding (flag E) or in ASCII. */
function decodeFqdn(view: DataView, options: Options): string | undefined {
  const value = options.get(CLIENT_FQDN);
  if (value === undefined || value.end - value.start < 3) return undefined;
  const name = value.start + 3;
  const isDnsEncoded = (view.getUint8(value.start) & 0x04) !== 0;
  if (isDnsEncoded) return parseHostname(decodePartialName(view, name, value.end)?.[0] ?? '');
  return decodeText(view, { start: name, end: value.end });
}

function decodeHostName(view: DataView, options: Options): string | undefined {
  const value = options.get(HOST_NAME);
  return value === undefined ? undefined : decodeText(view, value);
}

/** RFC 2132 section 2: zero bytes at the end are not part of the text. */
function decodeText(view: DataView, value: Span): string | undefined {
  return parseHostname(textAt(view, value.start, value.end).replace(/\0+$/, ''));
}
