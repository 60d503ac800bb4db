import { useMemo } from 'preact/hooks';
import './history.css';
import { palette } from '../charts/colors.ts';
import { colorSlots } from '../charts/share-colors.ts';
import { formatDayRange } from '../format/dates.ts';
import { Missing } from '../parts/missing.tsx';
import { devicesById, firstDay, groups, home } from '../state/home.ts';
import { route } from '../state/route.ts';
import { DeviceTable } from './history/device-table.tsx';
import { Exports } from './history/exports.tsx';
import type { Picture } from './history/load.ts';
import { Peers } from './history/peers.tsx';
import type { Calendar } from './history/periods.ts';
import { StepTable } from './history/step-table.tsx';
import { Summary } from './history/summary.tsx';
import { Toolbar } from './history/toolbar.tsx';
import { UsageChart } from './history/usage-chart.tsx';
import { usePicture } from './history/use-picture.ts';
import { readView, type View } from './history/view.ts';

/** Who used what and when, in any time: the view is in the address. */
export function History() {
  const calendar = useCalendar();
  const areGroupsKnown = groups.value.value !== undefined || groups.error.value !== undefined;
  if (calendar === undefined || !areGroupsKnown) {
    return (
      <>
        <div class="page-head">
          <h1>History</h1>
        </div>
        <Missing resource={home} />
      </>
    );
  }
  const isKnown = (target: string) => nameOf(target) !== undefined;
  const { view, notes } = readView(route.value.query, calendar, isKnown);
  return (
    <>
      <div class="page-head">
        <h1>History</h1>
        <Exports view={view} />
      </div>
      {notes.length > 0 && (
        <div class="banner history-notes" role="status">
          {notes.map((note) => (
            <p key={note}>{note}</p>
          ))}
        </div>
      )}
      <Toolbar view={view} calendar={calendar} nameOf={(target) => nameOf(target) ?? target} />
      <Shown view={view} calendar={calendar} />
    </>
  );
}

function Shown({ view, calendar }: { view: View; calendar: Calendar }) {
  const { picture, error, isLoading, retry } = usePicture(view, calendar);
  const colors = useColors(picture);
  return (
    <>
      <p class="visually-hidden" role="status">
        {isLoading ? '' : `Usage of ${formatDayRange(view.from, view.to)} is shown.`}
      </p>
      {error !== undefined && (
        <div class="banner danger" role="alert">
          {error.message}
          <button type="button" onClick={retry}>
            Try again
          </button>
        </div>
      )}
      {picture === undefined ? (
        <Placeholder />
      ) : (
        <div class="cards history-shown" aria-busy={isLoading}>
          <Summary
            picture={picture}
            calendar={calendar}
            targets={picture.view.targets.map((target) => nameOf(target) ?? target)}
          />
          <UsageChart picture={picture} view={view} colors={colors} />
          <DeviceTable picture={picture} colors={colors} />
          <StepTable picture={picture} />
        </div>
      )}
      <Peers view={view} />
    </>
  );
}

/** As high as what will be there. */
function Placeholder() {
  return (
    <div class="cards" aria-busy="true">
      <div class="card history-first-summary" />
      <div class="card history-first-chart" />
      <div class="card history-first-table" />
    </div>
  );
}

/** What today and the other words mean; the same object until the day, or the ledger, is another. */
function useCalendar(): Calendar | undefined {
  const answer = home.value.value;
  const first = firstDay.value;
  const { day = '' } = answer ?? {};
  const billingFrom = answer?.network.billing.from ?? '';
  return useMemo(
    () => (day === '' ? undefined : { today: day, billingFrom, firstDay: first }),
    [day, billingFrom, first],
  );
}

function useColors(picture: Picture | undefined): ReadonlyMap<string, string> {
  const { series } = palette.value;
  const largest = picture?.largest ?? picture?.devices.slice(0, 8) ?? [];
  return useMemo(() => {
    const slots = colorSlots(largest.map(({ id }) => id));
    return new Map([...slots].map(([id, slot]) => [id, series[slot] ?? '']));
  }, [picture, series]);
}

function nameOf(target: string): string | undefined {
  return (
    devicesById.value.get(target)?.name ??
    groups.value.value?.groups.find(({ id }) => id === target)?.name
  );
}
