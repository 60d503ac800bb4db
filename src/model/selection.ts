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
  by?: 'device' | 'network';
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
  type?: EventType;
}

/** A row of usage as it is published: `start`, `device` and `name`, then the columns asked for. */
export type UsageRow = { start: string; device?: string; name?: string } & {
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
