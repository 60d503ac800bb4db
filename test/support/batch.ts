import { parseAddress } from '../../src/model/address.ts';
import type { Batch, UsageRow } from '../../src/model/batch.ts';
import { slotOf } from '../../src/model/usage.ts';

/** A usage row of a batch; `at` is epoch ms and decides the slot, and peers are remote address -> [download, upload]. */
export interface SampleRow extends Partial<Omit<UsageRow, 'slot'>> {
  device: string;
  at: number;
  peers?: Record<string, [number, number]>;
}

/** A batch as a monitor sends it. */
export function sampleBatch(rows: readonly SampleRow[], changes: Partial<Batch> = {}): Batch {
  const peers = rows.flatMap(({ peers: ofRow = {} }, row) =>
    Object.entries(ofRow).map(([address, [download, upload]]) => ({
      row,
      address: parseAddress(address) ?? [],
      download,
      upload,
    })),
  );
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
    peers: {
      row: Uint32Array.from(peers, ({ row }) => row),
      address: Uint32Array.from(peers.flatMap(({ address }) => address)),
      download: Float64Array.from(peers, ({ download }) => download),
      upload: Float64Array.from(peers, ({ upload }) => upload),
    },
    sightings: [],
    counters: {
      frames: 0,
      accounted: 0,
      notIp: 0,
      malformed: 0,
      transit: 0,
      foldedPeers: 0,
      foldedDevices: 0,
      droppedSightings: 0,
      interfaces: [],
    },
    ...changes,
  };
}
