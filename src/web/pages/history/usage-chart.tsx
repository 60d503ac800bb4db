import { useCallback, useMemo } from 'preact/hooks';
import { palette, type Palette } from '../../charts/colors.ts';
import { UsageBars, type Series } from '../../charts/usage-bars.tsx';
import { formatDayRange } from '../../format/dates.ts';
import { totalOf } from '../../format/traffic.ts';
import { Card } from '../../parts/card.tsx';
import { Choice } from '../../parts/choice.tsx';
import { devicesById, today } from '../../state/home.ts';
import { pushQuery } from '../../state/route.ts';
import type { Picture } from './load.ts';
import { barLabels } from './steps.ts';
import { queryOf, stepRange, type Split, type View } from './view.ts';

interface UsageChartProps {
  picture: Picture;
  /** What is chosen at present, which may be on its way. */
  view: View;
  colors: ReadonlyMap<string, string>;
}

/** Usage over time, by device or by direction. */
export function UsageChart({ picture, view, colors }: UsageChartProps) {
  const shown = picture.view;
  const { step } = shown;
  const names = devicesById.value;
  const theme = palette.value;
  const series = useMemo(
    () => seriesOf(picture, { colors, theme, nameOf: (id) => names.get(id)?.name }),
    [picture, colors, theme, names],
  );
  const labels = useMemo(
    () =>
      barLabels(
        picture.steps.map(({ start }) => start),
        step,
      ),
    [picture],
  );
  const present = today.value;
  const open = useCallback(
    (at: number) => {
      const range = stepRange(picture.steps[at]?.start ?? '', step, present);
      if (range !== undefined) pushQuery({ ...queryOf(shown), ...range, step: undefined });
    },
    [picture, present],
  );
  const isTooFine = shown.split === 'device' && picture.largest === undefined;
  return (
    <Card
      title={`Usage by ${step}`}
      actions={
        <Choice
          label="Divide the bars by"
          options={splits}
          value={view.split}
          onChange={(split) => pushQuery(queryOf({ ...view, split }))}
        />
      }
    >
      <UsageBars
        label={`Usage by ${step}, ${formatDayRange(shown.from, shown.to)}`}
        height="20rem"
        steps={labels}
        series={series}
        {...(step === 'hour' ? {} : { onSelect: open })}
      />
      {isTooFine && (
        <p class="muted small">
          These are too many bars to tell devices apart: choose a longer step or a shorter time.
        </p>
      )}
      {step !== 'hour' && (
        <p class="muted small">
          Choose a bar to look into its {step === 'day' ? 'hours' : 'days'}.
        </p>
      )}
    </Card>
  );
}

const splits: readonly { value: Split; label: string }[] = [
  { value: 'device', label: 'Devices' },
  { value: 'network', label: 'Download and upload' },
];

interface Look {
  colors: ReadonlyMap<string, string>;
  theme: Palette;
  nameOf: (id: string) => string | undefined;
}

function seriesOf({ view, steps, largest, devices }: Picture, look: Look): Series[] {
  const { colors, theme, nameOf } = look;
  if (largest === undefined) {
    const { download, upload } = theme;
    const both = [
      {
        id: 'download',
        name: 'Download',
        color: download,
        bytes: steps.map((each) => each.download),
      },
      { id: 'upload', name: 'Upload', color: upload, bytes: steps.map((each) => each.upload) },
    ];
    return both.filter(({ id }) => view.direction === 'both' || view.direction === id);
  }
  const series = largest.map(({ id, name, totals }) => ({
    name: nameOf(id) ?? name,
    color: colors.get(id) ?? theme.other,
    bytes: totals,
  }));
  if (devices.length <= largest.length) return series;
  const others = steps.map((step, at) => {
    const told = largest.reduce((sum, { totals }) => sum + (totals[at] ?? 0), 0);
    return Math.max(0, totalOf(step) - told);
  });
  return [...series, { name: 'Others', color: theme.other, bytes: others }];
}
