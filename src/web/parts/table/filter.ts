import { formatBytes, formatRate } from '../../format/bytes.ts';
import { foldText, textOf, type ColumnKind, type DataColumn } from './column.ts';

/** Filters are texts, as they stand in the address: column id to text; those of amounts are `1000000..2000000`. */
export type Filters = Readonly<Record<string, string>>;

/** Ages by which instants are chosen. */
export const ages: readonly {
  text: string;
  title: string;
  withinMs?: number;
  beyondMs?: number;
}[] = [
  { text: 'hour', title: 'In the last hour', withinMs: 3_600_000 },
  { text: 'day', title: 'In the last 24 hours', withinMs: 86_400_000 },
  { text: 'week', title: 'In the last 7 days', withinMs: 7 * 86_400_000 },
  { text: 'month', title: 'In the last 30 days', withinMs: 30 * 86_400_000 },
  { text: 'older', title: 'More than 30 days ago', beyondMs: 30 * 86_400_000 },
];

/** In bytes; Infinity where there is no upper end. */
export interface AmountRange {
  least: number;
  most: number;
}

export function parseRange(text: string): AmountRange {
  const [least = '', most = ''] = text.split('..');
  return { least: amountOf(least, 0), most: amountOf(most, Infinity) };
}

export function formatRange({ least, most }: AmountRange): string {
  if (least === 0 && most === Infinity) return '';
  return `${least === 0 ? '' : least}..${most === Infinity ? '' : most}`;
}

function amountOf(text: string, absent: number): number {
  const amount = text === '' ? absent : Number(text);
  return Number.isFinite(amount) && amount >= 0 ? amount : absent;
}

/** Whether a row passes a column's filter, made once for all rows; `now` in epoch ms. */
export function createFilter<Row>(column: DataColumn<Row>, filter: string, now: number) {
  const tests: Record<ColumnKind, () => (row: Row) => boolean> = {
    text: () => {
      const wanted = foldText(filter);
      return (row) => foldText(textOf(column, row)).includes(wanted);
    },
    choice: () => (row) => {
      const value = column.value(row);
      return Array.isArray(value) ? value.includes(filter) : value === filter;
    },
    'yes-no': () => (row) => column.value(row) === (filter === 'yes'),
    bytes: () => isWithin(column, filter),
    rate: () => isWithin(column, filter),
    instant: () => {
      const age = ages.find(({ text }) => text === filter);
      return (row) => {
        const ageMs = now - Number(column.value(row));
        return ageMs <= (age?.withinMs ?? Infinity) && ageMs > (age?.beyondMs ?? -Infinity);
      };
    },
  };
  return tests[column.kind]();
}

function isWithin<Row>(column: DataColumn<Row>, filter: string): (row: Row) => boolean {
  const { least, most } = parseRange(filter);
  return (row) => {
    const amount = Number(column.value(row));
    return amount >= least && amount <= most;
  };
}

/** A filter in words: `Vendor contains apple`. */
export function describeFilter<Row>({ title, kind }: DataColumn<Row>, filter: string): string {
  switch (kind) {
    case 'text':
      return `${title} contains “${filter}”`;
    case 'choice':
      return `${title}: ${filter}`;
    case 'yes-no':
      return `${title}: ${filter}`;
    case 'instant':
      return `${title}: ${ages.find(({ text }) => text === filter)?.title.toLowerCase() ?? filter}`;
    case 'bytes':
      return `${title} ${describeRange(filter, formatBytes)}`;
    case 'rate':
      return `${title} ${describeRange(filter, formatRate)}`;
  }
}

function describeRange(filter: string, format: (bytes: number) => string): string {
  const { least, most } = parseRange(filter);
  if (most === Infinity) return `at least ${format(least)}`;
  return least === 0 ? `at most ${format(most)}` : `from ${format(least)} to ${format(most)}`;
}
