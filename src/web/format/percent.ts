const locales = [...navigator.languages];
const whole = new Intl.NumberFormat(locales, { style: 'percent', maximumFractionDigits: 0 });

/** `29%` of a share from 0 to 1; `<1%` of one that would read as none. */
export function formatPercent(share: number): string {
  return share > 0 && share < 0.01 ? `<${whole.format(0.01)}` : whole.format(share);
}
