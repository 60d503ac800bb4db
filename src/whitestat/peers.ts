import type { Config } from '../config/config.ts';
import { addDays, formatDay, type Day } from '../model/checkpoint.ts';
import type { PeerUsage } from '../model/usage.ts';
import type { PeerSums } from '../store/network-peers.ts';
import type { Row } from '../store/whitestat/row.ts';
import type { Amounts } from '../store/whitestat/survey.ts';
import type { ImportContext } from './context.ts';
import { formatDays } from './day-ranges.ts';
import type { ImportReport } from './report.ts';

/** What was brought of remote addresses, and how many days an earlier import had brought. */
export interface PeerDays {
  brought: ImportReport['peers'];
  unchanged: number;
}

/** Which part of the bytes in the file fits into a day, from 0 to 1. */
type Share = PeerUsage;

/**
 * Brings in what the network exchanged with remote addresses. Of no day this is more than its devices used, for these
 * sums are the ledger's: where the file has more, all addresses of the day get the same share of it.
 */
export function importPeers(context: ImportContext, retention: Config['store']): PeerDays {
  const brought = { days: 0, addressDays: 0, download: 0, upload: 0 };
  const { shares, unchanged } = beginDays(context, retention, brought);
  const { page, changed } = context;
  for (const { day, address, usage } of peersOf(context, shares)) {
    page.peers.add(day, address, usage);
    addSums(brought, { ...usage, addresses: 1 });
  }
  const surplus = page.peers.trim(retention.peersPerDevice);
  if (surplus.addresses > 0) {
    addSums(brought, surplus, -1);
    const what =
      'remote addresses of days became "other" (more than store.peersPerDevice for each device)';
    changed.add(what, undefined, surplus.addresses);
  }
  return { brought, unchanged };
}

function* peersOf({ file, parse, survey }: ImportContext, shares: ReadonlyMap<Day, Share>) {
  if (shares.size === 0) return;
  const first = formatDay([...shares.keys()].reduce((day, other) => Math.min(day, other)));
  for (const raw of file.remoteRows(first)) {
    const row = parse(raw);
    if (typeof row === 'string' || row.address === undefined || !survey.isPeer(row)) continue;
    const usage = partOf(row, shares.get(row.day));
    if (usage !== undefined) yield { day: row.day, address: row.address.text, usage };
  }
}

/** What the LAN exchanged with the address, or undefined where that is nothing. */
function partOf({ in: bytesIn, out }: Row, share: Share | undefined): PeerUsage | undefined {
  if (share === undefined) return undefined;
  const usage = {
    download: Math.floor(out * share.download),
    upload: Math.floor(bytesIn * share.upload),
  };
  return usage.download === 0 && usage.upload === 0 ? undefined : usage;
}

function addSums(brought: ImportReport['peers'], sums: PeerSums, sign: 1 | -1 = 1): void {
  brought.addressDays += sign * sums.addresses;
  brought.download += sign * sums.download;
  brought.upload += sign * sums.upload;
}

/** Empties the days whose addresses are to be written, which takes away from `brought`, and tells which share of them. */
function beginDays(
  context: ImportContext,
  retention: Config['store'],
  brought: ImportReport['peers'],
) {
  const { survey, page, changed, leftOut, withMeteredDays } = context;
  const from = firstDayToKeep(context, retention);
  const shares = new Map<Day, Share>();
  const metered: Day[] = [];
  let unchanged = 0;
  for (const [day, amounts] of survey.remoteDays()) {
    if (day < from) {
      const what = `rows of remote addresses before ${formatDay(from)} (store.keepPeersDays or keepDaysDays)`;
      leftOut.add(what, undefined, amounts.rows);
    } else if (!withMeteredDays && page.isMeteredDay(day)) metered.push(day);
    else {
      const { usage, share } = fitting(amounts, page.broughtInAll(day));
      const before = page.peers.brought(day);
      if (usage.download <= before.download && usage.upload <= before.upload) {
        if (before.download > 0 || before.upload > 0) unchanged++;
        else
          leftOut.add('rows of remote addresses on days without a device', undefined, amounts.rows);
        continue;
      }
      if (share.download < 1 || share.upload < 1) {
        changed.add('days whose remote addresses came to more than the devices: reduced to these');
      }
      addSums(brought, page.peers.begin(day, usage), -1);
      brought.days++;
      shares.set(day, share);
    }
  }
  if (metered.length > 0) {
    const what =
      'days of remote addresses that LanLedger has metered itself (--with-metered-days adds them)';
    leftOut.add(what, formatDays(metered), metered.length);
  }
  return { shares, unchanged };
}

/** As much of the addresses' traffic as the devices had, and which share of it that is. */
function fitting({ in: upload, out: download }: Amounts, devices: PeerUsage) {
  const usage = {
    download: Math.min(download, devices.download),
    upload: Math.min(upload, devices.upload),
  };
  const share = {
    download: download === 0 ? 1 : usage.download / download,
    upload: upload === 0 ? 1 : usage.upload / upload,
  };
  return { usage, share };
}

function firstDayToKeep({ calendar, now }: ImportContext, retention: Config['store']): Day {
  const days = [retention.keepPeersDays, retention.keepDaysDays].filter((count) => count > 0);
  return days.length === 0 ? 0 : addDays(calendar.day(now), -Math.min(...days));
}
