interface AmountOptions {
  locale?: string;
  binary?: boolean;
}

/** An amount as pages write it: three digits that count. */
export function amountText(bytes: number, options: AmountOptions = {}): string {
  const { locale = 'en-GB', binary = false } = options;
  const step = binary ? 1024 : 1000;
  const units = binary ? ['B', 'KiB', 'MiB', 'GiB', 'TiB'] : ['B', 'kB', 'MB', 'GB', 'TB'];
  let [amount, power] = [bytes, 0];
  for (; amount >= step - 0.5; power += 1) amount /= step;
  const digits = power === 0 || amount >= 99.95 ? 0 : amount >= 9.995 ? 1 : 2;
  const fractions = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return `${amount.toLocaleString(locale, fractions)} ${units[power]}`;
}
