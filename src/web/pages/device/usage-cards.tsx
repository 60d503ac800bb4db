import type { Device } from '../../api/operations.ts';
import { heatMapStart } from '../../charts/heat-map.tsx';
import { isDay } from '../../format/days.ts';
import { useAnswer } from '../../state/answer.ts';
import { replaceQuery, route } from '../../state/route.ts';
import { today } from '../../state/home.ts';
import { pastOf, usesOf, withLatest } from './daily-use.ts';
import { DaysCard } from './days-card.tsx';
import { HoursCard } from './hours-card.tsx';
import { YearCard } from './year-card.tsx';

/** Its use by day, by hour of a chosen day and over a year; a day chosen anywhere shows its hours. */
export function UsageCards({ device }: { device: Device }) {
  const day = today.value;
  const from = heatMapStart(day);
  const answer = useAnswer(
    'showUsage',
    { devices: [device.id], step: 'day', from, to: day },
    pastOf(device, day),
  );
  const rows = answer.value.value?.usage;
  const uses = withLatest(usesOf(rows ?? [], String), day, device.today);
  const chosen = dayIn(route.value.query.get('day'), from, day);
  const choose = (each: string) => replaceQuery({ day: each === day ? undefined : each });
  return (
    <>
      <DaysCard device={device} answer={answer} uses={uses} onSelect={choose} />
      <HoursCard device={device} day={chosen} from={from} onChange={choose} />
      <YearCard answer={answer} uses={uses} selected={chosen} onSelect={choose} />
    </>
  );
}

/** A day from the address, where hours of it may be known; else today. */
function dayIn(text: string | null, from: string, to: string): string {
  return text !== null && isDay(text) && text >= from && text <= to ? text : to;
}
