import { byteUnits } from '../state/preferences.ts';
import { locales } from './locales.ts';

const units = {
  decimal: { names: ['B', 'kB', 'MB', 'GB', 'TB', 'PB'], step: 1000 },
  binary: { names: ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'], step: 1024 },
};
const numbers = [0, 1, 2].map(
  (digits) =>
    new Intl.NumberFormat(locales, {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }),
);
const short = new Intl.NumberFormat(locales, { maximumFractionDigits: 1 });

/** Amounts that read the same are written once: a table of hundreds shows thousands, and writing numbers is slow. */
const texts = new Map<string, string>();

/** An amount such as `1.20 GB`, rounded to three digits that count, in the units and the language of the user. */
export function formatBytes(bytes: number): string {
  const { amount, digits, unit } = magnitudeOf(bytes);
  const rounded = amount.toFixed(digits);
  const key = `${rounded} ${unit}`;
  const known = texts.get(key);
  if (known !== undefined) return known;
  const text = `${numbers[digits]?.format(Number(rounded))} ${unit}`;
  texts.set(key, text);
  return text;
}

/** A rate such as `1.2 MB/s`. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

/** For axes: as short as can be. */
export function formatBytesShort(bytes: number): string {
  const { amount, unit } = magnitudeOf(bytes);
  return `${short.format(amount)} ${unit}`;
}

/** The units at present, the smallest first, and how many of one make the next. */
export function unitsOfBytes(): { names: readonly string[]; step: number } {
  return units[byteUnits.value];
}

/** 1.23 GB, 12.3 GB, 123 GB; whole bytes. What is rounded up to the next unit is written in that. */
function magnitudeOf(bytes: number) {
  const { names, step } = unitsOfBytes();
  let amount = bytes;
  let power = 0;
  while (amount >= step - 0.5 && power < names.length - 1) {
    amount /= step;
    power += 1;
  }
  const digits = power === 0 || amount >= 99.95 ? 0 : amount >= 9.995 ? 1 : 2;
  return { amount, digits, unit: names[power] ?? '' };
}
