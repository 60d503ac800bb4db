import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { byteUnits } from '../state/preferences.ts';
import { replaceQuery, route } from '../state/route.ts';
import './data-table.css';
import './table/cards.css';
import type { DataColumn, RowLook } from './table/column.ts';
import type { Filters } from './table/filter.ts';
import { isShown, orderedColumns, type TableMemory } from './table/memory.ts';
import { TableGrid } from './table/table-grid.tsx';
import { TableToolbar } from './table/table-toolbar.tsx';
import { useKept } from './table/use-kept.ts';
import { useShownRows } from './table/use-shown-rows.ts';

interface DataTableProps<Row extends object> extends RowLook<Row> {
  /** What a row is: `device`; with an s it is the plural. */
  noun: string;
  columns: readonly DataColumn<Row>[];
  /** All of them: the table filters and sorts. They must be plain data. */
  rows: readonly Row[];
  memory: TableMemory;
  /** While true no row moves, comes or goes: an edit or a menu is open in one of them. */
  hold?: boolean;
  /** Beside the search: choices of the page. */
  toolbar?: ComponentChildren;
  /** Name of the CSV of what is shown, without ending. */
  csvName: string;
}

/**
 * Rows to search, sort and filter by every column; the user chooses and orders columns. Search and filters are in the
 * address (`q` and the ids of the columns), the rest is remembered. On a phone each row is a card of the same cells.
 */
export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const { columns, memory, rowId, hold = false } = props;
  const arrangement = memory.value;
  const rows = useKept(props.rows, rowId);
  const { query } = route.value;
  const filters = useMemo(() => filtersOf(columns, query), [columns, query]);
  const search = query.get('q') ?? '';
  const { sorting } = arrangement;
  const view = { columns, rows, rowId, sorting, filters, search, hold };
  const { rows: shown, isBehind } = useShownRows(view);
  const visible = useMemo(
    () => orderedColumns(columns, arrangement).filter((column) => isShown(column, arrangement)),
    [columns, arrangement.order, arrangement.shown],
  );
  const clear = () => {
    const none = Object.fromEntries(Object.keys(filters).map((id) => [id, undefined]));
    replaceQuery({ ...none, q: undefined });
  };
  return (
    <div class="data-table">
      <TableToolbar
        {...props}
        rows={rows}
        shown={shown}
        visible={visible}
        filters={filters}
        search={search}
        isBehind={isBehind}
        onClear={clear}
      />
      <TableGrid
        {...props}
        rows={shown}
        columns={visible}
        view={[sorting, filters, search]}
        // Amounts are written anew in other units.
        version={byteUnits.value}
      />
      {shown.length === 0 && rows.length > 0 && (
        <div class="empty">
          <p>No {props.noun}s match.</p>
          <button type="button" onClick={clear}>
            Show all {props.noun}s
          </button>
        </div>
      )}
    </div>
  );
}

function filtersOf<Row>(columns: readonly DataColumn<Row>[], query: URLSearchParams): Filters {
  const entries = columns.map(({ id }) => [id, query.get(id) ?? ''] as const);
  return Object.fromEntries(entries.filter(([, filter]) => filter !== ''));
}
