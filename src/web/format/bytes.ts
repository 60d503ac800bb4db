import prettyBytes from 'pretty-bytes';
import { byteUnits } from '../state/preferences.ts';

const locales = [...navigator.languages];

/** An amount such as `1.2 GB`, in the units and the language of the user. */
export function formatBytes(bytes: number): string {
  return prettyBytes(bytes, { ...options(), ...digitsOf(bytes) });
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
function digitsOf(bytes: number) {
  const step = byteUnits.value === 'binary' ? 1024 : 1000;
  if (bytes < step) return { maximumFractionDigits: 0 };
  const leading = bytes / step ** Math.floor(Math.log(bytes) / Math.log(step));
  const digits = leading < 10 ? 2 : leading < 100 ? 1 : 0;
  return { minimumFractionDigits: digits, maximumFractionDigits: digits };
}
