/* oxlint-disable jsx-a11y/no-redundant-roles, jsx-a11y/no-interactive-element-to-noninteractive-role, jsx-a11y/control-has-associated-label --
   browsers forget that a table is one where a style sheet makes blocks of it, unless its roles are given. */
import { mdiArrowDown, mdiArrowUp } from '@mdi/js';
import {
  createColumnHelper,
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
  useTable,
} from '@tanstack/preact-table';
import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { locales } from '../format/locales.ts';
import { formatCount } from '../format/numbers.ts';
import { Icon } from './icon.tsx';
import './sorted-table.css';

export interface SortedColumn<Row> {
  id: string;
  title: string;
  /** What is sorted. Amounts stand at the end of their cell, and the largest comes first. */
  value: (row: Row) => string | number;
  cell: (row: Row) => ComponentChildren;
  /** Below the column, about all rows. */
  total?: ComponentChildren;
  isText?: boolean;
}

interface SortedTableProps<Row> {
  caption: string;
  /** The first is the heading of its row. Keep the list the same while nothing of it changes. */
  columns: readonly SortedColumn<Row>[];
  rows: readonly Row[];
  rowId: (row: Row) => string;
  /** Id of a column, with `-` before it from the largest on. */
  sort: string;
  onSort: (sort: string) => void;
  /** As many rows are shown at first. */
  limit: number;
  /** On a phone the texts of a row stand above its amounts. */
  isStacked?: boolean;
}

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });
const collator = new Intl.Collator(locales, { numeric: true });
const shownAtOnce = 2_000;
const shownMore = 500;

/** A table that is sorted by its headings and shows as many rows as one asks for. */
export function SortedTable<Row extends object>(props: SortedTableProps<Row>) {
  const { caption, columns, rows, rowId, sort, onSort, limit, isStacked } = props;
  const [shown, setShown] = useState(limit);
  const definitions = useMemo(() => definitionsOf(columns), [columns]);
  const sorting = useMemo(() => [readSort(sort, columns)], [sort, columns]);
  const table = useTable({
    features,
    columns: definitions,
    data: rows,
    getRowId: rowId,
    state: { sorting },
    enableSortingRemoval: false,
  });
  const sorted = table.getRowModel().rows;
  const [current] = sorting;
  const direction = current?.desc === true ? 'descending' : 'ascending';
  return (
    <>
      <section
        class={isStacked === true ? 'scroll sorted-table stacked' : 'scroll sorted-table'}
        aria-label={caption}
        tabIndex={0}
      >
        <table role="table">
          <caption class="visually-hidden">{caption}</caption>
          <thead role="rowgroup">
            <tr role="row">
              {columns.map(({ id, title, isText }) => (
                <th
                  key={id}
                  role="columnheader"
                  scope="col"
                  class={isText === true ? '' : 'number'}
                  aria-sort={id === current?.id ? direction : 'none'}
                >
                  <button type="button" class="plain" onClick={() => onSort(nextSort(id, props))}>
                    {title}
                    {id === current?.id && <Icon path={current.desc ? mdiArrowDown : mdiArrowUp} />}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {sorted.slice(0, shown).map(({ id, original }) => (
              <tr key={id} role="row">
                <Cells columns={columns} row={original} />
              </tr>
            ))}
          </tbody>
          {columns.some(({ total }) => total !== undefined) && (
            <tfoot role="rowgroup">
              <tr role="row">
                {columns.map((column, at) =>
                  at === 0 ? (
                    <th key={column.id} role="rowheader" scope="row">
                      {column.total}
                    </th>
                  ) : (
                    <td key={column.id} role="cell" class={column.isText === true ? '' : 'number'}>
                      {column.total}
                    </td>
                  ),
                )}
              </tr>
            </tfoot>
          )}
        </table>
      </section>
      {sorted.length > shown && (
        <p class="row sorted-table-more">
          <span class="muted small">
            {formatCount(shown)} of {formatCount(sorted.length)} shown
          </span>
          {sorted.length > shownAtOnce ? (
            <button type="button" onClick={() => setShown(shown + shownMore)}>
              Show {shownMore} more
            </button>
          ) : (
            // Those that come meanwhile are shown, too.
            <button type="button" onClick={() => setShown(shownAtOnce)}>
              Show all {formatCount(sorted.length)}
            </button>
          )}
        </p>
      )}
    </>
  );
}

function Cells<Row>({ columns, row }: { columns: readonly SortedColumn<Row>[]; row: Row }) {
  return columns.map(({ id, cell, isText }, at) =>
    at === 0 ? (
      <th key={id} role="rowheader" scope="row">
        {cell(row)}
      </th>
    ) : (
      <td key={id} role="cell" class={isText === true ? '' : 'number'}>
        {cell(row)}
      </td>
    ),
  );
}

function definitionsOf<Row extends object>(columns: readonly SortedColumn<Row>[]) {
  const helper = createColumnHelper<typeof features, Row>();
  return helper.columns(
    columns.map(({ id, value }) =>
      helper.accessor(value, {
        id,
        sortFn: (one, other) => compare(value(one.original), value(other.original)),
      }),
    ),
  );
}

function compare(one: string | number, other: string | number): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return collator.compare(String(one), String(other));
}

/** What makes no sense sorts by the last column from the largest on. */
function readSort<Row>(sort: string, columns: readonly SortedColumn<Row>[]) {
  const id = sort.replace(/^-/, '');
  const known = columns.find((column) => column.id === id);
  if (known !== undefined) return { id, desc: sort.startsWith('-') };
  return { id: columns.at(-1)?.id ?? '', desc: true };
}

function nextSort<Row>(id: string, { columns, sort }: SortedTableProps<Row>): string {
  const current = readSort(sort, columns);
  if (current.id === id) return current.desc ? id : `-${id}`;
  return columns.find((column) => column.id === id)?.isText === true ? id : `-${id}`;
}
