import {
  ArcElement,
  BarController,
  BarElement,
  CategoryScale,
  Chart as ChartJs,
  DoughnutController,
  Filler,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
  type ChartConfiguration,
  type ChartType,
} from 'chart.js';
import { useEffect, useRef } from 'preact/hooks';
import { palette } from './colors.ts';

ChartJs.register(
  ArcElement,
  BarController,
  BarElement,
  CategoryScale,
  DoughnutController,
  Filler,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
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

  useEffect(() => {
    if (canvas.current === null) return undefined;
    // Animations that are begun here would go on through the updates below, and end where things were.
    const made = new ChartJs(canvas.current, withCommon(config));
    chart.current = made;
    return () => made.destroy();
    // A chart cannot change its type; all else is changed in place below.
  }, [config.type]);

  useEffect(() => {
    const made = chart.current;
    if (made === null) return;
    ChartJs.defaults.color = colors.muted;
    ChartJs.defaults.borderColor = colors.line;
    ChartJs.defaults.font.family = getComputedStyle(document.body).fontFamily;
    const { data, options = {} } = withCommon(config);
    made.data = data;
    made.options = options;
    made.update('none');
  }, [config, colors]);

  return (
    <div class="chart" style={{ height }}>
      <canvas ref={canvas} role="img" aria-label={label} />
    </div>
  );
}

const common = { animation: false, responsive: true, maintainAspectRatio: false } as const;

function withCommon<Type extends ChartType>(config: ChartConfiguration<Type>): ChartConfiguration {
  const { options, ...rest } = config as ChartConfiguration;
  return { ...rest, options: { ...common, ...options } };
}
