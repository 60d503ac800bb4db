import { formatBytes } from '../../format/bytes.ts';
import { sumOf, totalOf } from '../../format/traffic.ts';
import type { DataColumn } from '../../parts/table/column.ts';
import { mainAddress } from '../../parts/target-choices.ts';
import { AddressCell, LastSeen, LiveRate, NameCell, Presence, UsageCell } from './cells.tsx';
import type { DeviceRow } from './device-row.ts';

type Period = 'today' | 'month' | 'total';

/** Both directions in one column, and each in one of its own for those who want it. */
function usageColumns(period: Period, title: string, width = 5.4): DataColumn<DeviceRow>[] {
  const sum = (rows: readonly DeviceRow[]) => sumOf(rows.map((row) => row[period]));
  const oneWay = (direction: 'download' | 'upload', id: string): DataColumn<DeviceRow> => ({
    id,
    title: `${title}, ${direction}`,
    kind: 'bytes',
    value: (row) => row[period][direction],
    cell: (row) => formatBytes(row[period][direction]),
    total: (rows) => formatBytes(sum(rows)[direction]),
    width: 7.5,
    isOptional: true,
  });
  const down = oneWay('download', `${period}Down`);
  const up = oneWay('upload', `${period}Up`);
  const exported = [down, up].map((column) => ({
    title: `${column.title} (bytes)`,
    value: (row: DeviceRow) => Number(column.value(row)),
  }));
  return [
    {
      id: period,
      title,
      kind: 'bytes',
      value: (row) => totalOf(row[period]),
      cell: (row) => <UsageCell usage={row[period]} />,
      exported,
      width,
      total: (rows) => <UsageCell usage={sum(rows)} />,
    },
    { ...down, exported: exported.slice(0, 1) },
    { ...up, exported: exported.slice(1) },
  ];
}

/** In the order of a table that nobody rearranged. */
export const deviceColumns: readonly DataColumn<DeviceRow>[] = [
  {
    id: 'name',
    title: 'Name',
    kind: 'text',
    value: ({ name }) => name,
    cell: (device) => <NameCell device={device} />,
    width: 11.5,
    isHeading: true,
  },
  {
    id: 'online',
    title: 'Online',
    kind: 'yes-no',
    value: ({ online }) => online,
    cell: ({ online }) => <Presence isOnline={online} />,
  },
  {
    id: 'rate',
    title: 'Now',
    kind: 'rate',
    value: ({ rate }) => totalOf(rate),
    cell: (device) => <LiveRate devices={[device]} />,
    exported: [
      { title: 'Now, download (bytes/s)', value: ({ rate }) => rate.download },
      { title: 'Now, upload (bytes/s)', value: ({ rate }) => rate.upload },
    ],
    total: (devices) => <LiveRate devices={devices} />,
  },
  ...usageColumns('today', 'Today'),
  ...usageColumns('month', 'This month', 6.4),
  ...usageColumns('total', 'Total'),
  {
    id: 'seen',
    title: 'Last seen',
    kind: 'instant',
    value: ({ lastSeen }) => Date.parse(lastSeen),
    cell: ({ lastSeen }) => <LastSeen at={lastSeen} />,
    exported: [{ title: 'Last seen', value: ({ lastSeen }) => lastSeen }],
  },
  {
    id: 'group',
    title: 'Group',
    kind: 'choice',
    value: ({ groups }) => groups,
    cell: ({ groups }) => clamped(groups.join(', ')),
  },
  {
    id: 'address',
    title: 'Address',
    kind: 'text',
    value: mainAddress,
    width: 9.1,
    cell: (device) => <AddressCell device={device} />,
    searched: ({ addresses }) => addresses.join('\n'),
    exported: [{ title: 'Addresses', value: ({ addresses }) => addresses.join(' ') }],
  },
  {
    id: 'vendor',
    title: 'Vendor',
    kind: 'text',
    value: ({ vendor }) => vendor ?? '',
    width: 6,
    cell: ({ vendor }) => clamped(vendor ?? ''),
  },
  {
    id: 'mac',
    title: 'MAC',
    kind: 'text',
    value: ({ mac }) => mac ?? '',
    width: 8.4,
    cell: ({ mac }) => <span class="devices-mac">{mac}</span>,
    // As it stands on labels, too.
    searched: ({ mac }) => (mac === null ? '' : spellings(mac)),
    exported: [{ title: 'MAC', value: ({ mac }) => mac ?? '' }],
  },
  {
    id: 'first',
    title: 'First seen',
    kind: 'instant',
    value: ({ firstSeen }) => Date.parse(firstSeen),
    cell: ({ firstSeen }) => <LastSeen at={firstSeen} />,
    exported: [{ title: 'First seen', value: ({ firstSeen }) => firstSeen }],
    isOptional: true,
  },
];

/** Two lines of it; a cell without text stays without content. */
function clamped(text: string) {
  return text === '' ? null : (
    <span class="devices-clamped" title={text}>
      {text}
    </span>
  );
}

function spellings(mac: string): string {
  return [mac, mac.replaceAll(':', '-'), mac.replaceAll(':', '')].join('\n');
}
