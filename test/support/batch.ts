import { parseAddress } from '../../src/model/address.ts';
import type { Batch, PeerColumns, UsageRow } from '../../src/model/batch.ts';
import { slotOf } from '../../src/model/usage.ts';

/** A usage row of a batch; `at` is epoch ms and decides the slot, and peers are remote address -> [download, upload]. */
export interface SampleRow extends Partial<Omit<UsageRow, 'slot'>> {
  device: string;
  at: number;
  peers?: Record<string, [number, number]>;
}

/** A batch as a monitor sends it. */
export function sampleBatch(rows: readonly SampleRow[], changes: Partial<Batch> = {}): Batch {
  const last = rows.at(-1)?.at ?? 0;
  return {
    monitor: 'local',
    boot: 'boot-1',
    seq: 1,
    from: last - 1000,
    to: last,
    live: true,
    usage: rows.map(({ device, at, peers: _, ...counts }) => ({
      device,
      slot: slotOf(at),
      download: 0,
      upload: 0,
      localDownload: 0,
      localUpload: 0,
      packets: 1,
      carriedDownload: 0,
      carriedUpload: 0,
      carriedPackets: 0,
      internetPackets: 1,
      router: false,
      ...counts,
    })),
    peers: rows.flatMap(({ device, at, peers }) =>
      peers === undefined ? [] : [peerColumns(device, at, peers)],
    ),
    sightings: [],
    counters: {
      frames: 0,
      accounted: 0,
      notIp: 0,
      malformed: 0,
      transit: 0,
      foldedPeers: 0,
      unattributedPackets: 0,
      droppedSightings: 0,
      interfaces: [],
    },
    ...changes,
  };
}

function peerColumns(
  device: string,
  at: number,
  peers: Record<string, [number, number]>,
): PeerColumns {
  const entries = Object.entries(peers);
  return {
    slot: slotOf(at),
    devices: [device],
    device: new Uint32Array(entries.length),
    address: Uint32Array.from(entries.flatMap(([address]) => parseAddress(address) ?? [])),
    download: Float64Array.from(entries, ([, [download]]) => download),
    upload: Float64Array.from(entries, ([, [, upload]]) => upload),
  };
}
