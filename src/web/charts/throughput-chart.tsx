import type { ChartConfiguration, TooltipItem } from 'chart.js';
import { useMemo } from 'preact/hooks';
import { formatBytesShort, formatRate } from '../format/bytes.ts';
import { formatClock } from '../format/dates.ts';
import { byteUnits } from '../state/preferences.ts';
import type { Sample } from '../state/sample.ts';
import { throughput } from '../state/throughput.ts';
import { isVisible } from '../state/visible.ts';
import { Chart } from './chart.tsx';
import { ChartData } from './chart-data.tsx';
import { faded, palette } from './colors.ts';
import { axisOf, linesOf, meansOf, windowOf } from './throughput.ts';

const label = 'Download and upload of the last five minutes';

/** The last five minutes, second by second: download upwards, upload downwards. It rests while nobody sees it. */
export function ThroughputChart({ height }: { height: string }) {
  // Without looking at the signal of the samples a hidden page has no reason to draw.
  const samples = isVisible.value ? throughput.value : throughput.peek();
  const colors = palette.value;
  const units = byteUnits.value;
  const config = useMemo(() => configOf(samples, colors), [samples, colors, units]);
  const means = useMemo(() => meansOf(samples), [samples]);
  return (
    <>
      <Chart label={label} height={height} config={config} />
      <ChartData
        caption={`${label}, means of ten seconds`}
        steps={means.map(({ at }) => formatClock(at))}
        series={[
          { name: 'Download', bytes: means.map(({ download }) => download) },
          { name: 'Upload', bytes: means.map(({ upload }) => upload) },
        ]}
        format={formatRate}
      />
    </>
  );
}

function configOf(
  samples: readonly Sample[],
  { muted, line, download, upload }: typeof palette.value,
): ChartConfiguration<'line'> {
  const lines = linesOf(samples);
  const { min, max, steps } = axisOf(samples);
  const seconds = windowOf(samples);
  const datasetOf = (name: string, color: string, data: typeof lines.download) => ({
    label: name,
    data,
    borderColor: color,
    backgroundColor: faded(color, 0.18),
    fill: 'origin',
    borderWidth: 1.5,
    pointRadius: 0,
    pointHitRadius: 0,
    cubicInterpolationMode: 'monotone' as const,
  });
  return {
    type: 'line',
    data: {
      datasets: [
        datasetOf('Download', download, lines.download),
        datasetOf('Upload', upload, lines.upload),
      ],
    },
    options: {
      parsing: false,
      normalized: true,
      interaction: { mode: 'index', intersect: false },
      scales: {
        x: {
          type: 'linear',
          min: -seconds,
          max: 0,
          grid: { display: false },
          ticks: {
            color: muted,
            stepSize: seconds > 120 ? 60 : seconds / 4,
            maxRotation: 0,
            callback: agoInWords,
          },
        },
        y: {
          min,
          max,
          // Chart.js would divide what lies between the ends, which need not be whole steps.
          afterBuildTicks: (axis) => {
            axis.ticks = steps.map((value) => ({ value }));
          },
          border: { display: false },
          grid: { color: line },
          ticks: {
            color: muted,
            callback: (value) => `${formatBytesShort(Math.abs(Number(value)))}/s`,
          },
        },
      },
      plugins: {
        legend: { display: false },
        tooltip: {
          callbacks: {
            title: ([first]) => secondsInWords(first?.parsed.x ?? 0),
            label: rateOf,
          },
        },
      },
    },
  };
}

function agoInWords(value: number | string): string {
  const seconds = Math.round(-Number(value));
  if (seconds === 0) return 'now';
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}

function secondsInWords(x: number): string {
  const seconds = Math.round(-x);
  if (seconds < 1) return 'Now';
  if (seconds < 60) return `${seconds} s ago`;
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s ago`;
}

function rateOf({ dataset, parsed }: TooltipItem<'line'>): string {
  return `${dataset.label}: ${formatRate(Math.abs(parsed.y ?? 0))}`;
}
