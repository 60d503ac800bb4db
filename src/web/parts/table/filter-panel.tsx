import { useId } from 'preact/hooks';
import { amountUnits } from '../../format/amounts.ts';
import type { DataColumn } from './column.ts';
import { DelayedInput } from './delayed-input.tsx';
import { ages, formatRange, parseRange, type Filters } from './filter.ts';

interface FilterPanelProps<Row> {
  id: string;
  columns: readonly DataColumn<Row>[];
  rows: readonly Row[];
  filters: Filters;
  onFilter: (id: string, filter: string) => void;
}

/** A field for each column. */
export function FilterPanel<Row>({ id, columns, rows, filters, onFilter }: FilterPanelProps<Row>) {
  return (
    <div id={id} class="data-table-filters" role="group" aria-label="Filters">
      {columns.map((column) => (
        <FilterField
          key={column.id}
          column={column}
          rows={rows}
          filter={filters[column.id] ?? ''}
          onFilter={(filter) => onFilter(column.id, filter)}
        />
      ))}
    </div>
  );
}

interface FilterFieldProps<Row> {
  column: DataColumn<Row>;
  rows: readonly Row[];
  filter: string;
  onFilter: (filter: string) => void;
}

function FilterField<Row>(props: FilterFieldProps<Row>) {
  switch (props.column.kind) {
    case 'text':
      return <TextFilter {...props} />;
    case 'bytes':
    case 'rate':
      return <AmountFilter {...props} />;
    case 'choice':
      return <ChoiceFilter {...props} choices={choicesOf(props).map(same)} />;
    case 'yes-no':
      return <ChoiceFilter {...props} choices={['yes', 'no'].map(same)} />;
    case 'instant':
      return <ChoiceFilter {...props} choices={ages} />;
  }
}

function TextFilter<Row>({ column, filter, onFilter }: FilterFieldProps<Row>) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{column.title} contains</label>
      <DelayedInput id={id} type="text" autocomplete="off" value={filter} onValue={onFilter} />
    </div>
  );
}

type ChoiceFilterProps<Row> = FilterFieldProps<Row> & {
  choices: readonly { text: string; title: string }[];
};

function ChoiceFilter<Row>({ column, filter, onFilter, choices }: ChoiceFilterProps<Row>) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{column.title}</label>
      <select id={id} value={filter} onChange={(event) => onFilter(event.currentTarget.value)}>
        <option value="">Any</option>
        {choices.map(({ text, title }) => (
          <option key={text} value={text}>
            {title}
          </option>
        ))}
      </select>
    </div>
  );
}

function AmountFilter<Row>({ column, filter, onFilter }: FilterFieldProps<Row>) {
  const range = parseRange(filter);
  const { title, kind } = column;
  const { name } = unitOf();
  const unit = kind === 'rate' ? `${name}/s` : name;
  const fieldOf = (end: 'least' | 'most', word: string, short: string) => (
    <DelayedInput
      type="number"
      inputMode="decimal"
      min="0"
      step="any"
      placeholder={short}
      aria-label={`${title}, ${word}, in ${unit}`}
      value={inUnits(range[end])}
      onValue={(text) => onFilter(formatRange({ ...range, [end]: inBytes(text, end) }))}
    />
  );
  return (
    <div class="field" role="group" aria-label={title}>
      <span class="label">
        {title}, {unit}
      </span>
      <div class="data-table-range">
        {fieldOf('least', 'at least', 'from')}
        {fieldOf('most', 'at most', 'to')}
      </div>
    </div>
  );
}

/** Megabytes. */
function unitOf() {
  return amountUnits()[1] ?? { name: 'B', bytes: 1 };
}

function inUnits(bytes: number): string {
  return bytes === 0 || bytes === Infinity ? '' : String(bytes / unitOf().bytes);
}

function inBytes(text: string, end: 'least' | 'most'): number {
  const amount = Number(text);
  if (text === '' || !(amount >= 0)) return end === 'least' ? 0 : Infinity;
  return Math.round(amount * unitOf().bytes);
}

/** All values that occur. */
function choicesOf<Row>({ column, rows, filter }: FilterFieldProps<Row>): string[] {
  const values = new Set(rows.flatMap((row) => column.value(row) as string | string[]));
  if (filter !== '') values.add(filter);
  values.delete('');
  return [...values].toSorted((one, other) => one.localeCompare(other));
}

function same(text: string) {
  return { text, title: text === 'yes' ? 'Yes' : text === 'no' ? 'No' : text };
}
