import type { ProcessLog } from './base/log.ts';
import type { Bookkeeper } from './bookkeeper.ts';
import { findDevice } from './devices/naming.ts';
import type { EventLog } from './event-log.ts';
import { displayName } from './model/device.ts';
import type { Report } from './model/report.ts';
import type { Queries } from './queries.ts';

/** What commands work with. */
export interface Control {
  bookkeeper: Bookkeeper;
  events: EventLog;
  queries: Queries;
  report: () => Report;
  /** The state as `Status` of model/schemas.json. */
  health: () => object;
  /** As `Configuration` of model/schemas.json. */
  configuration: () => object;
  /** Sends the report out at once. */
  publish: () => void;
  /** Ends this daemon and begins a new one, once the answer is out. */
  restart: () => void;
  log: ProcessLog;
}

/**
 * Changes are seen everywhere before the command answers, and are on disk by then. Where the ledger cannot be written,
 * they are in effect all the same, health says so, and they are written as soon as it can be.
 */
export function settle({ bookkeeper, publish }: Control): void {
  bookkeeper.settleMerges();
  bookkeeper.checkpoint();
  publish();
}

/** The id of the device that is meant. Throws `DEVICE_UNKNOWN`, or `REQUEST_INVALID` where several are. */
export function idOf({ bookkeeper }: Control, reference: string): string {
  return findDevice(reference, bookkeeper.registry.all()).id;
}

/** The name of a device to show. */
export function nameOf({ bookkeeper }: Control, id: string): string {
  const device = bookkeeper.registry.get(id);
  return device === undefined ? id : displayName(device);
}
