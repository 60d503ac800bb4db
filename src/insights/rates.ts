import type { PeerUsage } from '../model/usage.ts';

/** Bytes per second of each device over the last seconds, from its running totals. */
export class Rates {
  private before = new Map<string, PeerUsage>();
  private rates = new Map<string, PeerUsage>();
  private beforeMs: number | undefined;

  /** Takes a picture of the totals. `monotonicMs`: a clock that does not step. */
  update(monotonicMs: number, totals: Iterable<readonly [string, PeerUsage]>): void {
    const seconds = this.beforeMs === undefined ? 0 : (monotonicMs - this.beforeMs) / 1000;
    const now = new Map<string, PeerUsage>();
    const rates = new Map<string, PeerUsage>();
    for (const [device, { download, upload }] of totals) {
      now.set(device, { download, upload });
      const last = this.before.get(device);
      if (last === undefined || seconds <= 0) continue;
      rates.set(device, {
        download: Math.max(0, Math.round((download - last.download) / seconds)),
        upload: Math.max(0, Math.round((upload - last.upload) / seconds)),
      });
    }
    this.before = now;
    this.rates = rates;
    this.beforeMs = monotonicMs;
  }

  of(device: string): PeerUsage {
    return this.rates.get(device) ?? { download: 0, upload: 0 };
  }
}
