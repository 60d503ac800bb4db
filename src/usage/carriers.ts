import type { UsageRow } from '../model/batch.ts';

/** Internet traffic of a router itself, in the slot of its packets. */
export interface Settled {
  download: number;
  upload: number;
  packets: number;
  slot: number;
}

/**
 * A router that masquerades shows every packet twice on a link that both sides share: once as the device's, once under
 * the router's own address. So its own usage is what passed under its address less what it carried for others. The two
 * sightings of a packet may fall into neighbouring batches, hence the balance of one batch waits for the next.
 */
export class Carriers {
  /** What waits for the next batch of each router; deficits are negative. */
  private readonly waiting = new Map<string, Settled>();

  isCarrier(device: string): boolean {
    return this.waiting.has(device);
  }

  /**
   * What to book of a router's internet traffic, `slot` being the one its row is booked on; undefined for a device that is
   * no router: all of it.
   */
  settle(row: UsageRow, slot: number): Settled | undefined {
    const { device } = row;
    const before = this.waiting.get(device) ?? { ...nothing, slot };
    if (!row.router && !this.isCarrier(device)) return undefined;
    const download = settleOne(before.download, row.download, row.carriedDownload);
    const upload = settleOne(before.upload, row.upload, row.carriedUpload);
    const packets = settleOne(before.packets, row.internetPackets, row.carriedPackets);
    this.waiting.set(device, {
      download: download.waiting,
      upload: upload.waiting,
      packets: packets.waiting,
      slot,
    });
    return {
      download: download.booked,
      upload: upload.booked,
      packets: packets.booked,
      slot: before.slot,
    };
  }

  /** The clock was set: what waits moves with it. */
  shift(slots: number): void {
    for (const settled of this.waiting.values()) settled.slot += slots;
  }

  /** Everything that still waits, at the end. */
  finish(): { device: string; settled: Settled }[] {
    const rest = [...this.waiting].map(([device, { download, upload, packets, slot }]) => ({
      device,
      settled: {
        download: Math.max(0, download),
        upload: Math.max(0, upload),
        packets: Math.max(0, packets),
        slot,
      },
    }));
    for (const [device, { slot }] of this.waiting) this.waiting.set(device, { ...nothing, slot });
    return rest;
  }
}

const nothing = { download: 0, upload: 0, packets: 0 };

/**
 * `carried` is negative where a router passed on more than was handed to it. Both sightings of a packet are in the same row or in
 * neighbouring ones: what waits is settled first, and what finds no match in the next row never had one.
 */
function settleOne(
  waiting: number,
  own: number,
  carried: number,
): { booked: number; waiting: number } {
  const [seen, toMatch] = carried < 0 ? [own - carried, 0] : [own, carried];
  const surplus = Math.max(0, waiting);
  const deficit = Math.max(0, -waiting);
  return {
    booked: Math.max(0, surplus - toMatch),
    waiting: Math.max(0, seen - deficit) - Math.max(0, toMatch - surplus),
  };
}
