import { mdiMagnify } from '@mdi/js';
import { useMemo } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { Peers as PeersAnswer } from '../../api/operations.ts';
import { formatBytes } from '../../format/bytes.ts';
import { sumOf } from '../../format/traffic.ts';
import { Card } from '../../parts/card.tsx';
import { Icon } from '../../parts/icon.tsx';
import { LastAnswer } from '../../parts/last-answer.tsx';
import { Missing } from '../../parts/missing.tsx';
import { NameEditor } from '../../parts/name-editor.tsx';
import { SortedTable, type SortedColumn } from '../../parts/sorted-table.tsx';
import { useAnswer } from '../../state/answer.ts';
import { byteUnits } from '../../state/preferences.ts';
import { pushQuery, replaceQuery, route } from '../../state/route.ts';
import { amountColumns } from './amount-columns.tsx';
import { isGroup, queryOf, type View } from './view.ts';

type Peer = PeersAnswer['peers'][number];

/** As many as the daemon tells at once; what is beyond is its row `other`. */
const most = 1_000;
/** Address of the row of all that is not itemised. */
const rest = 'other';

/** With whom on the internet, if one wants to know. */
export function Peers({ view }: { view: View }) {
  return (
    <Card
      title="Remote addresses"
      actions={
        <label class="history-switch">
          <input
            type="checkbox"
            role="switch"
            aria-checked={view.peers}
            checked={view.peers}
            onChange={({ currentTarget }) =>
              pushQuery({ ...queryOf(view), peers: currentTarget.checked ? 'shown' : undefined })
            }
          />
          Show remote addresses
        </label>
      }
    >
      {view.peers ? <PeersOf view={view} /> : <p class="muted">{whatTheyAre}</p>}
    </Card>
  );
}

const whatTheyAre =
  'The public addresses on the internet that data came from and went to, the largest first.';

function PeersOf({ view }: { view: View }) {
  const [target, ...others] = view.targets;
  if (others.length > 0 || (target !== undefined && isGroup(target))) {
    return (
      <p class="muted">
        Remote addresses are known for one device or for all together: choose one device, or all.
      </p>
    );
  }
  return <PeerList view={view} device={target} />;
}

function PeerList({ view, device }: { view: View; device: string | undefined }) {
  const { from, to, direction } = view;
  const resource = useAnswer('listPeers', {
    from,
    to,
    limit: most,
    ...(device === undefined ? {} : { device }),
  });
  const answer = resource.value.value;
  if (answer === undefined) return <Missing resource={resource} />;
  const isStale = answer.from !== from || answer.to !== to || answer.device !== (device ?? null);
  return (
    <LastAnswer resource={resource} isStale={isStale}>
      <PeerTable peers={answer.peers} direction={direction} refresh={() => resource.refresh()} />
    </LastAnswer>
  );
}

interface PeerTableProps {
  peers: readonly Peer[];
  direction: View['direction'];
  refresh: () => Promise<void>;
}

function PeerTable({ peers, direction, refresh }: PeerTableProps) {
  const { query } = route.value;
  const search = query.get('search') ?? '';
  const units = byteUnits.value;
  const columns = useMemo(
    () => columnsOf({ direction, peers, refresh }),
    [direction, peers, units],
  );
  const found = useMemo(() => peers.filter((peer) => fits(peer, search)), [peers, search]);
  return (
    <>
      <div class="row">
        <label class="history-search">
          <Icon path={mdiMagnify} />
          <span class="visually-hidden">Search remote addresses</span>
          <input
            type="search"
            placeholder="Address or name"
            value={search}
            onInput={({ currentTarget }) => replaceQuery({ search: currentTarget.value })}
          />
        </label>
        <span class="muted small" role="status">
          {search === '' ? '' : `${found.length} found`}
        </span>
      </div>
      {found.length === 0 ? (
        <p class="empty">{search === '' ? 'None are known of this time.' : 'Nothing found.'}</p>
      ) : (
        <SortedTable
          key={search}
          caption="Usage of each remote address"
          columns={columns}
          rows={found}
          rowId={({ address }) => address}
          sort={query.get('remote') ?? `-${direction === 'both' ? 'total' : direction}`}
          onSort={(sort) => replaceQuery({ remote: sort })}
          limit={25}
          isStacked
        />
      )}
      <Rest of={peers} direction={direction} />
    </>
  );
}

function fits({ address, name }: Peer, search: string): boolean {
  if (address === rest) return false;
  return `${address} ${name ?? ''}`.toLowerCase().includes(search.trim().toLowerCase());
}

function Rest({ of, direction }: { of: readonly Peer[]; direction: View['direction'] }) {
  const peer = of.find(({ address }) => address === rest);
  if (peer === undefined) return null;
  const { download, upload } = peer;
  const amounts = [
    ...(direction === 'upload' ? [] : [`${formatBytes(download)} of download`]),
    ...(direction === 'download' ? [] : [`${formatBytes(upload)} of upload`]),
  ];
  return (
    <p class="muted small">
      {amounts.join(' and ')} are of addresses that are not listed one by one: those with little
      traffic, and all of days too long ago.
    </p>
  );
}

function columnsOf({ direction, peers, refresh }: PeerTableProps): SortedColumn<Peer>[] {
  return [
    {
      id: 'address',
      title: 'Address',
      isText: true,
      value: ({ address }) => address,
      cell: ({ address }) => <span class="history-address">{address}</span>,
      total: 'All',
    },
    {
      id: 'name',
      title: 'Name',
      isText: true,
      value: ({ name }) => name ?? '',
      cell: ({ address, name }) => (
        <NameEditor
          name={name ?? ''}
          subject={address}
          placeholder="No name"
          onSave={async (text) => {
            await call('renamePeer', { address, name: text === '' ? null : text });
            await refresh();
          }}
        >
          {name ?? <span class="muted">–</span>}
        </NameEditor>
      ),
    },
    ...amountColumns<Peer>(direction, sumOf(peers)),
  ];
}
