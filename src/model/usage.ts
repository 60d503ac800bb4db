/** Bytes of IP packets, seen from the device; `packets` counts all of them, local ones too. Whole numbers up to 2^53. */
export interface Usage {
  download: number;
  upload: number;
  localDownload: number;
  localUpload: number;
  packets: number;
}

export function noUsage(): Usage {
  return { download: 0, upload: 0, localDownload: 0, localUpload: 0, packets: 0 };
}

/** Adds `more` (times `sign`) to `total`, in place. */
export function addUsage(total: Usage, more: Usage, sign: 1 | -1 = 1): void {
  total.download += sign * more.download;
  total.upload += sign * more.upload;
  total.localDownload += sign * more.localDownload;
  total.localUpload += sign * more.localUpload;
  total.packets += sign * more.packets;
}

export function isNoUsage(usage: Usage): boolean {
  return (
    usage.packets === 0 &&
    usage.download === 0 &&
    usage.upload === 0 &&
    usage.localDownload === 0 &&
    usage.localUpload === 0
  );
}

/** What a device used on the current local day, in the month of that day, and ever. */
export interface UsageTotals {
  today: Usage;
  month: Usage;
  total: Usage;
}

export function noTotals(): UsageTotals {
  return { today: noUsage(), month: noUsage(), total: noUsage() };
}

/** Bytes exchanged with one remote address, seen from the device. */
export interface PeerUsage {
  download: number;
  upload: number;
}

/**
 * Meters cut time at every quarter of an hour, UTC: all time zones in use are whole quarters away from UTC
 * (IANA tz), so each slot lies in one local hour and one local day.
 */
export const SLOT_SECONDS = 900;

/** The slot of a time: quarters of an hour since 1970-01-01 UTC. */
export function slotOf(atMs: number): number {
  return Math.floor(atMs / (SLOT_SECONDS * 1000));
}

/** Start of a slot, epoch milliseconds. */
export function slotStart(slot: number): number {
  return slot * SLOT_SECONDS * 1000;
}

export type Step = 'hour' | 'day' | 'month';
export const steps: readonly Step[] = ['hour', 'day', 'month'];
