import { mdiArrowLeft, mdiArrowRight, mdiViewColumnOutline } from '@mdi/js';
import { useRef } from 'preact/hooks';
import { Icon } from '../icon.tsx';
import { PopoverButton } from '../popover-button.tsx';
import type { DataColumn } from './column.ts';
import { isShown, orderedColumns, type TableMemory } from './memory.ts';
import { useKeptFocus } from './use-kept-focus.ts';

interface ColumnChoiceProps<Row> {
  columns: readonly DataColumn<Row>[];
  memory: TableMemory;
}

/** Which columns are shown, and in what order. */
export function ColumnChoice<Row>({ columns, memory }: ColumnChoiceProps<Row>) {
  return (
    <PopoverButton
      label="Columns"
      role="dialog"
      content={
        <>
          <Icon path={mdiViewColumnOutline} />
          <span>Columns</span>
        </>
      }
    >
      {() => <Columns columns={columns} memory={memory} />}
    </PopoverButton>
  );
}

function Columns<Row>({ columns, memory }: ColumnChoiceProps<Row>) {
  const list = useRef<HTMLUListElement>(null);
  useKeptFocus(list);
  const ordered = orderedColumns(columns, memory.value);
  const ids = ordered.map(({ id }) => id);
  const show = (id: string, shown: boolean) => {
    memory.value = { ...memory.value, shown: { ...memory.value.shown, [id]: shown } };
  };
  const move = (from: number, to: number) => {
    const order = [...ids];
    order.splice(to, 0, ...order.splice(from, 1));
    memory.value = { ...memory.value, order };
  };
  return (
    <div class="data-table-choice">
      <ul class="list" ref={list}>
        {ordered.map((column, at) => (
          <li key={column.id}>
            <label>
              <input
                type="checkbox"
                checked={isShown(column, memory.value)}
                disabled={column.isHeading === true}
                onChange={(event) => show(column.id, event.currentTarget.checked)}
              />
              {column.title}
            </label>
            <MoveButton title={column.title} isLeft from={at} count={ids.length} move={move} />
            <MoveButton
              title={column.title}
              isLeft={false}
              from={at}
              count={ids.length}
              move={move}
            />
          </li>
        ))}
      </ul>
      <button
        type="button"
        onClick={() => {
          memory.value = { ...memory.value, order: [], shown: {} };
        }}
      >
        As at first
      </button>
    </div>
  );
}

interface MoveButtonProps {
  title: string;
  isLeft: boolean;
  from: number;
  count: number;
  move: (from: number, to: number) => void;
}

function MoveButton({ title, isLeft, from, count, move }: MoveButtonProps) {
  const to = isLeft ? from - 1 : from + 1;
  const isPossible = to >= 0 && to < count;
  return (
    <button
      type="button"
      class="plain data-table-move"
      aria-label={`Move ${title} ${isLeft ? 'to the left' : 'to the right'}`}
      // Not disabled: the focus must not get lost at the end of the way.
      aria-disabled={!isPossible}
      onClick={() => isPossible && move(from, to)}
    >
      <Icon path={isLeft ? mdiArrowLeft : mdiArrowRight} />
    </button>
  );
}
