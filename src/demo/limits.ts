import prettyBytes from 'pretty-bytes';
import { monthOf, type Day, type MarkedLimit } from '../model/checkpoint.ts';
import type { Group } from '../model/group.ts';
import { limitKey, NETWORK_TARGET } from '../model/limit.ts';
import { activitiesOf } from './activity.ts';
import { hoursOf, type PastOptions } from './hours.ts';
import type { Happening } from './presence.ts';

/** What the network used this month is this share of its limit: the warning is near. */
const NETWORK_SHARE = 0.78;
/** What the television downloaded this month is this share of its limit. */
const TELEVISION_SHARE = 1.12;
const LEAST_BYTES = 1_000_000_000;
const CHILDREN_BYTES = 40_000_000_000;
const HALF_HOUR_MS = 1_800_000;

/** Limits that follow from what was used this month, and what was raised for them. */
export interface Limits {
  limits: MarkedLimit[];
  raised: Happening[];
}

export function limitsOf(options: PastOptions, groups: readonly Group[]): Limits {
  const { household, calendar, now } = options;
  const television = household.members.find(({ kind }) => kind.role === 'television');
  const usage = usageOfMonth(options, television?.index ?? -1);
  const usedBytes = usage.reduce((sum, { network }) => sum + network, 0);
  const limits = [limitOf(NETWORK_TARGET, usedBytes / NETWORK_SHARE)];
  const children = groups.find(({ name }) => name === 'Children');
  if (children !== undefined) {
    limits.push({ ...limitOf(children.id, CHILDREN_BYTES), period: 'day' });
  }
  if (television === undefined) return { limits, raised: [] };
  const downloaded = usage.reduce((sum, hour) => sum + hour.television, 0);
  const limit: MarkedLimit = {
    ...limitOf(television.id, downloaded / TELEVISION_SHARE),
    direction: 'download',
  };
  const raised = raisedOf(limit, television.kind.names.user ?? television.id, usage);
  const level = raised.at(-1)?.type === 'limit-exceeded' ? 'exceeded' : 'warning';
  const from = monthOf(calendar.day(now)) * 100 + 1;
  return {
    limits: [...limits, raised.length === 0 ? limit : { ...limit, mark: { from, level } }],
    raised,
  };
}

function limitOf(target: string, bytes: number): MarkedLimit {
  const rounded = Number(Math.max(LEAST_BYTES, bytes).toPrecision(3));
  return { target, period: 'month', direction: 'both', bytes: rounded, warningPercent: 80 };
}

/** Bytes of an hour: of the network in both directions, and downloaded by the television. `at`: its middle, epoch ms. */
interface HourOfMonth {
  at: number;
  network: number;
  television: number;
}

function usageOfMonth(
  { household, calendar, now }: PastOptions,
  television: number,
): HourOfMonth[] {
  const month = monthOf(calendar.day(now));
  const days = household.days.filter((day: Day) => monthOf(day) === month);
  return days.flatMap((day) =>
    [...hoursOf(calendar, day, now)].map((hour) => {
      const activities = activitiesOf(household, hour);
      return {
        at: Math.min(now, hour.start + HALF_HOUR_MS),
        network: activities.reduce(
          (sum, each) => sum + (each?.download ?? 0) + (each?.upload ?? 0),
          0,
        ),
        television: activities[television]?.download ?? 0,
      };
    }),
  );
}

/** When the warning and the limit were reached, in the words of the daemon. */
function raisedOf(limit: MarkedLimit, name: string, hours: readonly HourOfMonth[]): Happening[] {
  const { bytes, warningPercent, target } = limit;
  const levels = [
    ['limit-warning', warningPercent / 100, `, at least ${warningPercent} % of the limit.`],
    ['limit-exceeded', 1, ': the limit is reached.'],
  ] as const;
  return levels.flatMap(([type, share, end]) => {
    let used = 0;
    const hour = hours.find(({ television }) => (used += television) >= bytes * share);
    if (hour === undefined) return [];
    const message = `${name} has downloaded ${prettyBytes(used)} of ${prettyBytes(bytes)} this month${end}`;
    return [{ at: hour.at, type, device: target, limit: limitKey(limit), message }];
  });
}
