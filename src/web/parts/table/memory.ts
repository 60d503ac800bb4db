import type { Signal } from '@preact/signals';
import { remembered } from '../../state/preferences.ts';
import { isLargestFirst, type DataColumn } from './column.ts';

/** How the user arranged a table, kept by this browser. */
export interface Arrangement {
  /** By the first, then by the second. */
  sorting: readonly { id: string; desc: boolean }[];
  /** Ids of columns; those that are not in it follow. */
  order: readonly string[];
  /** Ids of columns to whether they are shown, where the user decided. */
  shown: Readonly<Record<string, boolean>>;
}

export type TableMemory = Signal<Arrangement>;

/** Make it once, outside of components. `sorting` is that of a browser that remembers nothing. */
export function createTableMemory(name: string, sorting: Arrangement['sorting']): TableMemory {
  return remembered(`table.${name}`, { sorting, order: [], shown: {} }, isArrangement);
}

function isArrangement(kept: unknown): kept is Arrangement {
  const { sorting, order, shown } = (kept ?? {}) as Partial<Record<keyof Arrangement, unknown>>;
  return (
    Array.isArray(sorting) &&
    sorting.every((each: unknown) => typeof each === 'object' && each !== null && 'id' in each) &&
    Array.isArray(order) &&
    typeof shown === 'object' &&
    shown !== null
  );
}

/** All columns in the user's order. */
export function orderedColumns<Row>(
  columns: readonly DataColumn<Row>[],
  { order }: Arrangement,
): DataColumn<Row>[] {
  const placeOf = (id: string) => {
    const place = order.indexOf(id);
    return place === -1 ? order.length : place;
  };
  return columns.toSorted((one, other) => placeOf(one.id) - placeOf(other.id));
}

export function isShown<Row>(column: DataColumn<Row>, { shown }: Arrangement): boolean {
  return column.isHeading === true || (shown[column.id] ?? column.isOptional !== true);
}

/** Sorts by a column, the other way round if it is sorted by it; `isAdded`: after those sorted by already. */
export function sortBy<Row>(memory: TableMemory, { id, kind }: DataColumn<Row>, isAdded: boolean) {
  const { sorting } = memory.value;
  const current = sorting.find((each) => each.id === id);
  const next = { id, desc: current === undefined ? isLargestFirst(kind) : !current.desc };
  const added =
    current === undefined
      ? [...sorting, next]
      : sorting.map((each) => (each === current ? next : each));
  memory.value = { ...memory.value, sorting: isAdded ? added : [next] };
}
