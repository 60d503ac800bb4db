import { mdiFilterOff, mdiFilterVariant } from '@mdi/js';
import { useMemo } from 'preact/hooks';
import { palette } from '../../charts/colors.ts';
import { totalOf } from '../../format/traffic.ts';
import { Card } from '../../parts/card.tsx';
import { Icon } from '../../parts/icon.tsx';
import { ShareOf } from '../../parts/share-of.tsx';
import { SortedTable, type SortedColumn } from '../../parts/sorted-table.tsx';
import { devicesById, othersId } from '../../state/home.ts';
import { byteUnits } from '../../state/preferences.ts';
import { linkTo, linkToQuery, replaceQuery, route } from '../../state/route.ts';
import { amountColumns } from './amount-columns.tsx';
import type { DeviceTraffic, Picture } from './load.ts';
import { queryOf, type View } from './view.ts';

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
    <Card title="By device" span={7}>
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
  nameOf: (device: DeviceTraffic) => string;
  colorOf: (device: DeviceTraffic) => string;
}

function deviceColumns(
  { view, devices, sum }: Picture,
  { nameOf, colorOf }: Look,
): SortedColumn<DeviceTraffic>[] {
  return [
    {
      id: 'device',
      title: 'Device',
      isText: true,
      value: nameOf,
      cell: (row) => <DeviceCell id={row.id} name={nameOf(row)} color={colorOf(row)} view={view} />,
      total: devices.length === 1 ? '1 device' : `${devices.length} devices`,
    },
    ...amountColumns<DeviceTraffic>(view.direction, sum),
    {
      id: 'share',
      title: 'Share',
      value: totalOf,
      cell: (row) => <ShareOf whole={totalOf(sum)} part={totalOf(row)} />,
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
  const isKnown = devicesById.value.has(id) && id !== othersId;
  const isAlone = view.targets.length === 1 && view.targets[0] === id;
  return (
    <span class="history-device">
      <span class="history-color" style={{ background: color }} />
      {isKnown ? <a href={linkTo({ page: 'device', id })}>{name}</a> : <span>{name}</span>}
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
