import './overview.css';
import type { JSX } from 'preact';
import { formatLongDay, formatTime } from '../format/dates.ts';
import { health, home, timeZone, today } from '../state/home.ts';
import { BillingPeriod } from './overview/billing-period.tsx';
import { BusyDevices } from './overview/busy-devices.tsx';
import { CaptureHealth } from './overview/capture-health.tsx';
import { FirstSteps } from './overview/first-steps.tsx';
import { HoursOfToday } from './overview/hours-of-today.tsx';
import { NearestLimits } from './overview/nearest-limits.tsx';
import { NewDevices } from './overview/new-devices.tsx';
import { newDevices, useRecent } from './overview/recent.ts';
import { RightNow } from './overview/right-now.tsx';
import { MonthSum, TodaySum } from './overview/sums.tsx';
import { TopDevices } from './overview/top-devices.tsx';

/** What the network does, and what it did today and this month. */
export function Overview() {
  useRecent();
  const latest = home.value.value;
  return (
    <>
      <div class="page-head">
        <h1>Overview</h1>
        {latest !== undefined && (
          <p class="muted overview-date">
            {formatLongDay(today.value)}, {formatTime(latest.at)}{' '}
            <span class="small">{timeZone.value}</span>
          </p>
        )}
      </div>
      <Body />
    </>
  );
}

function Body(): JSX.Element {
  const devices = home.value.value?.devices;
  // All at once, so that nothing moves when the last answer comes.
  const hasNews = newDevices.value.value !== undefined || newDevices.error.value !== undefined;
  const hasHealth = health.value.value !== undefined || health.error.value !== undefined;
  if (devices === undefined || !hasNews || !hasHealth) return <Loading />;
  if (devices.length === 0) return <FirstSteps />;
  return (
    <div class="cards">
      <RightNow />
      <div class="overview-sums">
        <TodaySum />
        <MonthSum />
      </div>
      <NewDevices />
      <HoursOfToday />
      <BusyDevices />
      <TopDevices />
      <NearestLimits />
      <CaptureHealth />
      <BillingPeriod />
    </div>
  );
}

/** The places of the first cards. */
function Loading() {
  return (
    <div class="cards" aria-busy="true">
      <p class="visually-hidden">Loading…</p>
      <div class="card span-8 overview-place" />
      <div class="card span-4 overview-place" />
      <div class="card span-8 overview-place" />
      <div class="card span-4 overview-place" />
    </div>
  );
}
