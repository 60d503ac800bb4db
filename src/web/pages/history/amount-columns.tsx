import { formatBytes } from '../../format/bytes.ts';
import type { Amounts } from './load.ts';
import type { Column } from './sorted-table.tsx';
import type { Direction } from './view.ts';

const titles = { download: 'Download', upload: 'Upload', total: 'Total' } as const;

/** Columns of amounts: both directions and their total, or the one direction that is asked for. */
export function amountColumns<Row extends Pick<Amounts, 'download' | 'upload'>>(
  direction: Direction,
  sum: Amounts,
): Column<Row>[] {
  const valueOf = ({ download, upload }: Row, id: keyof Amounts) =>
    id === 'total' ? download + upload : id === 'download' ? download : upload;
  const ids = direction === 'both' ? (['download', 'upload', 'total'] as const) : [direction];
  return ids.map((id) => ({
    id,
    title: titles[id],
    value: (row) => valueOf(row, id),
    cell: (row) => formatBytes(valueOf(row, id)),
    total: formatBytes(sum[id]),
  }));
}
