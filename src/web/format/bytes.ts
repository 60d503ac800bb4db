import prettyBytes from 'pretty-bytes';
import { byteUnits } from '../state/preferences.ts';

const locales = [...navigator.languages];

/** Amounts that read the same are written once: a table of hundreds shows thousands, and writing numbers is slow. */
const texts = new Map<string, string>();

/** An amount such as `1.2 GB`, in the units and the language of the user. */
export function formatBytes(bytes: number): string {
  const { power, leading, digits } = magnitudeOf(bytes);
  const key = `${leading.toFixed(digits)} ${power} ${byteUnits.value}`;
  const known = texts.get(key);
  if (known !== undefined) return known;
  const fractions = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const text = prettyBytes(bytes, { ...options(), ...fractions });
  texts.set(key, text);
  return text;
}

/** A rate such as `1.2 MB/s`. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

/** For axes: as short as can be. */
export function formatBytesShort(bytes: number): string {
  return prettyBytes(bytes, { ...options(), maximumFractionDigits: 1 });
}

function options() {
  return { binary: byteUnits.value === 'binary', locale: locales };
}

/** Three digits that count: 1.23 GB, 12.3 GB, 123 GB; whole bytes. */
function magnitudeOf(bytes: number) {
  const step = byteUnits.value === 'binary' ? 1024 : 1000;
  if (bytes < step) return { power: 0, leading: bytes, digits: 0 };
  const power = Math.floor(Math.log(bytes) / Math.log(step));
  const leading = bytes / step ** power;
  return { power, leading, digits: leading < 10 ? 2 : leading < 100 ? 1 : 0 };
}
