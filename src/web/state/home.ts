import { computed, signal } from '@preact/signals';
import { followLive } from '../api/live.ts';
import type { Device, Event, LiveRates } from '../api/operations.ts';
import { acknowledgedLast, attention } from './attention.ts';
import { createResource } from './resource.ts';

/** What all pages show: devices and network, health, limits, groups, and what awaits acknowledgement. */
export const home = createResource('listDevices', () => ({}));
export const health = createResource('showHealth', () => ({}));
export const limits = createResource('listLimits', () => ({}));
export const groups = createResource('listGroups', () => ({}));

/** Rates of the last second; undefined before the first. */
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
/** The ledger's day at present, such as 2026-11-20. */
export const today = computed(() => home.value.value?.day ?? '');

const shared = [home, health, limits, groups, attention];
const refreshMs = 10_000;

/** Asks for everything that all pages share. */
export async function refreshHome(): Promise<void> {
  await Promise.all(shared.map((resource) => resource.refresh()));
}

/** Keeps it fresh: every ten seconds while the page is seen, and when something happened. */
export function startHome(): void {
  followLive({
    rates(each) {
      rates.value = each;
    },
    event(event) {
      lastEvent.value = event;
      void refreshHome();
    },
    acknowledged(ids) {
      acknowledgedLast.value = ids;
      void attention.refresh();
    },
    state(isOpen) {
      const state = isOpen ? 'live' : 'away';
      // Either something was missed, or the answer tells whether the daemon is there at all.
      if (state !== connection.value) void refreshHome();
      connection.value = state;
    },
  });
  void refreshHome();
  setInterval(() => {
    if (!document.hidden) void refreshHome();
  }, refreshMs);
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) void refreshHome();
  });
}
