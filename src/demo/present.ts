import type { Clock } from '../base/clock.ts';
import type { InterfaceCounters } from '../model/batch.ts';
import { isIpv4 } from '../model/address.ts';
import type { Day } from '../model/checkpoint.ts';
import type { FrameSink } from '../model/traffic.ts';
import { activitiesOf, peersOf, type Activity } from './activity.ts';
import { createFrameWriter, endOf, LEAST_BYTES, MOST_BYTES, type End } from './frame-writer.ts';
import { DEMO_INTERFACE } from './interface.ts';
import type { Household, Member } from './household.ts';
import type { DayCalendar } from './hours.ts';
import { chance } from './random.ts';

const TICK_MS = 200;
/** After the machine slept nobody catches up. */
const LONGEST_TICK_MS = 1000;
const HOUR_MS = 3_600_000;
/** How long a device keeps doing the same. */
const SPELL_MS = 4000;
const draws = { pace: 21, peer: 22 } as const;

export interface PresentOptions {
  household: Household;
  calendar: DayCalendar;
  clock: Clock;
}

/** A moment of the present. `hours`: length of the time since the moment before. */
interface Moment {
  day: Day;
  spell: number;
  seconds: number;
  hours: number;
}

type Write = ReturnType<typeof createFrameWriter>;

/**
 * A capture source (it keeps the contract of `capture/source.ts`): frames of what the household does just now, at the pace
 * by which the running hour comes to what its past would say of it.
 */
export function openPresent({ household, calendar, clock }: PresentOptions) {
  const players = household.members.map((member) => createPlayer(household, member));
  let end: () => void = () => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  let timer: NodeJS.Timeout | undefined;
  let received = 0;
  let hourStart = -1;
  let activities: (Activity | undefined)[] = [];

  function play(now: number, elapsedMs: number, write: Write): void {
    const day = calendar.day(now);
    const start = calendar.startOfDay(day);
    const hour = Math.floor((now - start) / HOUR_MS);
    if (start + hour * HOUR_MS !== hourStart) {
      hourStart = start + hour * HOUR_MS;
      activities = activitiesOf(household, { day, hour, part: 1 });
    }
    const spell = Math.floor(now / SPELL_MS) % 2 ** 31;
    const hours = Math.min(LONGEST_TICK_MS, elapsedMs) / HOUR_MS;
    const moment = { day, spell, seconds: Math.floor(now / 1000), hours };
    for (const [index, activity] of activities.entries()) {
      if (activity !== undefined) players[index]?.(activity, moment, write);
    }
  }

  return {
    async start(sink: FrameSink): Promise<void> {
      const write = createFrameWriter((frame) => {
        received += 1;
        sink(frame);
      });
      let before = clock.monotonic();
      timer = setInterval(() => {
        const now = clock.monotonic();
        play(clock.now(), now - before, write);
        before = now;
      }, TICK_MS);
    },
    async stop(): Promise<void> {
      clearInterval(timer);
      end();
    },
    ended,
    counters: (): InterfaceCounters[] => [{ name: DEMO_INTERFACE, up: true, received, dropped: 0 }],
  };
}

/** Returns a function that plays one member's part of a moment. */
function createPlayer({ seed, router, storage }: Household, member: Member) {
  const [ipv4, ipv6] = [endOf(member.mac, member.ipv4), endOf(member.mac, member.ipv6 ?? '::')];
  const [toRouter, toStorage] = [router, storage].map(
    (other) => other && endOf(other.mac, other.ipv4),
  );
  const [internet, fetching, asking] = [new Line(), new Line(), new Line()];
  let day: Day = 0;
  let peers: { far: End; share: number }[] = [];

  function peerAt(moment: Moment): End | undefined {
    if (moment.day !== day) {
      day = moment.day;
      peers = peersOf(seed, member, day).map(({ address, share }) => ({
        // Packets of the internet come by way of the router.
        far: endOf(router?.mac ?? member.mac, address),
        share,
      }));
    }
    let left = chance(seed, member.index, moment.spell, draws.peer);
    return (peers.find(({ share }) => (left -= share) < 0) ?? peers[0])?.far;
  }

  return (activity: Activity, moment: Moment, write: Write): void => {
    const pace = 2 * chance(seed, member.index, moment.spell, draws.pace) * moment.hours;
    const far = peerAt(moment);
    if (far !== undefined) {
      const near = isIpv4(far.address[0], far.address[1], far.address[2]) ? ipv4 : ipv6;
      internet.carry(activity.download * pace, activity.upload * pace);
      internet.flush({ near, far, seconds: moment.seconds }, write);
    }
    if (toStorage !== undefined) {
      fetching.carry(activity.fetched * pace, activity.stored * pace);
      fetching.flush({ near: ipv4, far: toStorage, seconds: moment.seconds }, write);
    }
    if (toRouter !== undefined) {
      asking.carry(activity.answers * pace, activity.questions * pace);
      asking.flush({ near: ipv4, far: toRouter, seconds: moment.seconds }, write);
    }
  };
}

/** Bytes between a member and somebody else that wait to become frames. */
class Line {
  private down = 0;
  private up = 0;

  carry(down: number, up: number): void {
    this.down += down;
    this.up += up;
  }

  flush(ends: { near: End; far: End; seconds: number }, write: Write): void {
    const { near, far, seconds } = ends;
    while (this.down >= LEAST_BYTES) {
      const bytes = Math.floor(Math.min(this.down, MOST_BYTES));
      write(far, near, bytes, seconds);
      this.down -= bytes;
    }
    while (this.up >= LEAST_BYTES) {
      const bytes = Math.floor(Math.min(this.up, MOST_BYTES));
      write(near, far, bytes, seconds);
      this.up -= bytes;
    }
  }
}
