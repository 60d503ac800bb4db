import { computed, signal } from '@preact/signals';
import { followLive } from '../api/live.ts';
import type { Device, Event, LiveRates, Rate } from '../api/operations.ts';
import { localTime } from '../format/local-time.ts';
import { access } from './access.ts';
import { acknowledgedLast, attention } from './attention.ts';
import { createResource } from './resource.ts';
import { openInSeenTab } from './tabs.ts';

const refreshMs = 10_000;
/** Less than the time after which it is asked anew, and told before it is told that the stream alone is away. */
const patienceMs = 5_000;

/** What all pages show: devices and network, health, limits, groups, and what awaits acknowledgement. */
export const home = createResource('listDevices', () => ({}), patienceMs);
export const health = createResource('showHealth', () => ({}));
export const limits = createResource('listLimits', () => ({}));
export const groups = createResource('listGroups', () => ({}));

/** Rates of the last second; undefined before the first, and while the stream is broken off. */
export const rates = signal<LiveRates>();
/** The event that happened last while this page was open. */
export const lastEvent = signal<Event>();
/** Whether the daemon answers: `connecting` only before the first word of it. */
export const connection = signal<'connecting' | 'live' | 'away'>('connecting');

/** Devices by id. */
export const devicesById = computed<ReadonlyMap<string, Device>>(
  () => new Map(home.value.value?.devices.map((device) => [device.id, device])),
);
/** The zone in which the ledger's days begin and end. */
export const timeZone = computed(() => home.value.value?.timeZone ?? 'UTC');
/** The ledger's day at present, such as 2026-11-20; empty until it is known. */
export const today = computed(() => home.value.value?.day ?? '');
/** The day on which the ledger saw its first device; today where it saw none. */
export const firstDay = computed(() => {
  const seen = home.value.value?.devices.map((device) => Date.parse(device.firstSeen)) ?? [];
  return seen.length === 0 ? today.value : localTime(Math.min(...seen), timeZone.value).day;
});

/** The device that stands for all that are not itemised. It has no page, and nothing can be done with it. */
export const othersId = 'other';

const silent: Rate = { download: 0, upload: 0 };

/** What a device sends and receives: in the last second or, where the stream does not come through, in the last ones. */
export function rateOf({ id, rate }: Pick<Device, 'id' | 'rate'>): Rate {
  return rates.value === undefined ? rate : (rates.value.devices[id] ?? silent);
}

/** And the network. */
export const networkRate = computed(
  () => rates.value?.network ?? home.value.value?.network.rate ?? silent,
);

const figures = [home, health, limits, groups];
const shared = [...figures, attention, access];
/** What happens at once is asked for once. */
const settleMs = 200;

let running: Promise<unknown> | undefined;
let following: Promise<unknown> | undefined;

/** Asks for everything that all pages share. While that is under way it is asked once more afterwards, for all who ask. */
export function refreshHome(): Promise<unknown> {
  if (running === undefined) return askAnew();
  following ??= running.then(() => {
    following = undefined;
    return refreshHome();
  });
  return following;
}

/** Drops what is under way: whoever did not answer until now may never do. */
function askAnew(resources = shared): Promise<unknown> {
  const mine = Promise.all(resources.map((resource) => resource.refresh())).finally(() => {
    if (running === mine) running = undefined;
  });
  running = mine;
  return mine;
}

/** Keeps it fresh: every ten seconds while the page is seen, and when something happened. */
export function startHome(): void {
  const whileSeen = (ask: () => Promise<unknown>) => {
    if (!document.hidden) void ask();
  };
  let soon: ReturnType<typeof setTimeout> | undefined;
  const follow = () =>
    followLive({
      rates(each) {
        rates.value = each;
      },
      event(event) {
        lastEvent.value = event;
        soon ??= setTimeout(() => {
          soon = undefined;
          whileSeen(refreshHome);
        }, settleMs);
      },
      acknowledged(ids) {
        acknowledgedLast.value = ids;
        void attention.refresh();
      },
      state(isOpen) {
        const before = connection.value;
        connection.value = isOpen ? 'live' : 'away';
        if (!isOpen) rates.value = undefined;
        // Either something was missed, or the answer tells whether the daemon is there at all.
        if (before !== 'connecting' && before !== connection.value) whileSeen(askAnew);
      },
    });
  openInSeenTab(() => {
    const stop = follow();
    return () => {
      stop();
      rates.value = undefined;
      connection.value = 'connecting';
    };
  });
  void askAnew();
  // What waits to be acknowledged changes with events alone, and what one may do with a restart.
  const tick = () => askAnew(connection.value === 'live' ? figures : shared);
  setInterval(() => whileSeen(tick), refreshMs);
  document.addEventListener('visibilitychange', () => whileSeen(askAnew));
}
