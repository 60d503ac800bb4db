import {
  mdiClose,
  mdiDownload,
  mdiFilterVariant,
  mdiSortAscending,
  mdiSortDescending,
} from '@mdi/js';
import type { ComponentChildren } from 'preact';
import { useId, useState } from 'preact/hooks';
import { replaceQuery } from '../../state/route.ts';
import { downloadCsv } from '../download-file.ts';
import { Icon } from '../icon.tsx';
import { valueAsText, type DataColumn } from './column.ts';
import { ColumnChoice } from './column-choice.tsx';
import { DelayedInput } from './delayed-input.tsx';
import { FilterPanel } from './filter-panel.tsx';
import { describeFilter, type Filters } from './filter.ts';
import { sortBy, type TableMemory } from './memory.ts';

interface TableToolbarProps<Row> {
  noun: string;
  columns: readonly DataColumn<Row>[];
  rows: readonly Row[];
  memory: TableMemory;
  toolbar?: ComponentChildren;
  csvName: string;
  /** Those that pass search and filters. */
  shown: readonly Row[];
  /** Columns that are shown, in the user's order. */
  visible: readonly DataColumn<Row>[];
  filters: Filters;
  search: string;
  /** The rows are held and do not follow what is chosen here. */
  isBehind: boolean;
  onClear: () => void;
}

/** What decides what a table shows, and how much of it that is. */
export function TableToolbar<Row>(props: TableToolbarProps<Row>) {
  const { noun, columns, rows, shown, visible, memory, filters, search, onClear } = props;
  const filterId = useId();
  const [isFiltering, setIsFiltering] = useState(false);
  const count = Object.keys(filters).length;
  const all = `${rows.length} ${rows.length === 1 ? noun : `${noun}s`}`;
  const filter = (id: string, text: string) => replaceQuery({ [id]: text });
  return (
    <div class="data-table-toolbar">
      <div class="row">
        <DelayedInput
          type="search"
          class="data-table-search"
          aria-label={`Search ${noun}s`}
          placeholder={`Search ${noun}s`}
          autocomplete="off"
          value={search}
          onValue={(q) => replaceQuery({ q })}
        />
        <button
          type="button"
          aria-expanded={isFiltering}
          aria-controls={isFiltering ? filterId : undefined}
          onClick={() => setIsFiltering(!isFiltering)}
        >
          <Icon path={mdiFilterVariant} />
          Filters{count > 0 && <span class="data-table-count">{count}</span>}
        </button>
        <ColumnChoice columns={columns} memory={memory} />
        <CsvButton {...props} />
        {props.toolbar}
        <p class="data-table-status muted small" role="status">
          {shown.length === rows.length ? all : `${shown.length} of ${all}`}
        </p>
      </div>
      {props.isBehind && (
        <p class="small" role="status">
          Rows stay where they are until the name that is being edited is saved or cancelled.
        </p>
      )}
      <SortChoice columns={columns} memory={memory} />
      {isFiltering && (
        <FilterPanel
          id={filterId}
          columns={columns.filter((column) => visible.includes(column) || filters[column.id])}
          rows={rows}
          filters={filters}
          onFilter={filter}
        />
      )}
      <div class="row data-table-chips">
        {columns.map((column) => {
          const text = filters[column.id];
          if (text === undefined) return null;
          const words = describeFilter(column, text);
          return (
            <button
              key={column.id}
              type="button"
              class="data-table-chip"
              aria-label={`Remove the filter ${words}`}
              onClick={() => filter(column.id, '')}
            >
              {words}
              <Icon path={mdiClose} />
            </button>
          );
        })}
        {count + (search === '' ? 0 : 1) > 1 && (
          <button type="button" class="plain data-table-chip" onClick={onClear}>
            Clear all
          </button>
        )}
      </div>
    </div>
  );
}

/** Exactly what is shown: these rows in this order, these columns. */
function CsvButton<Row>({ csvName, visible, shown }: TableToolbarProps<Row>) {
  const download = () => {
    const columns = visible.flatMap((column) => column.exported ?? [exportedOf(column)]);
    const byTitle = new Map(columns.map((column) => [column.title, column]));
    downloadCsv(csvName, [...byTitle.values()], shown);
  };
  return (
    <button type="button" aria-label="Download as CSV" onClick={download}>
      <Icon path={mdiDownload} />
      CSV
    </button>
  );
}

function exportedOf<Row>({ title, value }: DataColumn<Row>) {
  return {
    title,
    value: (row: Row) => {
      const content = value(row);
      return typeof content === 'number' ? content : valueAsText(content);
    },
  };
}

/** Cards have no column headings to click: a choice of what they are sorted by. */
function SortChoice<Row>({
  columns,
  memory,
}: {
  columns: readonly DataColumn<Row>[];
  memory: TableMemory;
}) {
  const id = useId();
  const [first] = memory.value.sorting;
  const chosen = columns.find((column) => column.id === first?.id);
  return (
    <div class="row data-table-sort">
      <label htmlFor={id} class="muted small">
        Sort by
      </label>
      <select
        id={id}
        value={first?.id}
        onChange={({ currentTarget }) => {
          const column = columns.find((each) => each.id === currentTarget.value);
          if (column !== undefined) sortBy(memory, column, false);
        }}
      >
        {columns.map((column) => (
          <option key={column.id} value={column.id}>
            {column.title}
          </option>
        ))}
      </select>
      <button
        type="button"
        disabled={chosen === undefined}
        aria-label="Reverse the order"
        onClick={() => chosen !== undefined && sortBy(memory, chosen, false)}
      >
        <Icon path={first?.desc === true ? mdiSortDescending : mdiSortAscending} />
      </button>
    </div>
  );
}
