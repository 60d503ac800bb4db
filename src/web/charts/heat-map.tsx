import { useEffect, useRef, useState } from 'preact/hooks';
import { formatBytesShort } from '../format/bytes.ts';
import { formatMonthName, formatWeekday } from '../format/dates.ts';
import { addDays } from '../format/days.ts';
import { levelOf, thresholdsOf } from './heat-levels.ts';
import './heat-map.css';

interface HeatMapProps {
  /** What it shows, for those who do not see it. */
  label: string;
  /** The last day; the map begins on a Monday 52 weeks before. */
  to: string;
  /** Bytes by day; days without any may be absent. */
  bytes: ReadonlyMap<string, number>;
  /** A day in words, such as `Friday, 20 November 2026: 1.2 GB`. */
  textOf: (day: string) => string;
  /** Said where no day is pointed at. */
  summary: string;
  selected: string | undefined;
  onSelect: (day: string) => void;
}

const weekCount = 53;
const weekdays = [0, 1, 2, 3, 4, 5, 6];

/** The first day on the map that ends with `to`. */
export function heatMapStart(to: string): string {
  const weekday = (new Date(to).getUTCDay() + 6) % 7;
  return addDays(to, -weekday - (weekCount - 1) * 7);
}

/** A year of days by weekday and week, the more the darker. Arrow keys lead from day to day. */
export function HeatMap({ label, to, bytes, textOf, summary, selected, onSelect }: HeatMapProps) {
  const from = heatMapStart(to);
  const thresholds = thresholdsOf([...bytes.values()]);
  const box = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState<string>();
  const [pointed, setPointed] = useState<string>();
  const entry = current ?? (selected !== undefined && selected >= from ? selected : to);

  // Where the year does not fit, its end is what one came for.
  useEffect(() => {
    if (box.current !== null) box.current.scrollLeft = box.current.scrollWidth;
  }, []);

  function onKeyDown(event: KeyboardEvent) {
    const step = keySteps[event.key];
    const target = step === undefined ? ends[event.key]?.(from, to) : addDays(entry, step);
    if (target === undefined) return;
    event.preventDefault();
    if (target < from || target > to) return;
    setCurrent(target);
    box.current?.querySelector<HTMLElement>(`[data-day="${target}"]`)?.focus();
  }

  function dayAt(week: number, weekday: number) {
    const day = addDays(from, week * 7 + weekday);
    if (day > to) return undefined;
    return (
      <div key={day} role="gridcell" aria-selected={day === selected}>
        <button
          type="button"
          class={`heat-day heat-${levelOf(bytes.get(day) ?? 0, thresholds)}`}
          data-day={day}
          aria-label={textOf(day)}
          tabIndex={day === entry ? 0 : -1}
          onClick={() => onSelect(day)}
          onFocus={() => {
            setCurrent(day);
            setPointed(day);
          }}
          onBlur={() => setPointed(undefined)}
          onPointerEnter={() => setPointed(day)}
          onPointerLeave={() => setPointed(undefined)}
        />
      </div>
    );
  }

  return (
    <div class="heat">
      <div class="heat-scroll" ref={box}>
        <div class="heat-map">
          <Months from={from} />
          <div role="grid" aria-label={label} tabIndex={-1} onKeyDown={onKeyDown}>
            {weekdays.map((weekday) => (
              <div key={weekday} class="heat-row" role="row">
                <span class="heat-weekday" role="rowheader">
                  {formatWeekday(addDays(from, weekday))}
                </span>
                {Array.from({ length: weekCount }, (_, week) => dayAt(week, weekday))}
              </div>
            ))}
          </div>
        </div>
      </div>
      <div class="heat-foot">
        <p class="heat-told">{pointed === undefined ? summary : textOf(pointed)}</p>
        <Legend thresholds={thresholds} />
      </div>
    </div>
  );
}

const keySteps: Record<string, number> = {
  ArrowLeft: -7,
  ArrowRight: 7,
  ArrowUp: -1,
  ArrowDown: 1,
  PageUp: -28,
  PageDown: 28,
};
const ends: Record<string, (from: string, to: string) => string> = {
  Home: (from) => from,
  End: (_from, to) => to,
};

/** The name of a month stands above the week in which it begins. */
function Months({ from }: { from: string }) {
  return (
    <div class="heat-row heat-months" aria-hidden="true">
      <span />
      {Array.from({ length: weekCount }, (_, week) => {
        const first = addDays(from, week * 7);
        const isMonthStart = addDays(first, 6).slice(8) <= '07';
        const fits = week < weekCount - 1;
        return (
          <span key={first}>{isMonthStart && fits && formatMonthName(addDays(first, 6))}</span>
        );
      })}
    </div>
  );
}

function Legend({ thresholds }: { thresholds: readonly number[] }) {
  const texts = ['none', ...thresholds.map((bytes) => `up to ${formatBytesShort(bytes)}`)];
  return (
    <ul class="heat-legend" aria-label="Scale">
      {texts.map((text, level) => (
        <li key={text}>
          <span class={`heat-swatch heat-${level}`} />
          {text}
        </li>
      ))}
    </ul>
  );
}
