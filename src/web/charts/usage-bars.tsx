import type { ChartConfiguration, TooltipItem } from 'chart.js';
import { useMemo } from 'preact/hooks';
import { formatBytes, formatBytesShort } from '../format/bytes.ts';
import { byteUnits } from '../state/preferences.ts';
import { Chart } from './chart.tsx';
import { ChartData } from './chart-data.tsx';
import { palette } from './colors.ts';

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
  /** Called with the index of the step that was clicked. */
  onSelect?: (step: number) => void;
}

/** Stacked bars of bytes over time, with the numbers as a table. */
export function UsageBars({ label, height, steps, series, onSelect }: UsageBarsProps) {
  const { muted, line } = palette.value;
  const units = byteUnits.value;
  const config = useMemo(
    (): ChartConfiguration<'bar'> => ({
      type: 'bar',
      data: {
        labels: [...steps],
        datasets: series.map(({ name, color, bytes }) => ({
          label: name,
          data: [...bytes],
          backgroundColor: color,
          borderRadius: 2,
          maxBarThickness: 36,
        })),
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
              callback: (value) => formatBytesShort(Number(value)),
            },
          },
        },
        plugins: {
          legend: { display: series.length > 1, labels: { color: muted, boxWidth: 12 } },
          tooltip: { callbacks: { label: tooltipOf } },
        },
      },
    }),
    [steps, series, muted, line, units, onSelect],
  );
  return (
    <>
      <Chart label={label} height={height} config={config} />
      <ChartData caption={label} steps={steps} series={series} format={formatBytes} />
    </>
  );
}

function tooltipOf({ dataset, parsed }: TooltipItem<'bar'>): string {
  return `${dataset.label}: ${formatBytes(parsed.y ?? 0)}`;
}
