import type { EventType } from './event.ts';
import type { Step } from './usage.ts';

/** Local days `YYYY-MM-DD`, both included; today where absent. */
export interface RangeSelection {
  from?: string;
  to?: string;
}

/** One column, or for `local` both local ones. */
export type Direction = 'download' | 'upload' | 'local';

/** What to read of the usage. Devices are meant by id, MAC address, name or address; all of them where absent. */
export interface UsageSelection extends RangeSelection {
  step?: Step;
  /** `group`: a row for each group; a device counts in each of its groups. */
  by?: 'device' | 'group' | 'network';
  devices?: string[];
  direction?: Direction;
}

export interface PeerSelection extends RangeSelection {
  /** The whole network where absent. */
  device?: string;
  limit?: number;
}

export interface EventSelection {
  /** Only events with a smaller id. */
  before?: number;
  limit?: number;
  device?: string;
  type?: EventType | EventType[];
  acknowledged?: boolean;
}

/** Which events to acknowledge: those of `events`, or all up to and including `through`. */
export interface EventAcknowledgement {
  /** Ids; those of events that are gone are passed over. */
  events?: number[];
  through?: number;
  /** With `through`: only of these types. */
  type?: EventType | EventType[];
}

/** A row of usage as it is published: `start`, `device` or `group`, and `name`, then the columns asked for. */
export type UsageRow = { start: string; device?: string; group?: string; name?: string } & {
  [column: string]: string | number;
};

/** An answer whose rows come in blocks, oldest first. */
export interface UsageRows {
  from: string;
  to: string;
  step: Step;
  timeZone: string;
  blocks: Generator<UsageRow[]>;
}
