import type { ChartConfiguration, TooltipItem } from 'chart.js';
import { useMemo } from 'preact/hooks';
import { formatBytes, formatBytesShort } from '../format/bytes.ts';
import { byteUnits } from '../state/preferences.ts';
import { Chart } from './chart.tsx';
import { ChartData } from './chart-data.tsx';
import { faded, palette } from './colors.ts';

export interface Series {
  name: string;
  color: string;
  /** Bytes, one for each step. */
  bytes: readonly number[];
}

interface UsageBarsProps {
  label: string;
  height: string;
  /** Texts under the bars: hours, days, months. */
  steps: readonly string[];
  /** Bars of one step stand on each other. */
  series: readonly Series[];
  /** All series but the first hang below the line. */
  mirrored?: boolean;
  /** Stands behind the bars, pale: the same steps at another time. */
  before?: Omit<Series, 'color'>;
  /** Called with the index of the step that was clicked. */
  onSelect?: (step: number) => void;
}

/** Stacked bars of bytes over time, with the numbers as a table. */
export function UsageBars(props: UsageBarsProps) {
  const { label, height, steps, series, mirrored, before, onSelect } = props;
  const { muted, line, other } = palette.value;
  const units = byteUnits.value;
  const config = useMemo(
    (): ChartConfiguration<'bar'> => ({
      type: 'bar',
      data: {
        labels: [...steps],
        datasets: [
          ...series.map(({ name, color, bytes }, at) => ({
            label: name,
            data: mirrored === true && at > 0 ? bytes.map((each) => -each) : [...bytes],
            backgroundColor: color,
            borderRadius: 2,
            maxBarThickness: 36,
          })),
          ...(before === undefined ? [] : [behind(before, faded(other, 0.28))]),
        ],
      },
      options: {
        interaction: { mode: 'index', intersect: false },
        ...(onSelect === undefined
          ? {}
          : { onClick: (_event, [hit]) => hit !== undefined && onSelect(hit.index) }),
        scales: {
          x: {
            stacked: true,
            grid: { display: false },
            ticks: { color: muted, maxRotation: 0, autoSkipPadding: 12 },
          },
          y: {
            stacked: true,
            beginAtZero: true,
            border: { display: false },
            grid: { color: line },
            ticks: {
              color: muted,
              maxTicksLimit: 5,
              callback: (value) => formatBytesShort(Math.abs(Number(value))),
            },
          },
        },
        plugins: {
          legend: {
            display: series.length > 1 || before !== undefined,
            labels: { color: muted, boxWidth: 12 },
          },
          tooltip: { callbacks: { label: tooltipOf } },
        },
      },
    }),
    [steps, series, mirrored, before, muted, line, other, units, onSelect],
  );
  return (
    <>
      <Chart label={label} height={height} config={config} />
      <ChartData
        caption={label}
        steps={steps}
        series={before === undefined ? series : [...series, before]}
        format={formatBytes}
      />
    </>
  );
}

/** Bars of their own stack, as wide as their place and below all others. */
function behind({ name, bytes }: Omit<Series, 'color'>, color: string) {
  return {
    label: name,
    data: [...bytes],
    backgroundColor: color,
    stack: 'before',
    grouped: false,
    order: 1,
    borderRadius: 2,
    categoryPercentage: 0.96,
    barPercentage: 1,
  };
}

function tooltipOf({ dataset, parsed }: TooltipItem<'bar'>): string {
  return `${dataset.label}: ${formatBytes(Math.abs(parsed.y ?? 0))}`;
}
