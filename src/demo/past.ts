import type { Checkpoint, Day } from '../model/checkpoint.ts';
import { attentionTypes } from '../model/event.ts';
import { addUsage, isNoUsage, noUsage, type Usage } from '../model/usage.ts';
import { activitiesOf, peersOf, shareOf, usagesOf } from './activity.ts';
import { arrangementsOf } from './arrangements.ts';
import { hoursOf, type PastOptions } from './hours.ts';
import { deviceOf, type Household } from './household.ts';
import { Presence } from './presence.ts';

/** Days before today of which hours and remote addresses are told: what a ledger keeps of them where nobody says otherwise. */
const DETAILED_DAYS = 90;
/** Days before today of which events are told. */
const EVENTFUL_DAYS = 31;
/** Somebody looked at the events this long ago. */
const UNREAD_MS = 5 * 86_400_000;

/**
 * The past of a household, one checkpoint a day and a last one that tells who everybody is. Sums agree: the days are those
 * of their hours, and what one device sent to another the other received.
 */
export function* pastOf(options: PastOptions): Generator<Checkpoint> {
  const { household, calendar, now } = options;
  const presence = new Presence(household);
  const { days, members } = household;
  for (const [position, day] of days.entries()) {
    const age = days.length - 1 - position;
    const isDetailed = age <= DETAILED_DAYS;
    const hours: Checkpoint['hours'][number][] = [];
    const sums = members.map(() => noUsage());
    for (const hour of hoursOf(calendar, day, now)) {
      const usages = usagesOf(household, activitiesOf(household, hour));
      presence.look(hour, usages, age <= EVENTFUL_DAYS);
      for (const [index, usage] of usages.entries()) {
        addUsage(sums[index] ?? noUsage(), usage);
        const device = members[index]?.id ?? '';
        if (isDetailed && !isNoUsage(usage)) {
          hours.push({ device, hour: calendar.localHour(hour.start).hour, usage });
        }
      }
    }
    const peers = isDetailed ? peersOfDay(household, day, sums) : [];
    const at = Math.min(now, calendar.nextMidnight(calendar.startOfDay(day)) - 1);
    yield { ...nothing, at, hours, days: daysOf(household, day, sums), peers };
  }
  yield lastPage(options, presence);
}

function daysOf({ members }: Household, day: Day, sums: readonly Usage[]): Checkpoint['days'] {
  return members.flatMap(({ id }, index) => {
    const usage = sums[index];
    return usage === undefined || isNoUsage(usage) ? [] : [{ device: id, day, usage }];
  });
}

function peersOfDay(
  { seed, members }: Household,
  day: Day,
  sums: readonly Usage[],
): Checkpoint['peers'] {
  return members.flatMap((member, index) => {
    const sum = sums[index] ?? noUsage();
    return peersOf(seed, member, day).map(({ address, share }) => {
      return { device: member.id, day, address, usage: shareOf(sum, share) };
    });
  });
}

/** Who everybody is, what was arranged, and what happened. */
function lastPage(options: PastOptions, presence: Presence): Checkpoint {
  const { household, calendar, now, vendorOf } = options;
  const devices = household.members.map((member) => {
    const start = calendar.startOfDay(member.from);
    const seen = presence.of(member) ?? { first: start, last: start, isThere: false };
    const vendor = vendorOf(member.mac);
    const last = seen.isThere ? now : Math.min(seen.last, now);
    const device = deviceOf(member, Math.min(seen.first, now), last);
    return { ...device, ...(vendor === undefined ? {} : { vendor }) };
  });
  const { events, ...arranged } = arrangementsOf(options, devices);
  const told = [...presence.events(devices), ...events]
    .filter(({ at }) => at <= now)
    .toSorted((left, right) => left.at - right.at)
    .map((event, index) => ({
      ...event,
      id: index + 1,
      acknowledged: !attentionTypes.has(event.type) || event.at < now - UNREAD_MS,
    }));
  return { ...nothing, at: now, devices, ...arranged, events: told };
}

const nothing: Omit<Checkpoint, 'at'> = {
  merges: [],
  devices: [],
  hours: [],
  days: [],
  peers: [],
  applied: [],
  events: [],
  acknowledgedEvents: [],
  peerNames: [],
  groups: [],
  limits: [],
};
