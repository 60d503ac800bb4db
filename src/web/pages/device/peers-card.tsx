import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { Device, Peers } from '../../api/operations.ts';
import { formatBytes } from '../../format/bytes.ts';
import { formatDay } from '../../format/dates.ts';
import { addDays, monthStart } from '../../format/days.ts';
import { formatPercent } from '../../format/percent.ts';
import { Card } from '../../parts/card.tsx';
import { Choice } from '../../parts/choice.tsx';
import { Missing } from '../../parts/missing.tsx';
import { NameEditor } from '../../parts/name-editor.tsx';
import { announce } from '../../parts/toasts.tsx';
import { useAnswer } from '../../state/answer.ts';
import { home, today } from '../../state/home.ts';
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
  const answer = useAnswer(
    'listPeers',
    { device: device.id, from: range.from(day), to: day, limit: asked },
    home.value.value?.at,
  );
  // Rows do not change places under an edit.
  const [held, setHeld] = useState<Peers>();
  const shown = held ?? answer.value.value;
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
        <PeerTable
          peers={shown}
          onRenamed={() => answer.refresh()}
          onEditing={(isEditing) => setHeld(isEditing ? shown : undefined)}
        />
      )}
    </Card>
  );
}

interface PeerTableProps {
  peers: Peers;
  onRenamed: () => Promise<void>;
  onEditing: (isEditing: boolean) => void;
}

function PeerTable({ peers: { from, to, peers }, ...renaming }: PeerTableProps) {
  const [isWhole, setIsWhole] = useState(false);
  const total = peers.reduce((sum, peer) => sum + bytesOf(peer), 0);
  const named = peers.filter(({ address }) => address !== 'other');
  const other = peers.find(({ address }) => address === 'other');
  const shown = isWhole ? named : named.slice(0, shownAtFirst);
  const caption = from === to ? formatDay(from) : `${formatDay(from)} to ${formatDay(to)}`;
  return (
    <>
      <table class="device-peers">
        <caption class="visually-hidden">Remote addresses, largest first, {caption}</caption>
        <thead>
          <tr>
            <th scope="col">Name or address</th>
            <th scope="col" class="number">
              Download
            </th>
            <th scope="col" class="number">
              Upload
            </th>
            <th scope="col">Share</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((peer) => (
            <PeerRow key={peer.address} peer={peer} total={total} {...renaming} />
          ))}
          {other !== undefined && <OtherRow peer={other} total={total} />}
        </tbody>
      </table>
      {named.length > shownAtFirst && (
        <button type="button" class="device-more" onClick={() => setIsWhole(!isWhole)}>
          {isWhole
            ? `Show the ${shownAtFirst} largest`
            : `Show ${named.length - shownAtFirst} more`}
        </button>
      )}
    </>
  );
}

interface PeerRowProps {
  peer: Peer;
  total: number;
}

function PeerRow(props: PeerRowProps & Omit<PeerTableProps, 'peers'>) {
  const { peer, total, onRenamed, onEditing } = props;
  const { address, name } = peer;
  async function rename(text: string) {
    await call('renamePeer', { address, name: text === '' ? null : text });
    await onRenamed();
    announce(text === '' ? `Your name for ${address} is gone.` : `${address} is called ${text}.`);
  }
  return (
    <tr>
      <th scope="row">
        <NameEditor
          name={name ?? ''}
          subject={name ?? address}
          placeholder={address}
          onSave={rename}
          onEditing={onEditing}
        >
          <span class="device-peer-name">{name ?? address}</span>
        </NameEditor>
        {name !== null && <span class="muted small device-peer-address">{address}</span>}
      </th>
      <Amounts peer={peer} total={total} />
    </tr>
  );
}

function OtherRow({ peer, total }: PeerRowProps) {
  return (
    <tr>
      <th scope="row">
        Other
        <span class="muted small device-peer-note">
          Many addresses with little traffic each, not kept one by one.
        </span>
      </th>
      <Amounts peer={peer} total={total} />
    </tr>
  );
}

function Amounts({ peer, total }: PeerRowProps) {
  const share = total === 0 ? 0 : bytesOf(peer) / total;
  return (
    <>
      <td class="number" data-label="Download">
        {formatBytes(peer.download)}
      </td>
      <td class="number" data-label="Upload">
        {formatBytes(peer.upload)}
      </td>
      <td class="device-share">
        <span class="number">{formatPercent(share)}</span>
        <span class="bar" aria-hidden="true">
          <span style={{ width: `${share * 100}%` }} />
        </span>
      </td>
    </>
  );
}

function bytesOf({ download, upload }: Peer): number {
  return download + upload;
}
