/* oxlint-disable jsx-a11y/no-redundant-roles, jsx-a11y/no-interactive-element-to-noninteractive-role, jsx-a11y/control-has-associated-label --
   browsers forget that a table is one where a style sheet makes cards of it, unless its roles are given. */
import { mdiArrowDown, mdiArrowUp } from '@mdi/js';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Icon } from '../icon.tsx';
import { columnKinds, isAmount, valueAsText, type DataColumn, type RowLook } from './column.ts';
import { sortBy, type TableMemory } from './memory.ts';
import { useKeptFocus } from './use-kept-focus.ts';

interface TableGridProps<Row> extends RowLook<Row> {
  noun: string;
  /** In the order in which they are drawn. */
  columns: readonly DataColumn<Row>[];
  rows: readonly Row[];
  memory: TableMemory;
  /** What was asked for; another question begins at the top. */
  view: readonly unknown[];
  /** Changes when all has to be drawn again. */
  version: string;
}

/**
 * The table itself. Style sheets make cards of it on a phone, so that it is one document in which nothing is lost when a
 * phone is turned; the roles say that it still is a table.
 */
export function TableGrid<Row extends object>(props: TableGridProps<Row>) {
  const { noun, columns, rows, rowActions } = props;
  const element = useRef<HTMLElement>(null);
  useKeptFocus(element);
  const isWhole = useSecondDrawing();
  useEffect(() => element.current?.scrollTo({ top: 0 }), props.view);
  return (
    <section ref={element} class="data-table-scroll" aria-label={`All ${noun}s`} tabIndex={0}>
      <table role="table" style={widthsOf(columns, rowActions !== undefined)}>
        <caption class="visually-hidden">{noun}s</caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <ColumnHeading key={column.id} column={column} memory={props.memory} />
            ))}
            {rowActions !== undefined && (
              <th role="columnheader" scope="col">
                <span class="visually-hidden">Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {(isWhole ? rows : rows.slice(0, firstRows)).map((row) => (
            <DataRow key={props.rowId(row)} {...props} row={row} />
          ))}
        </tbody>
        <TotalRow {...props} />
      </table>
    </section>
  );
}

/** More than fit on a screen. */
const firstRows = 40;

/** False until what is drawn first has been painted: hundreds of rows would keep it waiting. */
function useSecondDrawing(): boolean {
  const [isSecond, setIsSecond] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsSecond(true));
    return () => clearTimeout(timer);
  }, []);
  return isSecond;
}

/** The widths of all rows, for the style sheet. */
function widthsOf<Row>(columns: readonly DataColumn<Row>[], hasActions: boolean) {
  const widths = columns.map(({ kind, width = columnKinds[kind].width }) => `${width}rem`);
  const tracks = columns.map(({ kind, isHeading }, at) => {
    const share = isHeading === true ? 2 : columnKinds[kind].share;
    return share === 0 ? widths[at] : `minmax(${widths[at]}, ${share}fr)`;
  });
  const actions = hasActions ? ['2.5rem'] : [];
  return {
    '--data-table-columns': [...tracks, ...actions].join(' '),
    '--data-table-width': `calc(${[...widths, ...actions].join(' + ')})`,
  };
}

function ColumnHeading<Row>({ column, memory }: { column: DataColumn<Row>; memory: TableMemory }) {
  const { sorting } = memory.value;
  const current = sorting.find(({ id }) => id === column.id);
  const direction = current === undefined ? 'none' : current.desc ? 'descending' : 'ascending';
  return (
    <th
      role="columnheader"
      scope="col"
      class={classOf(column)}
      aria-sort={current === sorting[0] ? direction : 'none'}
    >
      <button
        type="button"
        class="plain data-table-heading"
        title="Sort; with Shift after what it is sorted by"
        onClick={(event) => sortBy(memory, column, event.shiftKey)}
      >
        {column.title}
        {current !== undefined && (
          <span class="data-table-arrow">
            <Icon path={current.desc ? mdiArrowDown : mdiArrowUp} />
          </span>
        )}
      </button>
    </th>
  );
}

/** Drawn again only where its row, or the whole table, has changed. */
function DataRow<Row extends object>(props: TableGridProps<Row> & { row: Row }) {
  const { row, columns, rowLink, rowActions, rowClass, version } = props;
  const link = rowLink?.(row);
  return useMemo(
    () => (
      <tr
        role="row"
        class={rowClass?.(row)}
        onClick={link === undefined ? undefined : (event) => openRow(event, link)}
      >
        {columns.map((column) => (
          <DataCell key={column.id} column={column} row={row} />
        ))}
        {rowActions !== undefined && (
          <td role="cell" class="data-table-actions">
            {rowActions(row)}
          </td>
        )}
      </tr>
    ),
    [row, columns, link, rowActions, rowClass, version],
  );
}

function DataCell<Row>({ column, row }: { column: DataColumn<Row>; row: Row }) {
  const content = column.cell === undefined ? valueAsText(column.value(row)) : column.cell(row);
  return column.isHeading === true ? (
    <th role="rowheader" scope="row" class={classOf(column)}>
      {content}
    </th>
  ) : (
    <td role="cell" class={classOf(column)} data-title={column.title}>
      {content}
    </td>
  );
}

function TotalRow<Row extends object>({ columns, rows, rowActions, noun }: TableGridProps<Row>) {
  if (columns.every(({ total }) => total === undefined) || rows.length === 0) return null;
  return (
    <tfoot role="rowgroup">
      <tr role="row">
        {columns.map((column) =>
          column.isHeading === true ? (
            <th key={column.id} role="rowheader" scope="row" class={classOf(column)}>
              {rows.length} {rows.length === 1 ? noun : `${noun}s`} shown
            </th>
          ) : (
            <td key={column.id} role="cell" class={classOf(column)} data-title={column.title}>
              {column.total?.(rows)}
            </td>
          ),
        )}
        {rowActions !== undefined && <td role="cell" class="data-table-actions" />}
      </tr>
    </tfoot>
  );
}

function classOf<Row>({ id, kind, isHeading }: DataColumn<Row>): string {
  const look = isHeading === true ? 'data-table-name' : isAmount(kind) ? 'number' : '';
  return `column-${id} ${look}`.trimEnd();
}

/** A click opens a row, unless it is meant for something in it or marks text to copy. */
function openRow(event: MouseEvent, link: string): void {
  const target = event.target as Element;
  const isTaken = target.closest('a, button, input, .data-table-name, .popover') !== null;
  const marked = getSelection()?.toString() ?? '';
  if (!isTaken && marked === '' && event.button === 0) location.assign(link);
}
