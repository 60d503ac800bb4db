import type { ChartConfiguration, TooltipItem } from 'chart.js';
import { useMemo } from 'preact/hooks';
import { formatBytes } from '../format/bytes.ts';
import { byteUnits } from '../state/preferences.ts';
import { Chart } from './chart.tsx';
import { palette } from './colors.ts';

interface Slice {
  name: string;
  color: string;
  bytes: number;
}

interface ShareChartProps {
  label: string;
  height: string;
  slices: readonly Slice[];
}

/** Parts of a whole as a ring. Give its numbers as a list beside it. */
export function ShareChart({ label, height, slices }: ShareChartProps) {
  const { surface } = palette.value;
  const units = byteUnits.value;
  const config = useMemo(
    (): ChartConfiguration<'doughnut'> => ({
      type: 'doughnut',
      data: {
        labels: slices.map(({ name }) => name),
        datasets: [
          {
            data: slices.map(({ bytes }) => bytes),
            backgroundColor: slices.map(({ color }) => color),
            borderColor: surface,
            borderWidth: 2,
          },
        ],
      },
      options: {
        cutout: '68%',
        plugins: { legend: { display: false }, tooltip: { callbacks: { label: shareOf } } },
      },
    }),
    [slices, surface, units],
  );
  return <Chart label={label} height={height} config={config} />;
}

function shareOf({ dataset, parsed }: TooltipItem<'doughnut'>): string {
  const whole = dataset.data.reduce((sum, each) => sum + each, 0);
  return `${formatBytes(parsed)}, ${Math.round((100 * parsed) / whole)} %`;
}
