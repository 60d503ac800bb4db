import type { ComponentChildren } from 'preact';
import { locales } from '../../format/locales.ts';

/**
 * What a column holds, which says how it is sorted and filtered: `text` contains, `choice` is one of what occurs,
 * `yes-no`, amounts (`bytes`, `rate` in bytes per second) at least and at most, and `instant` (epoch ms) how long ago.
 */
export type ColumnKind = 'text' | 'choice' | 'yes-no' | 'bytes' | 'rate' | 'instant';

export type ColumnValue = string | number | boolean | readonly string[];

/** A column of a `DataTable`. Make the list once, outside of components. */
export interface DataColumn<Row> {
  /** Stable: it is remembered, and stands in addresses. `q` is taken. */
  id: string;
  title: string;
  kind: ColumnKind;
  /** What is sorted, filtered and exported; '' and [] stand last. `choice` takes several, too. */
  value: (row: Row) => ColumnValue;
  /** What is shown; without it the value as text. It may contain components that follow signals. */
  cell?: (row: Row) => ComponentChildren;
  /** What search and filter look at where it is more than the value of a `text`. */
  searched?: (row: Row) => string;
  /** Cells of the CSV in place of `title` and `value`. */
  exported?: readonly { title: string; value: (row: Row) => string | number }[];
  /** Below the column, about all rows that are shown. */
  total?: (rows: readonly Row[]) => ComponentChildren;
  /** The least, in rem, where the kind's usual width does not fit. */
  width?: number;
  /** Always shown, and the heading of its row. Give it to exactly one. */
  isHeading?: boolean;
  /** Not shown until the user chooses it. */
  isOptional?: boolean;
}

/** How rows are named and drawn. All of it has to stay the same from one drawing to the next: make it outside of components. */
export interface RowLook<Row> {
  rowId: (row: Row) => string;
  /** Where a click on a row leads, if anywhere; its heading should be a link to the same. */
  rowLink?: (row: Row) => string | undefined;
  /** In the last cell, such as a menu of what can be done. */
  rowActions?: (row: Row) => ComponentChildren;
  rowClass?: (row: Row) => string;
}

/** The least width in rem, and the share of the width that is left. */
export const columnKinds: Record<ColumnKind, { width: number; share: number }> = {
  text: { width: 7, share: 1 },
  choice: { width: 5, share: 1 },
  'yes-no': { width: 4, share: 0 },
  bytes: { width: 5.4, share: 0.25 },
  rate: { width: 6.4, share: 0.25 },
  instant: { width: 6.2, share: 0.25 },
};

/** Amounts stand at the end of their cell, and the largest comes first. */
export function isAmount(kind: ColumnKind): boolean {
  return kind === 'bytes' || kind === 'rate';
}

export function isLargestFirst(kind: ColumnKind): boolean {
  return isAmount(kind) || kind === 'instant' || kind === 'yes-no';
}

const collator = new Intl.Collator(locales, { numeric: true });

/** Ascending. */
export function compareValues(one: unknown, other: unknown): number {
  if (typeof one === 'string' && typeof other === 'string') return collator.compare(one, other);
  return Number(one) - Number(other);
}

/** What is sorted; undefined stands last in both directions. */
export function sortedValue(value: ColumnValue): string | number | boolean | undefined {
  const text = typeof value === 'object' ? value.join(', ') : value;
  return text === '' ? undefined : text;
}

/** Text as search compares it: case and accents do not matter. */
export function foldText(text: string): string {
  return text
    .normalize('NFD')
    .replaceAll(/\p{Diacritic}/gu, '')
    .toLowerCase();
}

/** All that can be searched of a row, folded. */
export function searchedText<Row>(columns: readonly DataColumn<Row>[], row: Row): string {
  const texts = columns
    .filter(({ kind }) => kind === 'text' || kind === 'choice')
    .map((column) => textOf(column, row));
  return foldText(texts.join('\n'));
}

export function textOf<Row>(column: DataColumn<Row>, row: Row): string {
  return column.searched?.(row) ?? valueAsText(column.value(row));
}

export function valueAsText(value: ColumnValue): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'object' ? value.join(', ') : String(value);
}
