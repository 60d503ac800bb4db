import { parseAddress } from './address.ts';

/** A DNS label holds at most 63 bytes (RFC 1035 section 2.3.4). */
const LABEL_BYTES_LIMIT = 63;
/** Control characters, what could reverse the text around it, line ends, and the mark of broken UTF-8. */
const unprintable = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\uFFFD]/u;
/** Also of letters and symbols some are blank: fillers, the empty pattern of Braille. */
const visible = /(?![\p{Default_Ignorable_Code_Point}\u2800])[\p{L}\p{N}\p{S}]/u;
/** What systems without a name call themselves. */
const placeholder = /^(?:localhost|\(none\))$/i;
/** Browsers hide behind such mDNS names in WebRTC (draft-ietf-mmusic-mdns-ice-candidates): one more for each page. */
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const utf8 = new TextEncoder();

/**
 * The host part of the name a device gives itself (`anna.fritz.box` and `anna.local` are both `anna`), at most 63
 * bytes of UTF-8; or undefined where the text is nothing to call a device by.
 */
export function parseHostname(text: string): string | undefined {
  const whole = text.trim();
  const name = (whole.split('.', 1)[0] ?? '').trim();
  if (unprintable.test(name) || !visible.test(name)) return undefined;
  if (placeholder.test(name) || uuid.test(name)) return undefined;
  if (isAddress(whole) || isAddress(name)) return undefined;
  return utf8.encode(name).length <= LABEL_BYTES_LIMIT ? name : undefined;
}

/** Most names show at once that they are no address; finding out by parsing takes much longer. */
function isAddress(text: string): boolean {
  return /^[\d.]+$|:/.test(text) && parseAddress(text) !== undefined;
}
