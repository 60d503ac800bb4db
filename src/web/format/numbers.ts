import { locales } from './locales.ts';

const counts = new Intl.NumberFormat(locales);
const whole = new Intl.NumberFormat(locales, { style: 'percent', maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat(locales, { style: 'percent', maximumFractionDigits: 1 });
const exact = new Intl.NumberFormat(locales, { style: 'percent', maximumSignificantDigits: 3 });

/** `1,234`. */
export function formatCount(count: number): string {
  return counts.format(count);
}

/** `29%` of a share, where 1 is all; `<1%` of one that would read as none. */
export function formatPercent(share: number): string {
  return share > 0 && share < 0.01 ? `<${whole.format(0.01)}` : whole.format(share);
}

/** `29.4%`; `<0.1%` of what would read as none. */
export function formatPercentFinely(share: number): string {
  return share > 0 && share < 0.001 ? `<${fine.format(0.001)}` : fine.format(share);
}

/** `0.00123%`: three digits that count, however small the share. */
export function formatPercentExactly(share: number): string {
  return exact.format(share);
}
