import {
  columnFilteringFeature,
  createFilteredRowModel,
  createSortedRowModel,
  globalFilteringFeature,
  rowSortingFeature,
  tableFeatures,
  useTable,
  type ColumnDef,
  type Row as TableRow,
} from '@tanstack/preact-table';
import { useMemo, useRef } from 'preact/hooks';
import {
  compareValues,
  foldText,
  isLargestFirst,
  searchedText,
  sortedValue,
  type DataColumn,
} from './column.ts';
import { createFilter, type Filters } from './filter.ts';
import type { Arrangement } from './memory.ts';

const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  columnFilteringFeature,
  globalFilteringFeature,
  filteredRowModel: createFilteredRowModel(),
});
type Features = typeof features;

interface View<Row> {
  columns: readonly DataColumn<Row>[];
  rows: readonly Row[];
  rowId: (row: Row) => string;
  sorting: Arrangement['sorting'];
  filters: Filters;
  /** Words that all must occur somewhere in a row. */
  search: string;
  /** Rows stay where they are, with what is known of them at present. */
  hold: boolean;
}

interface Shown<Row> {
  rows: readonly Row[];
  /** The user asked for something else since the rows are held. */
  isBehind: boolean;
}

/** The rows that pass search and filters, sorted. */
export function useShownRows<Row extends object>(view: View<Row>): Shown<Row> {
  const { columns, rows, rowId, sorting, filters, search, hold } = view;
  const definitions = useMemo(() => columns.map(defineColumn), [columns]);
  const searchFilter = useMemo(() => createSearch(columns), [columns]);
  const state = useMemo(() => {
    const ids = new Set(columns.map(({ id }) => id));
    return {
      sorting: sorting.filter(({ id }) => ids.has(id)),
      columnFilters: Object.entries(filters).map(([id, value]) => ({ id, value })),
      globalFilter: search,
    };
  }, [columns, sorting, filters, search]);
  const table = useTable<Features, Row>({
    features,
    columns: definitions,
    data: rows,
    getRowId: rowId,
    state,
    globalFilterFn: searchFilter,
    // It looks at the whole row at once.
    getColumnCanGlobalFilter: ({ id }) => id === columns[0]?.id,
  });
  const shown = useRef<{ rows: readonly Row[]; asked: object }>({ rows: [], asked: state });
  if (hold) {
    const current = new Map(rows.map((row) => [rowId(row), row]));
    const held = shown.current.rows.map((row) => current.get(rowId(row)) ?? row);
    shown.current = { ...shown.current, rows: held };
  } else {
    const found = table.getRowModel().rows.map(({ original }) => original);
    shown.current = { rows: found, asked: state };
  }
  return { rows: shown.current.rows, isBehind: shown.current.asked !== state };
}

function defineColumn<Row extends object>(column: DataColumn<Row>): ColumnDef<Features, Row> {
  const { id, kind, value } = column;
  return {
    id,
    accessorFn: (row) => sortedValue(value(row)),
    sortDescFirst: isLargestFirst(kind),
    sortUndefined: 'last',
    sortFn: (one, other) => compareValues(one.getValue(id), other.getValue(id)),
    filterFn: Object.assign(
      (row: TableRow<Features, Row>, _: string, passes: (row: Row) => boolean) =>
        passes(row.original),
      { resolveFilterValue: (text: string) => createFilter(column, text, Date.now()) },
    ),
  };
}

function createSearch<Row extends object>(columns: readonly DataColumn<Row>[]) {
  const texts = new WeakMap<Row, string>();
  const textOf = (row: Row) => {
    const text = texts.get(row) ?? searchedText(columns, row);
    texts.set(row, text);
    return text;
  };
  return Object.assign(
    ({ original }: TableRow<Features, Row>, _: string, words: readonly string[]) =>
      words.every((word) => textOf(original).includes(word)),
    { resolveFilterValue: (search: string) => foldText(search).split(/\s+/) },
  );
}
