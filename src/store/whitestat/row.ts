import {
  formatAddress,
  formatMac,
  isIpv4,
  parseAddress,
  parseMac,
  type AddressWords,
} from '../../model/address.ts';
import { parseDay, type Day } from '../../model/checkpoint.ts';
import { isMulticast } from '../../model/networks.ts';
import type { RawRow } from './file.ts';

/** A row of usage that can be believed. */
export interface Row {
  day: Day;
  /** `aa:bb:cc:dd:ee:ff`; undefined where there is none, which only remote addresses may do without. */
  mac: string | undefined;
  /** Undefined where there is none, which only devices may do without. */
  address: RowAddress | undefined;
  /** Bytes, seen from the row's own side. */
  in: number;
  out: number;
  /** WhiteStat took it for a device; else for a remote address. */
  isDevice: boolean;
  /** `2026-11-20T10:07:01.000`, naive local time; may be anything. */
  seen: string | null;
}

interface RowAddress {
  text: string;
  isIpv4: boolean;
  /** LanLedger takes it for one of the home. */
  isLocal: boolean;
  /** The part that tells networks on the internet apart: /16 of IPv4, /32 of IPv6. */
  network: string;
}

/** Why a row is left out. */
export type RowFault = string;

export interface RowRules {
  /** Days after this one are no history. */
  today: Day;
  isLocal: (words: AddressWords) => boolean;
}

/** WhiteStat is younger. */
const FIRST_DAY = 20_200_101;
/** What a line of 10 Gbit/s carries in a day, about. */
const MOST_BYTES = 1e14;
/** Dates, MAC and IP addresses repeat from row to row. */
const CACHE_LIMIT = 100_000;

/** Returns a function that makes rows of what stands in the file, or tells why not. */
export function createRowParser({ today, isLocal }: RowRules): (raw: RawRow) => Row | RowFault {
  const dayOf = cached(parseDate);
  const macOf = cached(parseAnyMac);
  const addressOf = cached((text) => parseRowAddress(text, isLocal));

  function faultOf(row: Omit<Row, 'day'>, day: Day | undefined): RowFault | undefined {
    if (day === undefined) return 'with a date that is none';
    if (day < FIRST_DAY) return 'of days before 2020, from a clock that was not set';
    if (day > today) return 'of days that are still to come';
    if (!isAmount(row.in) || !isAmount(row.out))
      return 'with an amount that is missing, negative or impossible';
    if (row.isDevice && row.mac === undefined) return 'of devices without a MAC address';
    return !row.isDevice && row.address === undefined ? 'of addresses that are none' : undefined;
  }

  return ([date, ip, mac, seen, kilobytesIn, kilobytesOut, local]) => {
    if (local === null) return 'of neither a device nor an address (LOCAL is not 0 or 1)';
    const day = date === null ? undefined : dayOf(date);
    const row = {
      mac: mac === null ? undefined : macOf(mac),
      address: ip === null ? undefined : addressOf(ip),
      in: bytesOf(kilobytesIn),
      out: bytesOf(kilobytesOut),
      isDevice: local === 1,
      seen,
    };
    return faultOf(row, day) ?? { day: day as Day, ...row };
  };
}

/** Lower case with colons, of any way to write it (`0:1A:2b:3:4:5`, `001a-2b03-0405`), or undefined; groups are nobody's. */
export function parseAnyMac(text: string): string | undefined {
  const parts = text.trim().split(/[:-]/);
  const whole = parts.length === 6 ? parts.map((part) => part.padStart(2, '0')).join('') : text;
  const mac = parseMac(whole.trim().replaceAll('.', ''));
  if (mac === undefined || (mac.high === 0 && mac.low === 0)) return undefined;
  return (mac.high & 0x100) === 0 ? formatMac(mac.high, mac.low) : undefined;
}

function parseDate(text: string): Day | undefined {
  return parseDay(/^(\d{4}-\d{2}-\d{2})(?:$|[T ])/.exec(text)?.[1] ?? '');
}

function bytesOf(kilobytes: number | null): number {
  return kilobytes === null ? Number.NaN : Math.round(kilobytes * 1024);
}

function isAmount(bytes: number): boolean {
  return bytes >= 0 && bytes <= MOST_BYTES;
}

function parseRowAddress(
  ip: string,
  isLocal: (words: AddressWords) => boolean,
): RowAddress | undefined {
  const words = parseAddress(ip.trim());
  if (words === undefined || isMulticast(...words)) return undefined;
  const ipv4 = isIpv4(words[0], words[1], words[2]);
  return {
    text: formatAddress(words),
    isIpv4: ipv4,
    isLocal: isLocal(words),
    network: ipv4 ? `4 ${words[3] >>> 16}` : `6 ${words[0]}`,
  };
}

/** Parses each text once, or nearly so. */
function cached<Value>(parse: (text: string) => Value): (text: string) => Value {
  const known = new Map<string, Value>();
  return (text) => {
    if (known.has(text)) return known.get(text) as Value;
    if (known.size >= CACHE_LIMIT) known.clear();
    const value = parse(text);
    known.set(text, value);
    return value;
  };
}
