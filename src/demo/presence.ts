import { displayName, type Device } from '../model/device.ts';
import type { EventType, LedgerEvent } from '../model/event.ts';
import { isNoUsage, type Usage } from '../model/usage.ts';
import type { Household, Member } from './household.ts';
import type { PastHour } from './hours.ts';
import { chance } from './random.ts';

/** An event whose number is not known before all others are. */
export type Happening = Omit<LedgerEvent, 'id' | 'acknowledged'>;

const MINUTE_MS = 60_000;
/** A ledger calls devices silent after as long. */
const SILENT_AFTER_MS = 5 * MINUTE_MS;
const comes = 11;
const goes = 12;

interface Seen {
  first: number;
  last: number;
  /** It was there in the hour that was looked at last. */
  isThere: boolean;
}

interface Moment {
  member: Member;
  type: EventType;
  at: number;
}

/** When everybody was there. */
export class Presence {
  private readonly household: Household;
  private readonly seen = new Map<Member, Seen>();
  private readonly moments: Moment[] = [];

  constructor(household: Household) {
    this.household = household;
  }

  /** Hours come in their order, each once. `isEventful`: who comes and goes in it is told. */
  look(hour: PastHour, usages: readonly Usage[], isEventful: boolean): void {
    for (const member of this.household.members) {
      const usage = usages[member.index];
      const isThere = usage !== undefined && !isNoUsage(usage);
      const moment = isThere ? this.come(member, hour) : this.go(member);
      if (moment !== undefined && isEventful) this.moments.push(moment);
    }
  }

  of(member: Member): Seen | undefined {
    return this.seen.get(member);
  }

  /** Who came and went, by the names they have in the end. */
  events(devices: readonly Device[]): Happening[] {
    const names = new Map(devices.map((device) => [device.id, displayName(device)]));
    return this.moments.map(({ member: { id }, type, at }) => {
      const message = `${names.get(id) ?? id} ${sentences[type]}.`;
      return { at, type, device: id, message };
    });
  }

  private come(member: Member, { start }: PastHour): Moment | undefined {
    const before = this.seen.get(member);
    const at = start + Math.floor(this.draw(member, start, comes) * 9 * MINUTE_MS);
    const last = start + Math.floor((10 + this.draw(member, start, goes) * 49) * MINUTE_MS);
    this.seen.set(member, { first: before?.first ?? at, last, isThere: true });
    if (before?.isThere === true) return undefined;
    return { member, type: before === undefined ? 'device-new' : 'device-online', at };
  }

  private go(member: Member): Moment | undefined {
    const before = this.seen.get(member);
    if (before === undefined || !before.isThere) return undefined;
    before.isThere = false;
    return { member, type: 'device-offline', at: before.last + SILENT_AFTER_MS };
  }

  private draw({ index }: Member, start: number, what: number): number {
    return chance(this.household.seed, index, Math.floor(start / MINUTE_MS), what);
  }
}

const sentences: Partial<Record<EventType, string>> = {
  'device-new': 'was seen for the first time',
  'device-online': 'is back',
  'device-offline': 'is silent',
};
