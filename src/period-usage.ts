import { messageOf } from './base/errors.ts';
import type { Log } from './base/log.ts';
import type { Bookkeeper } from './bookkeeper.ts';
import { addDays, monthOf, type Day } from './model/checkpoint.ts';
import type { History } from './model/history.ts';
import type { UsageReport } from './model/report.ts';
import type { PeerUsage } from './model/usage.ts';

interface PeriodUsageSources {
  bookkeeper: Bookkeeper;
  history: History;
  log: Log;
}

/** Internet traffic by device id. */
type Traffic = ReadonlyMap<string, PeerUsage>;

/** Internet traffic since any day. Days that are over are read once, and again when something of them has changed. */
export class PeriodUsage {
  private readonly sources: PeriodUsageSources;
  /** By first day; up to yesterday. */
  private readonly past = new Map<Day, Traffic>();
  private pastVersion: number | undefined;
  private failure: string | undefined;

  constructor(sources: PeriodUsageSources) {
    this.sources = sources;
  }

  /** From `from` to this moment; `current` belongs to these devices, or to the network where there are none given. */
  since(
    from: Day,
    current: Pick<UsageReport, 'today' | 'month'>,
    devices?: readonly string[],
  ): PeerUsage {
    const { today } = this.sources.bookkeeper.ledger;
    if (from === today) return current.today;
    if (from === monthOf(today) * 100 + 1) return current.month;
    const past = sumOf(this.pastSince(from), devices);
    return {
      download: past.download + current.today.download,
      upload: past.upload + current.today.upload,
    };
  }

  /** Of days that are over, both included; of all devices where none are given. */
  between(from: Day, to: Day, devices?: readonly string[]): PeerUsage {
    return sumOf(this.read(from, to) ?? new Map(), devices);
  }

  private pastSince(from: Day): Traffic {
    const { pastVersion, today } = this.sources.bookkeeper.ledger;
    if (this.pastVersion !== pastVersion) {
      this.pastVersion = pastVersion;
      this.past.clear();
    }
    const known = this.past.get(from);
    if (known !== undefined) return known;
    const found = this.read(from, addDays(today, -1));
    if (found !== undefined) this.past.set(from, found);
    return found ?? new Map();
  }

  /** Undefined where the ledger cannot be read. */
  private read(from: Day, to: Day): Traffic | undefined {
    const { history, bookkeeper, log } = this.sources;
    const traffic = new Map<string, PeerUsage>();
    try {
      // By month: the ledger adds up what lies in one.
      for (const { device, usage } of history.usage({ from, to, step: 'month' })) {
        const owner = bookkeeper.registry.ownerOf(device) ?? device;
        const known = traffic.get(owner) ?? { download: 0, upload: 0 };
        const { download, upload } = known;
        traffic.set(owner, { download: download + usage.download, upload: upload + usage.upload });
      }
      this.failure = undefined;
      return traffic;
    } catch (error) {
      if (this.failure !== messageOf(error)) log.error(messageOf(error));
      this.failure = messageOf(error);
      return undefined;
    }
  }
}

function sumOf(traffic: Traffic, devices: readonly string[] | undefined): PeerUsage {
  const parts =
    devices === undefined ? traffic.values() : devices.flatMap((id) => traffic.get(id) ?? []);
  const sum = { download: 0, upload: 0 };
  for (const { download, upload } of parts) {
    sum.download += download;
    sum.upload += upload;
  }
  return sum;
}
