import { computed, useSignalEffect } from '@preact/signals';
import { addDays, monthStart } from '../../format/days.ts';
import { hoursOf } from '../../format/dates.ts';
import { attention } from '../../state/attention.ts';
import { home, today } from '../../state/home.ts';
import { createResource } from '../../state/resource.ts';

/** The network by hour: yesterday and today. */
export const hourly = createResource('showUsage', () => ({
  by: 'network',
  step: 'hour',
  from: addDays(today.value, -1),
  to: today.value,
}));

/** The network by day: the whole of last month. */
export const lastMonth = createResource('showUsage', () => ({
  by: 'network',
  step: 'day',
  from: monthStart(today.value, -1),
  to: addDays(monthStart(today.value), -1),
}));

/** Devices that nobody has acknowledged, newest first. */
export const newDevices = createResource('listEvents', () => ({
  type: ['device-new'],
  acknowledged: false,
  limit: 1000,
}));

/** Start of each hour of today, epoch ms. */
export const hoursToday = computed(() => (today.value === '' ? [] : hoursOf(today.value)));

/** And of yesterday. */
export const hoursYesterday = computed(() =>
  today.value === '' ? [] : hoursOf(addDays(today.value, -1)),
);

/** Keeps all of it in step with what the pages share, for as long as the page is open. */
export function useRecent(): void {
  useSignalEffect(() => {
    // Those that wait are others only where what waits at all was asked for.
    if (attention.value.value ?? attention.error.value) void newDevices.refresh();
  });
  useSignalEffect(() => {
    if (home.value.value === undefined) return;
    void hourly.refresh();
    // A month that is over does not change any more.
    if (lastMonth.value.peek()?.from !== monthStart(today.value, -1)) void lastMonth.refresh();
  });
}
