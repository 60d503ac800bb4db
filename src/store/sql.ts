import type { Usage } from '../model/usage.ts';

/** The amounts of a usage table, in the order of `usageValues`. */
export const usageColumns = ['download', 'upload', 'local_download', 'local_upload', 'packets'];
export const peerColumns = ['download', 'upload'];

export function usageValues(usage: Usage): number[] {
  return [usage.download, usage.upload, usage.localDownload, usage.localUpload, usage.packets];
}

/** `sum(download), sum(upload), ...` */
export function sumsOf(columns: readonly string[], sign: '' | '-' = ''): string {
  return columns.map((column) => `${sign}sum(${column})`).join(', ');
}

/** Ends an `INSERT`: where a row of the same key is there already, the amounts are added to it. */
export function growing(columns: readonly string[]): string {
  const sums = columns.map((column) => `${column} = ${column} + excluded.${column}`);
  return `ON CONFLICT DO UPDATE SET ${sums.join(', ')}`;
}

/** `download = 0 AND upload = 0 AND ...` */
export function allZero(columns: readonly string[]): string {
  return columns.map((column) => `${column} = 0`).join(' AND ');
}
