import type { Device, Usage, UsageRow } from '../../api/operations.ts';
import { palette } from '../../charts/colors.ts';
import type { Series } from '../../charts/usage-bars.tsx';
import { formatBytes } from '../../format/bytes.ts';
import { noTraffic, totalOf, type Traffic } from '../../format/traffic.ts';

/** What was used, by the start of the step as `startOf` names it. */
export function usesOf<Start>(
  rows: readonly UsageRow[],
  startOf: (start: string) => Start,
): Map<Start, Traffic> {
  return new Map(
    rows.map(({ start, download = 0, upload = 0 }) => [startOf(start), { download, upload }]),
  );
}

export function trafficAt<Start>(uses: ReadonlyMap<Start, Traffic>, start: Start): Traffic {
  return uses.get(start) ?? noTraffic;
}

export function isNothing(uses: readonly Traffic[]): boolean {
  return uses.every((use) => totalOf(use) === 0);
}

/** `1.2 GB down, 340 MB up`. */
export function describeUse({ download, upload }: Traffic): string {
  if (download + upload === 0) return 'nothing';
  return `${formatBytes(download)} down, ${formatBytes(upload)} up`;
}

/** Today and this month are known better than by the last question about the past. */
export function withLatest(
  uses: ReadonlyMap<string, Traffic>,
  start: string,
  { download, upload }: Usage,
): Map<string, Traffic> {
  return new Map(uses).set(start, { download, upload });
}

/** Changes when what was asked about the past must be asked again. */
export function pastOf({ merged }: Device, day: string): string {
  return [day, ...merged].join();
}

/** Download, then upload, in the colours they have everywhere. */
export function barsOf(uses: readonly Traffic[]): Series[] {
  const { download, upload } = palette.value;
  return [
    { name: 'Download', color: download, bytes: uses.map((use) => use.download) },
    { name: 'Upload', color: upload, bytes: uses.map((use) => use.upload) },
  ];
}
