import type { Device, Usage, UsageRow } from '../../api/operations.ts';
import { palette } from '../../charts/colors.ts';
import type { Series } from '../../charts/usage-bars.tsx';
import { formatBytes } from '../../format/bytes.ts';

/** Internet traffic of one step, in bytes. */
export interface Use {
  download: number;
  upload: number;
}

const nothing: Use = { download: 0, upload: 0 };

/** What was used, by the start of the step as `startOf` names it. */
export function usesOf<Start>(
  rows: readonly UsageRow[],
  startOf: (start: string) => Start,
): Map<Start, Use> {
  return new Map(
    rows.map(({ start, download = 0, upload = 0 }) => [startOf(start), { download, upload }]),
  );
}

export function amountAt<Start>(uses: ReadonlyMap<Start, Use>, start: Start): Use {
  return uses.get(start) ?? nothing;
}

export function totalOf({ download, upload }: Use): number {
  return download + upload;
}

export function isNothing(uses: readonly Use[]): boolean {
  return uses.every((use) => totalOf(use) === 0);
}

/** `1.2 GB down, 340 MB up`. */
export function describeUse({ download, upload }: Use): string {
  if (download + upload === 0) return 'nothing';
  return `${formatBytes(download)} down, ${formatBytes(upload)} up`;
}

/** Today and this month are known better than by the last question about the past. */
export function withLatest(
  uses: ReadonlyMap<string, Use>,
  start: string,
  { download, upload }: Usage,
): Map<string, Use> {
  return new Map(uses).set(start, { download, upload });
}

/** Changes when what was asked about the past must be asked again. */
export function pastOf({ merged }: Device, day: string): string {
  return [day, ...merged].join();
}

/** Download, then upload, in the colours they have everywhere. */
export function seriesOf(uses: readonly Use[]): Series[] {
  const { download, upload } = palette.value;
  return [
    { name: 'Download', color: download, bytes: uses.map((use) => use.download) },
    { name: 'Upload', color: upload, bytes: uses.map((use) => use.upload) },
  ];
}
