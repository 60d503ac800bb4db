import type { UsageRow } from '../model/batch.ts';

/** Internet bytes of one direction that wait for the next batch: see `settle`. */
interface Balance {
  download: number;
  upload: number;
  slot: number;
}

/** What a router itself used, in the slot of its packets. */
export interface Settled {
  download: number;
  upload: number;
  slot: number;
}

/**
 * A router that masquerades shows every packet twice on a link that both sides share: once as the device's, once under
 * the router's own address. So its own usage is what passed under its address less what it carried for others. The two
 * sightings of a packet may fall into neighbouring batches, hence the balance of one batch waits for the next.
 */
export class Carriers {
  private readonly balances = new Map<string, Balance>();

  isCarrier(device: string): boolean {
    return this.balances.has(device);
  }

  /** What to book now for a device that carries, or has carried, traffic of others; undefined for all others. */
  settle(row: UsageRow): Settled | undefined {
    const waiting = this.balances.get(row.device);
    if (waiting === undefined && row.carriedDownload === 0 && row.carriedUpload === 0) {
      return undefined;
    }
    const before = waiting ?? { download: 0, upload: 0, slot: row.slot };
    const download = settleOne(before.download, row.download - row.carriedDownload);
    const upload = settleOne(before.upload, row.upload - row.carriedUpload);
    const after = { download: download.waiting, upload: upload.waiting, slot: row.slot };
    this.balances.set(row.device, after);
    return { download: download.booked, upload: upload.booked, slot: before.slot };
  }

  /** Everything that still waits, at the end. */
  finish(): { device: string; settled: Settled }[] {
    const rest = [...this.balances].map(([device, balance]) => ({
      device,
      settled: {
        download: Math.max(0, balance.download),
        upload: Math.max(0, balance.upload),
        slot: balance.slot,
      },
    }));
    for (const balance of this.balances.values()) {
      balance.download = 0;
      balance.upload = 0;
    }
    return rest;
  }
}

/** `net`: own less carried bytes of this batch. A surplus is booked one batch later, a deficit reduces the neighbours. */
function settleOne(waiting: number, net: number): { booked: number; waiting: number } {
  if (waiting <= 0) return { booked: 0, waiting: net > 0 ? Math.max(0, waiting + net) : net };
  if (net >= 0) return { booked: waiting, waiting: net };
  return { booked: Math.max(0, waiting + net), waiting: Math.min(0, waiting + net) };
}
