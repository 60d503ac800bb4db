import { signal } from '@preact/signals';
import type { Chart as ChartJs, ChartConfiguration, ChartType } from 'chart.js';
import { useEffect, useRef } from 'preact/hooks';
import { palette } from './colors.ts';

/** Chart.js is fetched beside the page, which does not wait for it. */
const library = signal<typeof ChartJs>();
const isMissing = signal(false);
import('./chart-js.ts').then(
  ({ Chart: fetched }) => (library.value = fetched),
  () => (isMissing.value = true),
);

export interface ChartProps<Type extends ChartType> {
  /** What it shows, in a sentence for those who do not see it. */
  label: string;
  /** In CSS, so that nothing moves when data comes. */
  height: string;
  /** Colours are those of `colors.ts`; the chart is updated in place when data or options change. */
  config: ChartConfiguration<Type>;
}

/** A canvas kept in step with its configuration and the theme. Give its data as a table beside it, too. */
export function Chart<Type extends ChartType>({ label, height, config }: ChartProps<Type>) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useRef<ChartJs>(null);
  const colors = palette.value;
  const Library = library.value;

  useEffect(() => {
    if (canvas.current === null || Library === undefined) return undefined;
    // Empty: the update below fills it, once, and without the animations that would be prepared here for each bar.
    const empty: ChartConfiguration = {
      type: config.type,
      data: { datasets: [] },
      options: common,
    };
    const made = new Library(canvas.current, empty);
    chart.current = made;
    return () => made.destroy();
    // A chart cannot change its type; all else is changed in place below.
  }, [config.type, Library]);

  useEffect(() => {
    const made = chart.current;
    if (made === null || Library === undefined) return;
    Library.defaults.color = colors.muted;
    Library.defaults.borderColor = colors.line;
    Library.defaults.font.family = getComputedStyle(document.body).fontFamily;
    const { data, options = {} } = withCommon(config);
    made.data = data;
    made.options = options;
    made.update('none');
  }, [config, colors, Library]);

  return (
    <div class="chart" style={{ height }}>
      {isMissing.value ? (
        <p class="empty">The chart could not be loaded. LanLedger may have been updated: reload.</p>
      ) : (
        <canvas ref={canvas} role="img" aria-label={label} />
      )}
    </div>
  );
}

const common = { animation: false, responsive: true, maintainAspectRatio: false } as const;

function withCommon<Type extends ChartType>(config: ChartConfiguration<Type>): ChartConfiguration {
  const { options, ...rest } = config as ChartConfiguration;
  return { ...rest, options: { ...common, ...options } };
}
