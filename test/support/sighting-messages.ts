import { parseAddress, type AddressWords } from '../../src/model/address.ts';

/** Numbers are bytes, texts are ASCII or UTF-8. */
export type Part = number | string | readonly number[] | Uint8Array;

export function bytesOf(...parts: readonly Part[]): Uint8Array {
  const bytes: number[] = [];
  for (const part of parts) {
    if (typeof part === 'number') bytes.push(part);
    else bytes.push(...(typeof part === 'string' ? new TextEncoder().encode(part) : part));
  }
  return Uint8Array.from(bytes);
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function u16(value: number): number[] {
  return [value >>> 8, value & 255];
}

export function u32(value: number): number[] {
  return [...u16(value >>> 16), ...u16(value & 0xffff)];
}

export function zeros(count: number): number[] {
  return Array.from({ length: count }, () => 0);
}

export function macBytes(mac: string): number[] {
  return mac.split(':').map((digits) => Number.parseInt(digits, 16));
}

export function words(address: string): AddressWords {
  return parseAddress(address)!;
}

/** 4 or 16 bytes. */
export function ipBytes(address: string): number[] {
  const all = words(address).flatMap(u32);
  return address.includes(':') ? all : all.slice(12);
}

/** A name in DNS encoding, uncompressed: `a.local` -> 1 a 5 local 0. */
export function dnsName(name: string): Uint8Array {
  return bytesOf(partialDnsName(name), 0);
}

/** The same without the root label. */
export function partialDnsName(name: string): Uint8Array {
  const labels = name.split('.').map((label) => bytesOf(label));
  return bytesOf(...labels.flatMap((label) => [label.length, label]));
}

/** An ARP message for Ethernet and IPv4. */
export function arpMessage(operation: number, mac: string, ip: string, target = '192.168.1.1') {
  return bytesOf(
    u16(1),
    u16(0x0800),
    6,
    4,
    u16(operation),
    macBytes(mac),
    ipBytes(ip),
    zeros(6),
    ipBytes(target),
  );
}

export function dhcpOption(code: number, ...value: Part[]): Uint8Array {
  const bytes = bytesOf(...value);
  return bytesOf(code, bytes.length, bytes);
}

export interface DhcpFields {
  /** 1 from the client, 2 from the server. */
  op?: number;
  ciaddr?: string;
  yiaddr?: string;
  chaddr: string;
  sname?: Uint8Array;
  file?: Uint8Array;
  options: readonly Part[];
}

/** A DHCPv4 message with the end option and, like real ones, padding up to 300 bytes. */
export function dhcpMessage(fields: DhcpFields): Uint8Array {
  const { op = 1, ciaddr = '0.0.0.0', yiaddr = '0.0.0.0', chaddr } = fields;
  const padded = (field: Uint8Array | undefined, size: number) =>
    bytesOf(field ?? [], zeros(size - (field?.length ?? 0)));
  const message = bytesOf(
    [op, 1, 6, 0],
    u32(0x3903f326),
    u16(0),
    u16(0),
    ipBytes(ciaddr),
    ipBytes(yiaddr),
    zeros(8),
    macBytes(chaddr),
    zeros(10),
    padded(fields.sname, 64),
    padded(fields.file, 128),
    [0x63, 0x82, 0x53, 0x63],
    ...fields.options,
    255,
  );
  return bytesOf(message, zeros(Math.max(0, 300 - message.length)));
}

/** What an Android phone asks for when it comes home: no address of its own yet. */
export const androidRequest = dhcpMessage({
  chaddr: 'da:a1:19:3c:5e:07',
  options: [
    dhcpOption(53, 3),
    dhcpOption(61, 1, macBytes('da:a1:19:3c:5e:07')),
    dhcpOption(50, ipBytes('192.168.1.57')),
    dhcpOption(54, ipBytes('192.168.1.1')),
    dhcpOption(57, u16(1500)),
    dhcpOption(60, 'android-dhcp-14'),
    dhcpOption(12, 'Pixel-8'),
    dhcpOption(55, 1, 3, 6, 15, 26, 28, 51, 58, 59, 43, 114, 108),
  ],
});

/** A Windows PC renews its lease; the name is in option 81, in ASCII. */
export const windowsRenewal = dhcpMessage({
  ciaddr: '192.168.1.23',
  chaddr: '3c:52:82:6f:1b:aa',
  options: [
    dhcpOption(53, 3),
    dhcpOption(61, 1, macBytes('3c:52:82:6f:1b:aa')),
    dhcpOption(12, 'DESKTOP-7QK3P'),
    dhcpOption(81, 0, 0, 0, 'DESKTOP-7QK3P.home.lan'),
    dhcpOption(60, 'MSFT 5.0'),
    dhcpOption(55, 1, 3, 6, 15, 31, 33, 43, 44, 46, 47, 119, 121, 249, 252),
  ],
});

/** A DHCPv6 message; each option is a code and its value. */
export function dhcpv6Message(type: number, ...options: (readonly [number, ...Part[]])[]) {
  return bytesOf(
    type,
    [0x5a, 0x11, 0xc3],
    ...options.map(([code, ...value]) => {
      const bytes = bytesOf(...value);
      return bytesOf(u16(code), u16(bytes.length), bytes);
    }),
  );
}

/** Windows solicits an address. */
export const windowsSolicit = dhcpv6Message(
  1,
  [8, u16(0)],
  [1, u16(1), u16(1), u32(0x2c3d4e5f), macBytes('3c:52:82:6f:1b:aa')],
  [3, u32(0x0a3c5282), u32(0), u32(0)],
  [39, 0, partialDnsName('DESKTOP-7QK3P')],
  [16, u32(311), u16(8), 'MSFT 5.0'],
  [6, u16(17), u16(23), u16(24), u16(39)],
);

export interface MdnsFields {
  flags?: number;
  questions?: readonly Uint8Array[];
  answers?: readonly Uint8Array[];
  authorities?: readonly Uint8Array[];
  additionals?: readonly Uint8Array[];
}

export function mdnsMessage(fields: MdnsFields): Uint8Array {
  const { flags = 0x8400, questions = [], answers = [], authorities = [] } = fields;
  const additionals = fields.additionals ?? [];
  return bytesOf(
    u16(0),
    u16(flags),
    u16(questions.length),
    u16(answers.length),
    u16(authorities.length),
    u16(additionals.length),
    ...questions,
    ...answers,
    ...authorities,
    ...additionals,
  );
}

/** Class IN with the cache-flush bit, two minutes to live. */
export function record(name: Part, type: number, ...data: Part[]): Uint8Array {
  return recordWith({ timeToLive: 120, class: 0x8001 }, name, type, ...data);
}

export function recordWith(
  fields: { timeToLive: number; class: number },
  name: Part,
  type: number,
  ...data: Part[]
): Uint8Array {
  const bytes = bytesOf(...data);
  const { timeToLive, class: recordClass } = fields;
  return bytesOf(name, u16(type), u16(recordClass), u32(timeToLive), u16(bytes.length), bytes);
}

/** A compression pointer. */
export function pointer(offset: number): number[] {
  return u16(0xc000 | offset);
}

/** An iPhone says who it is: a service, then its addresses; all names but the first are compressed. */
export const iphoneResponse = mdnsMessage({
  answers: [
    record(dnsName('_companion-link._tcp.local'), 12, 15, 'Anna’s iPhone', pointer(12)),
    record(bytesOf(12, 'Annas-iPhone', pointer(33)), 1, ipBytes('192.168.1.42')),
  ],
  additionals: [
    record(pointer(68), 28, ipBytes('fe80::1c2f:3aff:fe4d:5e6f')),
    record(pointer(68), 28, ipBytes('2001:db8:12:3400:a1b2:c3d4:e5f6:1')),
    record(pointer(68), 47, pointer(68), [0, 4, 0x40, 0, 0, 8]),
  ],
});

/** An ICMPv6 message of neighbour discovery: type, code 0, checksum, then the rest. */
export function ndpMessage(type: number, ...rest: Part[]): Uint8Array {
  return bytesOf(type, 0, u16(0x7bb9), ...rest);
}

export function linkAddressOption(type: 1 | 2, mac: string): Uint8Array {
  return bytesOf(type, 1, macBytes(mac));
}

export function prefixOption(
  address: string,
  bits: number,
  { flags = 0xc0, validSeconds = 7200 } = {},
): Uint8Array {
  return bytesOf(3, 4, bits, flags, u32(validSeconds), u32(3600), u32(0), ipBytes(address));
}

/** Hop limit 64, a lifetime, no timers; then options. */
export function routerAdvertisement(lifetimeSeconds: number, ...options: Part[]): Uint8Array {
  return ndpMessage(134, 64, 0, u16(lifetimeSeconds), u32(0), u32(0), ...options);
}

/** What a Fritz!Box sends: a global and a unique local prefix, its MAC, an MTU and a name server. */
export const fritzboxAdvertisement = routerAdvertisement(
  1800,
  prefixOption('2001:db8:12:3400::', 64),
  prefixOption('fd00:12:34:56::', 64),
  bytesOf(25, 3, 0, 0, u32(1200), ipBytes('fd00:12:34:56::1')),
  linkAddressOption(1, 'dc:39:6f:01:02:03'),
  bytesOf(5, 1, 0, 0, u32(1492)),
);
