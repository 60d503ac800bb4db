import type { PeerUsage } from '../model/usage.ts';

interface Picture {
  atMs: number;
  totals: Map<string, PeerUsage>;
}

/** Pictures that a rate spans. */
const PICTURES_LIMIT = 6;

/** Bytes per second of each device over the last pictures of its running totals. */
export class Rates {
  private pictures: Picture[] = [];

  /** Takes a picture of the totals. `atMs`: a clock that does not step. */
  update(atMs: number, totals: Iterable<readonly [string, PeerUsage]>): void {
    const copies = [...totals].map(
      ([device, { download, upload }]) => [device, { download, upload }] as const,
    );
    this.pictures.push({ atMs, totals: new Map(copies) });
    if (this.pictures.length > PICTURES_LIMIT) this.pictures.shift();
  }

  /** Everything of `from` became `into`'s: what it had used earlier is nothing that `into` uses just now. */
  merge(from: string, into: string): void {
    for (const { totals } of this.pictures) {
      const gone = totals.get(from);
      if (gone === undefined) continue;
      const target = totals.get(into) ?? { download: 0, upload: 0 };
      totals.delete(from);
      totals.set(into, {
        download: target.download + gone.download,
        upload: target.upload + gone.upload,
      });
    }
  }

  of(device: string): PeerUsage {
    const last = this.pictures.at(-1);
    const now = last?.totals.get(device);
    const first = this.pictures.find(({ totals }) => totals.has(device));
    const before = first?.totals.get(device);
    if (last === undefined || now === undefined || first === undefined || before === undefined) {
      return { download: 0, upload: 0 };
    }
    const seconds = (last.atMs - first.atMs) / 1000;
    if (seconds <= 0) return { download: 0, upload: 0 };
    return {
      download: Math.max(0, Math.round((now.download - before.download) / seconds)),
      upload: Math.max(0, Math.round((now.upload - before.upload) / seconds)),
    };
  }
}
