import { calendarTime, type Day } from '../model/checkpoint.ts';
import { noUsage, type PeerUsage, type Usage } from '../model/usage.ts';
import type { Household, Member } from './household.ts';
import { shapes } from './kinds.ts';
import { chance } from './random.ts';
import { ADDRESSES_PER_SITE, siteAddress } from './sites.ts';

/** What a member does in an hour, in bytes: with the internet, with the storage, and with the router (names). */
export interface Activity {
  download: number;
  upload: number;
  fetched: number;
  stored: number;
  answers: number;
  questions: number;
}

/** An hour of the home, counted from the start of its local day; `part`: as much of it as is over, 0 to 1. */
export interface HomeHour {
  day: Day;
  hour: number;
  part: number;
}

const MEGABYTE = 1_000_000;
const RUSH_START = 16;
const RUSH_HOURS = 3;
/** What a draw is about. */
const draws = { rest: 1, day: 2, hour: 3, rush: 4, names: 5, quiet: 6, site: 32 } as const;

/** Hours that are no busier are quiet on many days. */
const LIGHT = 2;
const QUIET_SHARE = 0.55;

/** The digits of each shape, and the sum of those of a working day, which a usual day is. */
const habits = new Map(
  Object.entries(shapes).map(([name, [working, weekend]]) => {
    const days = [Array.from(working, Number), Array.from(weekend, Number)];
    return [name, { days, sum: days[0]?.reduce((sum, digit) => sum + digit, 0) ?? 0 }];
  }),
);

/** What each member does in that hour; undefined for those that are silent. The same hour always has the same answer. */
export function activitiesOf(household: Household, hour: HomeHour): (Activity | undefined)[] {
  const { seed, members } = household;
  const dayKind = isWeekend(hour.day) ? 1 : 0;
  return members.map((member) => {
    const habit = habits.get(member.kind.shape);
    const digit = habit?.days[dayKind]?.[hour.hour % 24] ?? 0;
    if (habit === undefined || !isAwake(seed, member, hour, digit)) return undefined;
    return activityOf(seed, member, hour, digit / habit.sum);
  });
}

function isAwake(seed: number, member: Member, { day, hour }: HomeHour, digit: number): boolean {
  const { index, kind, from, to = day } = member;
  if (digit === 0 || day < from || day > to) return false;
  const isQuiet = chance(seed, index, hourKey(day, hour), draws.quiet) < QUIET_SHARE;
  if (digit <= LIGHT && isQuiet) return false;
  return chance(seed, index, day, draws.rest) >= (kind.restDays ?? 0);
}

/** `share`: the part of a usual day that falls into a usual hour like this. */
function activityOf(seed: number, member: Member, hour: HomeHour, share: number): Activity {
  const { index, kind } = member;
  const draw = (what: number) => chance(seed, index, hourKey(hour.day, hour.hour), what);
  const ofDay = 0.4 + 1.2 * chance(seed, index, hour.day, draws.day);
  const bytes = share * ofDay * (0.5 + draw(draws.hour)) * MEGABYTE * hour.part;
  const rush = rushOf(seed, member, hour);
  const names = kind.role === 'router' ? 0 : (20_000 + 80_000 * draw(draws.names)) * hour.part;
  return {
    download: Math.floor(kind.download * bytes + rush),
    upload: Math.floor(kind.upload * bytes + rush / 50),
    fetched: Math.floor((kind.fetched ?? 0) * bytes),
    stored: Math.floor((kind.stored ?? 0) * bytes),
    answers: Math.floor(names * 2),
    questions: Math.floor(names),
  };
}

/** Bytes of a large download, spread over a few hours of some days. */
function rushOf(seed: number, { index, kind }: Member, { day, hour, part }: HomeHour): number {
  if (kind.rush === undefined || hour < RUSH_START || hour >= RUSH_START + RUSH_HOURS) return 0;
  const { every, gigabytes } = kind.rush;
  if (chance(seed, index, day, draws.rush) >= 1 / every) return 0;
  return ((gigabytes * 1000 * MEGABYTE) / RUSH_HOURS) * part;
}

function hourKey(day: Day, hour: number): number {
  return day * 32 + hour;
}

/** What the members used: what one of them fetches another one sends. */
export function usagesOf(
  { members, router, storage }: Household,
  activities: readonly (Activity | undefined)[],
): Usage[] {
  const usages = members.map(() => noUsage());
  const [ofRouter, ofStorage] = [router, storage].map((each) => usages[each?.index ?? -1]);
  for (const [index, activity] of activities.entries()) {
    const usage = usages[index];
    if (activity === undefined || usage === undefined) continue;
    usage.download = activity.download;
    usage.upload = activity.upload;
    exchange(usage, ofStorage, activity.fetched, activity.stored);
    exchange(usage, ofRouter, activity.answers, activity.questions);
    usage.packets += packetsOf(activity.download + activity.upload);
  }
  return usages;
}

/** Remote addresses of a member on a day and its shares of the day's traffic, together less than 1: the rest is "other". */
export function peersOf(seed: number, { index, kind, ipv6 }: Member, day: Day) {
  const total = kind.sites.reduce((sum, _, rank) => sum + 1 / (rank + 1), 0);
  return kind.sites.flatMap((site, rank) =>
    [0.6, 0.25, 0.1].map((part, number) => {
      // All but the first are others every day.
      const when = number === 0 ? 0 : day;
      const drawn = chance(seed, index, when, draws.site + rank * 4 + number);
      const place = Math.floor(drawn * (ADDRESSES_PER_SITE / 3)) * 3 + number;
      const address = siteAddress(site, place, ipv6 !== undefined && number !== 1);
      return { address, share: part / (rank + 1) / total };
    }),
  );
}

/** As much of the usage as a peer with this share has. */
export function shareOf({ download, upload }: PeerUsage, share: number): PeerUsage {
  return { download: Math.floor(download * share), upload: Math.floor(upload * share) };
}

function exchange(usage: Usage, other: Usage | undefined, down: number, up: number): void {
  if (other === undefined) return;
  const packets = packetsOf(down + up);
  usage.localDownload += down;
  usage.localUpload += up;
  usage.packets += packets;
  other.localDownload += up;
  other.localUpload += down;
  other.packets += packets;
}

function packetsOf(bytes: number): number {
  return Math.ceil(bytes / 1_000);
}

function isWeekend(day: Day): boolean {
  return new Date(calendarTime(day)).getUTCDay() % 6 === 0;
}
