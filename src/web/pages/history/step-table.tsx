import { useMemo } from 'preact/hooks';
import { sumOf } from '../../format/traffic.ts';
import { Card } from '../../parts/card.tsx';
import { SortedTable, type SortedColumn } from '../../parts/sorted-table.tsx';
import { home, today } from '../../state/home.ts';
import { byteUnits } from '../../state/preferences.ts';
import { linkToQuery, replaceQuery, route } from '../../state/route.ts';
import { amountColumns } from './amount-columns.tsx';
import type { Picture, StepTraffic } from './load.ts';
import type { Step } from './periods.ts';
import { stepName } from './steps.ts';
import { queryOf, stepRange } from './view.ts';

/** When how much was used. */
export function StepTable({ picture }: { picture: Picture }) {
  const { view, steps } = picture;
  const present = today.value;
  const units = byteUnits.value;
  const past = useMemo(() => {
    const now = home.value.peek()?.at ?? '';
    return view.step === 'hour' ? steps.filter(({ start }) => start <= now) : steps;
  }, [picture]);
  const columns = useMemo(() => stepColumns(picture, present), [picture, present, units]);
  return (
    <Card title={`By ${view.step}`} span={5}>
      <SortedTable
        caption={`Usage of each ${view.step}`}
        columns={columns}
        rows={past}
        rowId={({ start }) => start}
        sort={route.value.query.get('steps') ?? '-when'}
        onSort={(sort) => replaceQuery({ steps: sort })}
        limit={31}
      />
    </Card>
  );
}

const titles: Record<Step, string> = { hour: 'Hour', day: 'Day', month: 'Month' };

function stepColumns({ view, steps }: Picture, present: string): SortedColumn<StepTraffic>[] {
  const nameOf = ({ start }: StepTraffic) => (
    <span class="history-step">{stepName(start, view)}</span>
  );
  return [
    {
      id: 'when',
      title: titles[view.step],
      value: ({ start }) => start,
      isText: true,
      cell: (row) => {
        const range = stepRange(row.start, view.step, present);
        if (range === undefined) return nameOf(row);
        const href = linkToQuery({ ...queryOf(view), ...range, step: undefined });
        return <a href={href}>{nameOf(row)}</a>;
      },
      total: 'Total',
    },
    ...amountColumns<StepTraffic>(view.direction, sumOf(steps)),
  ];
}
