import { mdiFilterOff, mdiFilterVariant } from '@mdi/js';
import { useMemo } from 'preact/hooks';
import { palette } from '../../charts/colors.ts';
import { formatBytes } from '../../format/bytes.ts';
import { Card } from '../../parts/card.tsx';
import { Icon } from '../../parts/icon.tsx';
import { devicesById } from '../../state/home.ts';
import { byteUnits } from '../../state/preferences.ts';
import { linkTo, linkToQuery, replaceQuery, route } from '../../state/route.ts';
import { amountColumns } from './amount-columns.tsx';
import type { DeviceAmounts, Picture } from './load.ts';
import { SortedTable, type Column } from './sorted-table.tsx';
import { queryOf, type View } from './view.ts';

const percent = new Intl.NumberFormat([...navigator.languages], {
  style: 'percent',
  maximumFractionDigits: 1,
});

const leastShare = 0.001;

interface DeviceTableProps {
  picture: Picture;
  /** By device, of those that have one in the chart. */
  colors: ReadonlyMap<string, string>;
}

/** Who used what in the range. */
export function DeviceTable({ picture, colors }: DeviceTableProps) {
  const { devices } = picture;
  const { other } = palette.value;
  const names = devicesById.value;
  const units = byteUnits.value;
  const columns = useMemo(
    () =>
      deviceColumns(picture, {
        nameOf: ({ id, name }) => names.get(id)?.name ?? name,
        colorOf: ({ id }) => colors.get(id) ?? other,
      }),
    [picture, colors, other, names, units],
  );
  return (
    <Card title="By device" span={8}>
      {devices.length === 0 ? (
        <p class="empty">No internet traffic in this time.</p>
      ) : (
        <SortedTable
          caption="Usage of each device"
          columns={columns}
          rows={devices}
          rowId={({ id }) => id}
          sort={route.value.query.get('sort') ?? '-share'}
          onSort={(sort) => replaceQuery({ sort })}
          limit={31}
          isStacked
        />
      )}
    </Card>
  );
}

interface Look {
  nameOf: (device: DeviceAmounts) => string;
  colorOf: (device: DeviceAmounts) => string;
}

function deviceColumns(
  { view, devices, sum }: Picture,
  { nameOf, colorOf }: Look,
): Column<DeviceAmounts>[] {
  return [
    {
      id: 'device',
      title: 'Device',
      isText: true,
      value: nameOf,
      cell: (row) => <DeviceCell id={row.id} name={nameOf(row)} color={colorOf(row)} view={view} />,
      total: devices.length === 1 ? '1 device' : `${devices.length} devices`,
    },
    ...amountColumns<DeviceAmounts>(view.direction, sum),
    {
      id: 'share',
      title: 'Share',
      value: ({ total }) => total,
      cell: ({ total }) => <Share of={sum.total} bytes={total} />,
    },
  ];
}

interface DeviceCellProps {
  id: string;
  name: string;
  color: string;
  view: View;
}

function DeviceCell({ id, name, color, view }: DeviceCellProps) {
  const isKnown = devicesById.value.has(id);
  const isAlone = view.targets.length === 1 && view.targets[0] === id;
  return (
    <span class="history-device">
      <span class="history-color" style={{ background: color }} />
      {isKnown ? (
        <a href={linkTo({ page: 'device', id })}>{name}</a>
      ) : (
        <span>{id === 'other' ? 'Forgotten devices' : name}</span>
      )}
      {isKnown && (
        <a
          class="history-narrow"
          href={linkToQuery({ ...queryOf(view), devices: isAlone ? undefined : id })}
          aria-label={isAlone ? 'Show all devices' : `Show only ${name}`}
          title={isAlone ? 'Show all devices' : 'Show only this device'}
        >
          <Icon path={isAlone ? mdiFilterOff : mdiFilterVariant} />
        </a>
      )}
    </span>
  );
}

function Share({ of, bytes }: { of: number; bytes: number }) {
  const share = of === 0 ? 0 : bytes / of;
  return (
    <span class="history-share" title={`${formatBytes(bytes)} of ${formatBytes(of)}`}>
      <span class="bar">
        <span style={{ width: `${share * 100}%` }} />
      </span>
      <span class="history-percent">
        {share < leastShare ? `<${percent.format(leastShare)}` : percent.format(share)}
      </span>
    </span>
  );
}
