import { useMemo, useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { Device, Peers } from '../../api/operations.ts';
import { formatBytes } from '../../format/bytes.ts';
import { formatDay } from '../../format/dates.ts';
import { addDays, monthStart } from '../../format/days.ts';
import { sumOf, totalOf } from '../../format/traffic.ts';
import { Card } from '../../parts/card.tsx';
import { Choice } from '../../parts/choice.tsx';
import { LastAnswer } from '../../parts/last-answer.tsx';
import { Missing } from '../../parts/missing.tsx';
import { NameEditor } from '../../parts/name-editor.tsx';
import { ShareOf } from '../../parts/share-of.tsx';
import { SortedTable, type SortedColumn } from '../../parts/sorted-table.tsx';
import { announce } from '../../parts/toasts.tsx';
import { useAnswer } from '../../state/answer.ts';
import { home, today } from '../../state/home.ts';
import { byteUnits } from '../../state/preferences.ts';
import { replaceQuery, route } from '../../state/route.ts';
import './peers-card.css';

type Peer = Peers['peers'][number];

const ranges = [
  { value: 'today', label: 'Today', from: (day: string) => day },
  { value: 'week', label: '7 days', from: (day: string) => addDays(day, -6) },
  { value: 'month', label: 'This month', from: (day: string) => monthStart(day) },
] as const;

const asked = 50;
const shownAtFirst = 10;

/** With whom it exchanged most. */
export function PeersCard({ device }: { device: Device }) {
  const query = route.value.query.get('peers');
  const range = ranges.find(({ value }) => value === query) ?? ranges[0];
  const day = today.value;
  const from = range.from(day);
  const answer = useAnswer(
    'listPeers',
    { device: device.id, from, to: day, limit: asked },
    home.value.value?.at,
  );
  // Rows do not change places under an edit.
  const [held, setHeld] = useState<Peers>();
  const shown = held ?? answer.value.value;
  const isStale = shown?.from !== from || shown.to !== day;
  return (
    <Card
      title="Remote addresses"
      span={8}
      actions={
        <Choice
          label="Range of remote addresses"
          options={ranges}
          value={range.value}
          onChange={(value) => replaceQuery({ peers: value === 'today' ? undefined : value })}
        />
      }
    >
      {shown === undefined || shown.peers.length === 0 ? (
        <div class="device-peers-missing">
          <Missing resource={answer}>Nothing was exchanged with the internet.</Missing>
        </div>
      ) : (
        <LastAnswer resource={answer} isStale={isStale}>
          <PeerTable
            peers={shown}
            onRenamed={() => answer.refresh()}
            onEditing={(isEditing) => setHeld(isEditing ? shown : undefined)}
          />
        </LastAnswer>
      )}
    </Card>
  );
}

interface PeerTableProps {
  peers: Peers;
  onRenamed: () => Promise<void>;
  onEditing: (isEditing: boolean) => void;
}

function PeerTable(props: PeerTableProps) {
  const { from, to, peers } = props.peers;
  const units = byteUnits.value;
  const columns = useMemo(() => columnsOf(props), [peers, units]);
  const period = from === to ? formatDay(from) : `${formatDay(from)} to ${formatDay(to)}`;
  return (
    <SortedTable
      caption={`Remote addresses, ${period}`}
      columns={columns}
      rows={peers}
      rowId={({ address }) => address}
      sort={route.value.query.get('remote') ?? '-share'}
      onSort={(sort) => replaceQuery({ remote: sort })}
      limit={shownAtFirst}
      isStacked
    />
  );
}

function columnsOf({ peers: { peers }, ...renaming }: PeerTableProps): SortedColumn<Peer>[] {
  const whole = totalOf(sumOf(peers));
  return [
    {
      id: 'peer',
      title: 'Name or address',
      isText: true,
      value: ({ address, name }) => name ?? address,
      cell: (peer) =>
        peer.address === 'other' ? <Other /> : <PeerName peer={peer} {...renaming} />,
    },
    {
      id: 'download',
      title: 'Download',
      value: ({ download }) => download,
      cell: ({ download }) => formatBytes(download),
    },
    {
      id: 'upload',
      title: 'Upload',
      value: ({ upload }) => upload,
      cell: ({ upload }) => formatBytes(upload),
    },
    {
      id: 'share',
      title: 'Share',
      value: totalOf,
      cell: (peer) => <ShareOf whole={whole} part={totalOf(peer)} />,
    },
  ];
}

function PeerName({ peer, onRenamed, onEditing }: Omit<PeerTableProps, 'peers'> & { peer: Peer }) {
  const { address, name } = peer;
  async function rename(text: string) {
    await call('renamePeer', { address, name: text === '' ? null : text });
    await onRenamed();
    announce(text === '' ? `Your name for ${address} is gone.` : `${address} is called ${text}.`);
  }
  return (
    <>
      <NameEditor
        name={name ?? ''}
        subject={name ?? address}
        placeholder={address}
        onSave={rename}
        onEditing={onEditing}
      >
        <span>{name ?? address}</span>
      </NameEditor>
      {name !== null && <span class="muted small device-peer-note">{address}</span>}
    </>
  );
}

function Other() {
  return (
    <>
      Other
      <span class="muted small device-peer-note">
        Many addresses with little traffic each, not kept one by one.
      </span>
    </>
  );
}
