import { formatBytes } from '../../format/bytes.ts';
import { totalOf, type Traffic } from '../../format/traffic.ts';
import type { SortedColumn } from '../../parts/sorted-table.tsx';
import type { Direction } from './view.ts';

const amounts = [
  { id: 'download', title: 'Download', of: ({ download }: Traffic) => download },
  { id: 'upload', title: 'Upload', of: ({ upload }: Traffic) => upload },
  { id: 'total', title: 'Total', of: totalOf },
] as const;

/** Columns of amounts: both directions and their total, or the one direction that is asked for. */
export function amountColumns<Row extends Traffic>(
  direction: Direction,
  sum: Traffic,
): SortedColumn<Row>[] {
  return amounts
    .filter(({ id }) => direction === 'both' || direction === id)
    .map(({ id, title, of }) => ({
      id,
      title,
      value: of,
      cell: (row) => formatBytes(of(row)),
      total: formatBytes(of(sum)),
    }));
}
