const units = new Map([
  ['', 1],
  ['b', 1],
  ...['k', 'm', 'g', 't'].flatMap((prefix, index): [string, number][] => [
    [`${prefix}b`, 1000 ** (index + 1)],
    [`${prefix}ib`, 1024 ** (index + 1)],
  ]),
]);

/** The bytes in `500MB`, `1.5 GB`, `20GiB` or `1000000`; undefined where the text is no such size. Case does not matter. */
export function parseByteSize(text: string): number | undefined {
  const [, number, unit = ''] = /^(\d{1,16}(?:\.\d{1,6})?) ?([a-z]{0,3})$/i.exec(text) ?? [];
  const factor = units.get(unit.toLowerCase());
  if (number === undefined || factor === undefined) return undefined;
  const bytes = Math.round(Number(number) * factor);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
