import { formatAddress, type AddressWords } from '../model/address.ts';
import { parseHostname } from '../model/hostname.ts';
import { decodeName, skipName } from './dns-name.ts';
import { ipv4At, ipv6At } from './field.ts';

/** The name of the device that has an address. */
export interface MdnsNews {
  hostname: string;
  ip: string;
}

const HEADER_BYTES = 12;
/** QR, opcode and response code; a response to a standard query without error has QR only (RFC 6762 section 18). */
const FLAGS_MASK = 0xf80f;
const RESPONSE = 0x8000;
/** Type, class, time to live and length: what stands between the name of a record and its data. */
const RECORD_FIELDS_BYTES = 10;
/** Type and class after the name of a question. */
const QUESTION_FIELDS_BYTES = 4;
const TYPE_A = 1;
const TYPE_AAAA = 28;
const CLASS_INTERNET = 1;
/** The top bit of the class tells caches to forget what they had (RFC 6762 section 10.2). */
const CLASS_MASK = 0x7fff;
/** Questions and records read of one message; real ones have a dozen. */
const QUESTIONS_LIMIT = 64;
const RECORDS_LIMIT = 64;

/**
 * The addresses of `.local` hosts in the multicast DNS response from `start` to `end` (RFC 6762), in their order. Of a
 * message that is cut or malformed, what stands before the fault. The sender need not be the host: reflectors and
 * sleep proxies answer for others.
 */
export function decodeMdns(view: DataView, start: number, end: number): MdnsNews[] {
  const news: MdnsNews[] = [];
  if (end - start < HEADER_BYTES) return news;
  if ((view.getUint16(start + 2) & FLAGS_MASK) !== RESPONSE) return news;
  const answers = view.getUint16(start + 6);
  const authorities = view.getUint16(start + 8);
  const records = Math.min(answers + authorities + view.getUint16(start + 10), RECORDS_LIMIT);
  let at = skipQuestions(view, start, end);
  for (let record = 0; record < records && at !== undefined; record++) {
    const next = skipRecord(view, at, end);
    const isAuthority = record >= answers && record < answers + authorities;
    if (next !== undefined && !isAuthority) {
      const host = decodeHost(view, start, next, at);
      if (host !== undefined) news.push(host);
    }
    at = next;
  }
  return news;
}

/** Where the first record begins. */
function skipQuestions(view: DataView, start: number, end: number): number | undefined {
  const questions = view.getUint16(start + 4);
  if (questions > QUESTIONS_LIMIT) return undefined;
  let at: number | undefined = start + HEADER_BYTES;
  for (let question = 0; question < questions && at !== undefined; question++) {
    const fields = skipName(view, at, end);
    at = fields === undefined ? undefined : fields + QUESTION_FIELDS_BYTES;
  }
  return at;
}

/** Where the record at `at` ends, or undefined where it ends beyond the message. */
function skipRecord(view: DataView, at: number, end: number): number | undefined {
  const fields = skipName(view, at, end);
  if (fields === undefined || fields + RECORD_FIELDS_BYTES > end) return undefined;
  const next = fields + RECORD_FIELDS_BYTES + view.getUint16(fields + 8);
  return next <= end ? next : undefined;
}

/** The host in the record from `at` to `end`, where it is an address record of a name in `.local`. */
function decodeHost(view: DataView, start: number, end: number, at: number): MdnsNews | undefined {
  const fields = skipName(view, at, end) ?? end;
  const words = decodeAddress(view, fields, end);
  if (words === undefined) return undefined;
  const [label = '', domain = '', more] = decodeName(view, start, end, at) ?? [];
  if (domain.toLowerCase() !== 'local' || more !== undefined) return undefined;
  const hostname = parseHostname(label);
  return hostname === undefined ? undefined : { hostname, ip: formatAddress(words) };
}

/** The address in an A or AAAA record; none where its time to live is 0: the host says goodbye (RFC 6762 section 10.1). */
function decodeAddress(view: DataView, fields: number, end: number): AddressWords | undefined {
  const type = view.getUint16(fields);
  const isInternet = (view.getUint16(fields + 2) & CLASS_MASK) === CLASS_INTERNET;
  const timeToLive = view.getUint32(fields + 4);
  const data = fields + RECORD_FIELDS_BYTES;
  if (!isInternet || timeToLive === 0) return undefined;
  if (type === TYPE_A && end - data === 4) return ipv4At(view, data);
  return type === TYPE_AAAA && end - data === 16 ? ipv6At(view, data) : undefined;
}
